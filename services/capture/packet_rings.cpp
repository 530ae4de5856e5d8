// SPDX-License-Identifier: Apache-2.0
#include "capture/packet_rings.hpp"

#include <algorithm>

namespace bootferry::capture {
namespace {

constexpr std::size_t record_header = 16;  // draft-ietf-opsawg-pcap: each packet has one in the file
constexpr std::uint32_t magic = 0xa1b2c3d4, snap_length = 65535, link_ethernet = 1;
/// A boot is told some moments after its first packet.
constexpr auto told_after = std::chrono::seconds(2);

std::size_t size_of(const Packet& packet) { return record_header + packet.bytes.size(); }

}  // namespace

void PacketRings::add(const MacAddress& client, Packet packet) {
  std::lock_guard lock(mutex_);
  if (!rings_.contains(client) && rings_.size() >= limits_.clients) {
    rings_.erase(std::min_element(rings_.begin(), rings_.end(), [](const auto& one, const auto& other) {
      return one.second.used < other.second.used;
    }));
  }
  Ring& ring = rings_[client];
  ring.used = ++uses_;
  ring.bytes += size_of(packet);
  ring.packets.push_back(std::move(packet));
  if (ring.bytes <= limits_.beginning.value) ring.beginning = ring.packets.size();
  shrink(ring);
}

void PacketRings::shrink(Ring& ring) {
  while (ring.bytes > limits_.per_client.value && ring.packets.size() > ring.beginning) {
    const auto oldest = ring.packets.begin() + static_cast<std::ptrdiff_t>(ring.beginning);
    ring.bytes -= size_of(*oldest);
    ring.packets.erase(oldest);
  }
}

void PacketRings::begin(const MacAddress& client, WallTime at) {
  std::lock_guard lock(mutex_);
  const auto found = rings_.find(client);
  if (found == rings_.end()) return;
  Ring& ring = found->second;
  std::erase_if(ring.packets, [&](const Packet& packet) { return packet.at < at - told_after; });
  ring.bytes = ring.beginning = 0;
  for (const Packet& packet : ring.packets) {
    ring.bytes += size_of(packet);
    if (ring.bytes <= limits_.beginning.value) ++ring.beginning;
  }
}

std::string PacketRings::render(const MacAddress& client) const {
  std::lock_guard lock(mutex_);
  const auto found = rings_.find(client);
  if (found == rings_.end() || found->second.packets.empty()) return {};
  Bytes file;
  ByteWriter out(file);
  out.u32(magic);
  out.u16(2);  // version 2.4
  out.u16(4);
  out.zeros(8);
  out.u32(snap_length);
  out.u32(link_ethernet);
  for (const Packet& packet : found->second.packets) {
    const auto since = packet.at.time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
    out.u32(static_cast<std::uint32_t>(seconds.count()));
    out.u32(static_cast<std::uint32_t>((since - seconds).count()));
    out.u32(static_cast<std::uint32_t>(packet.bytes.size()));
    out.u32(std::max(packet.length, static_cast<std::uint32_t>(packet.bytes.size())));
    out.bytes(packet.bytes);
  }
  return std::string(text_of(file));
}

}  // namespace bootferry::capture
