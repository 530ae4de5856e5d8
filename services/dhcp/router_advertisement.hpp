// SPDX-License-Identifier: Apache-2.0
// iPXE waits ~16 s a stage for an IPv6 router on a LAN that has none. An empty Router Advertisement (RFC 4861 4.2:
// lifetime 0, no prefix, no flags) ends the wait at once and configures nothing. It goes only to machines that are
// netbooting. Called by server on loop 0; pure.
#pragma once

#include <array>
#include <optional>
#include <set>
#include <unordered_map>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/mac_address.hpp"

namespace bootferry::dhcp {

using Ipv6Address = std::array<std::uint8_t, 16>;

/// fe80:: and the MAC as an EUI-64 (RFC 4291 appendix A).
[[nodiscard]] Ipv6Address link_local_address(const MacAddress& mac);

/// Who asks for a router; an address of zeros when it has none yet.
struct Solicitation {
  MacAddress mac;
  Ipv6Address address{};
  friend bool operator==(const Solicitation&, const Solicitation&) = default;
};
/// Of a valid Router Solicitation (RFC 4861 6.1.1: hop limit 255, code 0, checksum, whole options).
[[nodiscard]] std::optional<Solicitation> find_router_solicitation(ByteView frame);

/// To the one machine that asked (RFC 4861 6.2.6 allows it), so that nobody else on the LAN hears of it. One without an
/// address gets it by multicast: iPXE drops a frame to its own MAC that is addressed to ff02::1.
[[nodiscard]] Bytes encode_router_advertisement(const MacAddress& our_mac, const Solicitation& client);

class RouterAdvertiser {
 public:
  static constexpr std::chrono::minutes netboot_time{2};  ///< how long a DHCP message marks a machine as netbooting
  static constexpr std::chrono::seconds early_time{5};    ///< how long a solicitation waits for that first DHCP message

  /// True: advertise to this machine now.
  [[nodiscard]] bool on_solicitation(const Solicitation& client, SteadyTime now);
  /// A solicitation that waited for this.
  [[nodiscard]] std::optional<Solicitation> on_netbooting(const MacAddress& client, SteadyTime now);

 private:
  /// MACs with the time of their last message; the oldest leave first.
  class Recent {
   public:
    explicit Recent(std::size_t limit) : limit_(limit) {}
    void note(const Solicitation& client, SteadyTime now);
    void forget(const MacAddress& mac);
    [[nodiscard]] std::optional<Solicitation> find(const MacAddress& mac, SteadyTime since) const;

   private:
    struct Entry {
      Solicitation client;
      SteadyTime at;
    };
    std::size_t limit_;
    std::unordered_map<MacAddress, Entry> entries_;
    std::set<std::pair<SteadyTime, MacAddress>> order_;
  };

  Recent netbooting_{4096};
  Recent early_{256};
};

}  // namespace bootferry::dhcp
