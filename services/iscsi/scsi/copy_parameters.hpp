// SPDX-License-Identifier: Apache-2.0
// The parameter list of EXTENDED COPY(LID1) as a value (SPC-4 6.4): which units, which ranges. Decoded by the command
// from hostile bytes: whatever is wrong becomes the sense data that names it. Pure, any thread.
#pragma once

#include <expected>
#include <vector>

#include "iscsi/scsi/sense.hpp"

namespace bootferry::iscsi::scsi {

/// What RECEIVE COPY RESULTS and VPD page 8Fh announce.
namespace copy_limits {
inline constexpr std::uint16_t targets = 8;  ///< a client has four drives at most
inline constexpr std::uint16_t segments = 64;
inline constexpr std::uint32_t list_length = 2048;
inline constexpr std::uint32_t segment_bytes = 65535u * 4096;
inline constexpr std::uint16_t concurrent = 64;
inline constexpr std::uint8_t block_to_block = 0x02;  ///< the only segment descriptor
inline constexpr std::uint8_t identification = 0xe4;  ///< the only CSCD descriptor
}  // namespace copy_limits

struct CopyTarget {
  std::optional<Naa> naa;  ///< nothing: a designator that no unit of ours has
  std::uint32_t block_length = 0;
};

struct CopySegment {
  std::uint16_t source = 0;  ///< index of a target
  std::uint16_t destination = 0;
  std::uint16_t blocks = 0;
  bool counts_destination = false;  ///< DC: `blocks` are blocks of the destination
  std::uint64_t source_lba = 0;
  std::uint64_t destination_lba = 0;
};

struct CopyPlan {
  std::uint8_t list_id = 0;
  bool has_list_id = false;
  std::vector<CopyTarget> targets;
  std::vector<CopySegment> segments;
};

[[nodiscard]] std::expected<CopyPlan, Sense> decode_copy_plan(ByteView list);

[[nodiscard]] inline Sense copy_aborted(std::uint16_t code) { return make_sense(SenseKey::copy_aborted, code); }

}  // namespace bootferry::iscsi::scsi
