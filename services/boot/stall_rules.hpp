// SPDX-License-Identifier: Apache-2.0
// Why a boot does not go on: a table, one row a cause. The first row counts whose stages, circumstances and patience
// all fit, so a row that knows more stands before one that knows less. Asked by BootTimeline; pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "boot/boot_record.hpp"

namespace bootferry::boot {

/// What was noticed of a boot, beside how far it got; several at once.
enum Circumstance : std::uint64_t {
  offered = 1u << 0,
  asked_again = 1u << 1,       ///< the same firmware, without going on
  ignored = 1u << 2,           ///< the policy has no answer for it
  other_won = 1u << 3,         ///< it took another DHCP server's offer
  told_nak = 1u << 4,          ///< and asks for the refused address again
  has_address = 1u << 5,       ///< iPXE has
  tftp_silent = 1u << 6,       ///< a download that the machine did not answer
  tftp_ended = 1u << 7,        ///< a download that the machine broke off
  tftp_ended_often = 1u << 8,  ///< once or twice is normal: the size was asked, then the file
  tftp_missing = 1u << 9,      ///< it asked for a file that is not here
  knocked_pxe = 1u << 10,      ///< asked port 4011, by a packet that nothing of ours answered
  knocked_tftp = 1u << 11,
  knocked_http = 1u << 12,
  knocked_iscsi = 1u << 13,
  is_uefi = 1u << 14,
  expects_login = 1u << 15,  ///< its script hooks disks
  expects_files = 1u << 16,  ///< its script loads files
  broken_entry = 1u << 17,   ///< its script can only say why
  broken_template = 1u << 18,
  image_gone = 1u << 19,
  refused_busy = 1u << 20,
  refused_secret = 1u << 21,
  refused_right = 1u << 22,
  refused_other = 1u << 23,
  all_closed = 1u << 24,  ///< it had sessions and has none
  wrote = 1u << 25,
  system_asked = 1u << 26,    ///< its operating system asked DHCP
  restarted = 1u << 27,       ///< the machine began a new boot
  loops = 1u << 28,           ///< for the third time
  files_came = 1u << 29,      ///< it fetched some of its script's files
  file_under_way = 1u << 30,  ///< a download by HTTP that has not come to its end
  asks_elsewhere = 1u << 31,  ///< at an interface of this server that Bootferry does not serve
};
using Circumstances = std::uint64_t;

struct StallRule {
  std::string_view code;
  StepKind first, last;       ///< the stages at which it may speak
  std::chrono::seconds wait;  ///< since the last progress
  Circumstances needs, lacks;
  BootState verdict;       ///< stalled or failed
  std::string_view cause;  ///< one sentence; {why} is what the event said
  std::string_view mend;
};

[[nodiscard]] std::span<const StallRule> all_stall_rules();
/// Null: it may still go on.
[[nodiscard]] const StallRule* find_stall(StepKind stage, Circumstances circumstances, Duration waited);
/// `sentence` with {why} filled in; an empty `why` leaves the sentence without it.
[[nodiscard]] std::string fill_sentence(std::string_view sentence, std::string_view why);

}  // namespace bootferry::boot
