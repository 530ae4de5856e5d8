// SPDX-License-Identifier: Apache-2.0
#include "boot/recent_events.hpp"

#include <algorithm>

namespace bootferry::boot {
namespace {

constexpr std::size_t block_size =
    256u << 10;  // so large that the allocator takes it from, and gives it to, the system

void pack_text(ByteWriter& out, std::string_view text) {
  out.u32(static_cast<std::uint32_t>(text.size()));
  out.text(text);
}

std::string unpack_text(ByteReader& in) { return std::string(text_of(in.take(in.u32()))); }

IpAddress unpack_address(ByteReader& in) {
  IpAddress::Octets octets{};
  std::ranges::copy(in.take(octets.size()), octets.begin());
  return IpAddress(octets);
}

void pack(const Event& event, Bytes& bytes) {
  bytes.clear();
  ByteWriter out(bytes);
  out.u64(event.id);
  out.u64(static_cast<std::uint64_t>(event.at.time_since_epoch().count()));
  out.u8(static_cast<std::uint8_t>(event.kind));
  out.u8(event.mac.has_value());
  if (event.mac) out.bytes(event.mac->octets);
  out.u8(event.address.has_value());
  if (event.address) out.bytes(event.address->octets());
  pack_text(out, event.text);
  out.u32(static_cast<std::uint32_t>(event.fields.size()));
  for (const auto& [name, value] : event.fields) {
    pack_text(out, name);
    pack_text(out, value);
  }
}

Event unpack(ByteView bytes) {
  ByteReader in(bytes);
  Event event;
  event.id = in.u64();
  event.at = WallTime{WallTime::duration(static_cast<WallTime::rep>(in.u64()))};
  event.kind = static_cast<EventKind>(in.u8());
  if (in.u8() != 0) event.mac = MacAddress::from(in.take(6));
  if (in.u8() != 0) event.address = unpack_address(in);
  event.text = unpack_text(in);
  const std::uint32_t fields = in.u32();
  for (std::uint32_t i = 0; i < fields; ++i) {
    std::string name = unpack_text(in);
    event.fields.emplace_back(std::move(name), unpack_text(in));
  }
  return event;
}

}  // namespace

void RecentEvents::add(const Event& event) {
  pack(event, packed_);
  if (blocks_.empty() || blocks_.back().bytes.size() + packed_.size() + 4 > blocks_.back().bytes.capacity()) {
    blocks_.emplace_back().bytes.reserve(std::max(block_size, packed_.size() + 4));
  }
  Block& block = blocks_.back();
  ByteWriter out(block.bytes);
  out.u32(static_cast<std::uint32_t>(packed_.size()));
  out.bytes(packed_);
  block.last_id = event.id;
  if (++count_ > limit_) drop_oldest();
}

void RecentEvents::drop_oldest() {
  Block& block = blocks_.front();
  block.begin += 4 + ByteReader(ByteView(block.bytes).subspan(block.begin)).u32();
  if (block.begin == block.bytes.size()) blocks_.pop_front();
  --count_;
}

std::uint64_t RecentEvents::oldest() const {
  const Block& block = blocks_.front();
  ByteReader in(ByteView(block.bytes).subspan(block.begin));
  in.skip(4);
  return in.u64();
}

std::vector<Event> RecentEvents::since(std::uint64_t id) const {
  std::vector<Event> events;
  for (const Block& block : blocks_) {
    if (block.last_id <= id) continue;
    ByteReader in(ByteView(block.bytes).subspan(block.begin));
    while (!in.done()) {
      const ByteView record = in.take(in.u32());
      if (ByteReader(record).u64() > id) events.push_back(unpack(record));
    }
  }
  return events;
}

}  // namespace bootferry::boot
