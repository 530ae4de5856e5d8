// SPDX-License-Identifier: Apache-2.0
// The UDP sockets of the TFTP shell, of IPv4 and IPv6: the doors on port 69, which know at which of our addresses a
// request arrived, and a download's port. Used by server.cpp only, on its thread; nothing here waits. Bare descriptors
// and not Asio's: they are watched by a SocketSet.
#pragma once

#include <netinet/in.h>

#include <optional>
#include <string>
#include <utility>

#include "base/bytes.hpp"
#include "base/ip_address.hpp"

namespace bootferry::tftp {

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
  [[nodiscard]] std::string to_string() const { return address.to_url_host() + ":" + std::to_string(port); }
};

struct Datagram {
  ByteView bytes;  ///< in the caller's buffer
  Endpoint from;
  IpAddress local;  ///< of a door: where it arrived; with broadcasts the interface's own address
};

/// An endpoint as the kernel takes it.
struct RawAddress {
  explicit RawAddress(Endpoint endpoint);
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr_storage storage{};
  socklen_t size = 0;
};

/// Closes itself.
class UdpSocket {
 public:
  UdpSocket(UdpSocket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  UdpSocket& operator=(UdpSocket&& other) = delete;
  ~UdpSocket() { close(); }
  /// Bound to `local` (port 0: a free one) and, unless empty, to the interface; its datagrams tell where they arrived.
  /// Throws boost::system::system_error.
  [[nodiscard]] static UdpSocket open_door(Endpoint local, const std::string& interface);

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] std::uint16_t port() const;
  void close();

 private:
  friend struct DownloadPort;
  explicit UdpSocket(int descriptor) : descriptor_(descriptor) {}
  /// Of the family of `local`; not bound to it yet. Throws boost::system::system_error, as do the next three.
  [[nodiscard]] static UdpSocket make(const IpAddress& local, const std::string& interface);
  void set(int level, int name, int value);
  void bind(Endpoint local);
  void connect(Endpoint peer);
  int descriptor_;
};

/// A download's port (RFC 1350 section 4: its transfer identifier) is two sockets: what the client sends comes to one
/// that is connected to it, so that the kernel looks the way up once and not for each block, and what anybody else
/// sends comes to the other, which can answer him.
struct DownloadPort {
  /// A free port of `local`. Throws boost::system::system_error.
  DownloadPort(const IpAddress& local, const std::string& interface, Endpoint client);
  void close() { strangers.close(), own.close(); }

  UdpSocket strangers;
  UdpSocket own;
};

/// Nothing when no datagram waits.
[[nodiscard]] std::optional<Datagram> try_receive(const UdpSocket& socket, MutableByteView buffer);
/// What the kernel does not take at once is lost, as on a wire; the transfer sends it again.
void try_send(const UdpSocket& socket, Endpoint to, ByteView bytes);
/// The same for a download's own client.
[[nodiscard]] std::optional<ByteView> try_receive(const DownloadPort& port, MutableByteView buffer);
void try_send(const DownloadPort& port, ByteView bytes);

}  // namespace bootferry::tftp
