// SPDX-License-Identifier: Apache-2.0
// The system calls of the TFTP shell: UDP sockets that know at which of our addresses a datagram arrived, and a whole
// window in one sendmmsg. Used by server.cpp only, on loop 0; nothing here waits.
#pragma once

#include <netinet/in.h>

#include <boost/asio/ip/udp.hpp>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/ipv4_address.hpp"

namespace bootferry::tftp {

struct Endpoint {
  Ipv4Address address;
  std::uint16_t port = 0;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
  [[nodiscard]] std::string to_string() const { return address.to_string() + ":" + std::to_string(port); }
};

struct Datagram {
  ByteView bytes;  ///< in the caller's buffer
  Endpoint from;
  Ipv4Address local;  ///< where it arrived; with broadcasts the interface's own address
};

/// Bound to `local` (port 0: a free one) and, unless empty, to the interface. Throws boost::system::system_error.
[[nodiscard]] boost::asio::ip::udp::socket open_socket(boost::asio::any_io_executor executor, Endpoint local,
                                                       const std::string& interface);
/// Nothing when no datagram waits; an ICMP error of an earlier send is skipped.
[[nodiscard]] std::optional<Datagram> try_receive(boost::asio::ip::udp::socket& socket, MutableByteView buffer);
/// What the kernel does not take at once is lost, as on a wire; the transfer sends it again.
void try_send(boost::asio::ip::udp::socket& socket, Endpoint to, ByteView bytes);

/// Gathers a window's DATA packets and sends them together.
class WindowSender {
 public:
  WindowSender(boost::asio::ip::udp::socket& socket, Endpoint to);
  /// `payload` stays valid until flush().
  void add(std::uint16_t block, ByteView payload);
  void flush();

 private:
  static constexpr std::size_t batch = 32;
  boost::asio::ip::udp::socket& socket_;
  sockaddr_in to_{};
  std::size_t count_ = 0;
  std::array<std::array<std::uint8_t, 4>, batch> headers_;
  std::array<ByteView, batch> payloads_;
};

}  // namespace bootferry::tftp
