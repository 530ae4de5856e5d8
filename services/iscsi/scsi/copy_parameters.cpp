// SPDX-License-Identifier: Apache-2.0
#include "iscsi/scsi/copy_parameters.hpp"

#include <algorithm>

namespace bootferry::iscsi::scsi {
namespace {

constexpr std::size_t head_length = 16;
constexpr std::size_t target_length = 32;
constexpr std::size_t segment_length = 28;

using Refusal = std::unexpected<Sense>;

Refusal invalid_at(std::size_t at) { return Refusal(invalid_parameter(static_cast<std::uint16_t>(at))); }
Refusal illegal(std::uint16_t code) { return Refusal(make_sense(SenseKey::illegal_request, code)); }

// SPC-4 6.4.5.1 and 6.4.5.4, where LU ID TYPE means nothing. `at` is where the descriptor begins in the list.
std::expected<CopyTarget, Sense> decode_target(ByteView bytes, std::size_t at) {
  if (bytes[0] != copy_limits::identification) return illegal(0x2607);  // UNSUPPORTED TARGET DESCRIPTOR TYPE CODE
  if ((bytes[1] & 0x20) != 0) return Refusal(copy_aborted(0x0804));     // NUL: nothing is copied to or from nowhere
  if ((bytes[1] & 0x1f) != 0) return Refusal(copy_aborted(0x0d03));     // INCORRECT COPY TARGET DEVICE TYPE
  const std::size_t length = bytes[7];
  if (length > 20) return invalid_at(at + 7);
  CopyTarget target;
  const bool names_a_unit = (bytes[4] & 0x0f) == 1 && (bytes[5] & 0x3f) == 0x03 && length == Naa{}.size();
  if (names_a_unit) std::ranges::copy(bytes.subspan(8, Naa{}.size()), target.naa.emplace().begin());
  target.block_length = static_cast<std::uint32_t>(bytes[29] << 16 | bytes[30] << 8 | bytes[31]);
  return target;
}

// SPC-4 6.4.6.1 and 6.4.6.4. `rest`: from here to the end of the segment descriptors.
std::expected<CopySegment, Sense> decode_segment(ByteView rest, std::size_t at) {
  if (rest[0] != copy_limits::block_to_block) return illegal(0x2609);  // UNSUPPORTED SEGMENT DESCRIPTOR TYPE CODE
  if (rest.size() < segment_length) return Refusal(parameter_list_length_error());
  ByteReader in(rest);
  in.skip(1);
  const std::uint8_t flags = in.u8();
  if (in.u16() != segment_length - 4) return invalid_at(at + 2);
  CopySegment segment;
  segment.counts_destination = (flags & 0x02) != 0;
  segment.source = in.u16();
  segment.destination = in.u16();
  in.skip(2);
  segment.blocks = in.u16();
  segment.source_lba = in.u64();
  segment.destination_lba = in.u64();
  return segment;
}

}  // namespace

std::expected<CopyPlan, Sense> decode_copy_plan(ByteView list) {
  if (list.size() < head_length) return Refusal(parameter_list_length_error());
  ByteReader in(list);
  CopyPlan plan;
  plan.list_id = in.u8();
  const std::uint8_t usage = in.u8() >> 3 & 0x03;  // LIST ID USAGE
  const std::size_t targets = in.u16();
  in.skip(4);
  const std::uint64_t segments = in.u32();
  const std::uint64_t inline_data = in.u32();
  if (usage == 1 || (usage == 3 && plan.list_id != 0)) return invalid_at(usage == 1 ? 1 : 0);
  plan.has_list_id = usage != 3;
  if (targets + segments > copy_limits::list_length || targets + segments + inline_data > in.remaining())
    return Refusal(parameter_list_length_error());
  if (inline_data != 0) return illegal(0x260b);  // INLINE DATA LENGTH EXCEEDED
  if (targets % target_length != 0) return invalid_at(2);
  if (targets / target_length > copy_limits::targets) return illegal(0x2606);  // TOO MANY TARGET DESCRIPTORS

  std::size_t at = head_length;
  for (; at < head_length + targets; at += target_length) {
    auto target = decode_target(list.subspan(at, target_length), at);
    if (!target) return Refusal(target.error());
    plan.targets.push_back(*target);
  }
  const std::size_t end = at + segments;
  for (; at < end; at += segment_length) {
    if (plan.segments.size() == copy_limits::segments) return illegal(0x2608);  // TOO MANY SEGMENT DESCRIPTORS
    auto segment = decode_segment(list.subspan(at, end - at), at);
    if (!segment) return Refusal(segment.error());
    plan.segments.push_back(*segment);
  }
  return plan;
}

}  // namespace bootferry::iscsi::scsi
