// SPDX-License-Identifier: Apache-2.0
// The sockets of the DHCP service: UDP 67 and 4011 on one interface, and packet sockets for ARP and IPv6 solicitations.
// Plain system calls, never waiting; owned by Server, on loop 0.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "dhcp/packet_transport.hpp"
#include "dhcp/settings.hpp"

namespace bootferry::dhcp {

/// A file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

struct Datagram {
  ByteView payload;
  ReceivedOn from;
};

/// UDP on the interface; throws boost::system::system_error that names the port.
[[nodiscard]] Descriptor open_udp_socket(const Settings& settings, std::uint16_t port, const char* what);
/// A packet socket that hears only ARP replies; not open without CAP_NET_RAW (errno tells).
[[nodiscard]] Descriptor open_arp_socket(const Settings& settings);
/// A packet socket that hears only IPv6 Router Solicitations.
[[nodiscard]] Descriptor open_solicitation_socket(const Settings& settings);

/// A packet socket that hears what other DHCP servers (port 67, or 4011) say to clients.
[[nodiscard]] Descriptor open_reply_socket(const Settings& settings);

/// A packet socket that hears what clients say to DHCP servers at all other Ethernet interfaces of this machine.
[[nodiscard]] Descriptor open_elsewhere_socket(const Settings& settings);

/// The next datagram in `buffer`, or nothing when none waits; too large ones are passed over.
[[nodiscard]] std::optional<Datagram> try_receive(int fd, const Settings& settings, MutableByteView buffer);
[[nodiscard]] std::optional<ByteView> try_receive_frame(int fd, MutableByteView buffer);
struct ForeignFrame {
  ByteView frame;
  std::string interface;
};
[[nodiscard]] std::optional<ForeignFrame> try_receive_elsewhere(int fd, MutableByteView buffer);

class SocketTransport final : public PacketTransport {
 public:
  SocketTransport(const Settings& settings, int server_fd, int pxe_fd, int frame_fd)
      : settings_(settings), server_fd_(server_fd), pxe_fd_(pxe_fd), frame_fd_(frame_fd) {}

  [[nodiscard]] Result<void> send_udp(Port from, Ipv4Address to, std::uint16_t port, ByteView payload) override;
  [[nodiscard]] bool can_send_frames() const override { return frame_fd_ >= 0; }
  [[nodiscard]] Result<void> send_frame(ByteView frame) override;

 private:
  const Settings& settings_;
  int server_fd_, pxe_fd_, frame_fd_;
};

}  // namespace bootferry::dhcp
