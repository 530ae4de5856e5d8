// SPDX-License-Identifier: Apache-2.0
// The packets of each client's last boot, bounded per client and in all: the beginning is kept, then the newest. Filled
// by Server's thread, emptied by who hears that a boot begins, read by anyone; thread-safe.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/mac_address.hpp"
#include "base/units.hpp"

namespace bootferry::capture {

struct Packet {
  std::chrono::sys_time<std::chrono::microseconds> at{};
  std::uint32_t length = 0;  ///< on the wire; `bytes` may be less
  Bytes bytes;
};

class PacketRings {
 public:
  struct Limits {
    std::size_t clients = 64;
    ByteCount per_client = kib(256), beginning = kib(64);
  };

  PacketRings() : PacketRings(Limits()) {}
  explicit PacketRings(Limits limits) : limits_(limits) {}

  void add(const MacAddress& client, Packet packet);
  /// A boot began: what is older than that goes.
  void begin(const MacAddress& client, WallTime at);
  /// A pcap file (microseconds, Ethernet); empty when there is no packet.
  [[nodiscard]] std::string render(const MacAddress& client) const;

 private:
  struct Ring {
    std::deque<Packet> packets;
    std::size_t bytes = 0, beginning = 0;  ///< packets that belong to the beginning
    std::uint64_t used = 0;
  };
  void shrink(Ring& ring);

  const Limits limits_;
  mutable std::mutex mutex_;
  std::unordered_map<MacAddress, Ring> rings_;
  std::uint64_t uses_ = 0;
};

}  // namespace bootferry::capture
