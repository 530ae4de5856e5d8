// SPDX-License-Identifier: Apache-2.0
// The system calls of the TFTP shell: UDP sockets of IPv4 and IPv6 that know at which of our addresses a datagram
// arrived, and a whole window in one call (UDP_SEGMENT, else sendmmsg). Used by server.cpp only, on its thread; nothing
// here waits. Bare descriptors and not Asio's: a download's socket is watched by a SocketSet.
#pragma once

#include <netinet/in.h>
#include <sys/uio.h>

#include <array>
#include <optional>
#include <span>
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
  IpAddress local;  ///< where it arrived; with broadcasts the interface's own address
};

/// Closes itself.
class UdpSocket {
 public:
  UdpSocket(UdpSocket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)), arrival_(other.arrival_) {}
  UdpSocket& operator=(UdpSocket&& other) = delete;
  ~UdpSocket() { close(); }
  enum class Arrival { told, not_told };  ///< at which of our addresses: costs each datagram a little
  /// Bound to `local` (port 0: a free one) and, unless empty, to the interface. Throws boost::system::system_error.
  [[nodiscard]] static UdpSocket open(Endpoint local, const std::string& interface, Arrival arrival);

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] Arrival arrival() const { return arrival_; }
  [[nodiscard]] std::uint16_t port() const;
  void close();

 private:
  UdpSocket(int descriptor, Arrival arrival) : descriptor_(descriptor), arrival_(arrival) {}
  int descriptor_;
  Arrival arrival_;
};

/// Nothing when no datagram waits; an ICMP error of an earlier send is skipped.
[[nodiscard]] std::optional<Datagram> try_receive(const UdpSocket& socket, MutableByteView buffer);
/// What the kernel does not take at once is lost, as on a wire; the transfer sends it again.
void try_send(const UdpSocket& socket, Endpoint to, ByteView bytes);

/// An endpoint as the kernel takes it.
struct RawAddress {
  explicit RawAddress(Endpoint endpoint);
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  sockaddr_storage storage{};
  socklen_t size = 0;
};

/// Gathers a window's DATA packets and sends them together.
class WindowSender {
 public:
  WindowSender(const UdpSocket& socket, Endpoint to) : socket_(socket), to_(to) {}
  /// `payload` stays valid until flush().
  void add(std::uint16_t block, ByteView payload);
  void flush();

 private:
  static constexpr std::size_t batch = 32;
  static constexpr std::size_t max_datagram = 65'000;  ///< IP's 65,535 less headers
  void send_alone(ByteView header, ByteView payload);
  [[nodiscard]] bool try_send_as_one(std::span<iovec> parts);
  void send_each(std::span<iovec> parts);

  const UdpSocket& socket_;
  RawAddress to_;
  std::size_t count_ = 0;
  std::array<std::array<std::uint8_t, 4>, batch> headers_;
  std::array<ByteView, batch> payloads_;
};

}  // namespace bootferry::tftp
