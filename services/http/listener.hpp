// SPDX-License-Identifier: Apache-2.0
// The two listening sockets: opened before the server starts, so that a taken port is told at once. Used by server on
// loop 0.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/ipv4_address.hpp"
#include "http/channel.hpp"

namespace bootferry::http {

class Listener {
 public:
  /// Throws boost::system::system_error that names the port.
  [[nodiscard]] static Listener make_tcp(Ipv4Address address, std::uint16_t port);
  /// At all IPv6 addresses of the interface, those that it gets later too. Throws as make_tcp; nothing when this
  /// machine has no IPv6.
  [[nodiscard]] static std::optional<Listener> make_tcp_ipv6(const std::string& interface, std::uint16_t port);
  /// Mode 0600; replaces a socket that nobody answers any more. Throws when another server answers there.
  [[nodiscard]] static Listener make_control(const std::filesystem::path& path);

  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&& other) = delete;
  ~Listener();

  struct Accepted {
    int descriptor;
    int family;
    Peer peer;
  };
  /// A connection that waits; nothing when none does. `failed` is set when the machine has no descriptors left.
  [[nodiscard]] std::optional<Accepted> try_accept(bool& failed);
  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] std::uint16_t port() const;

 private:
  Listener(int descriptor, Door door) : descriptor_(descriptor), door_(door) {}
  int descriptor_;
  Door door_;
  std::optional<IpAddress> local_{};  ///< where all that comes arrives; none: at any of our addresses
};

}  // namespace bootferry::http
