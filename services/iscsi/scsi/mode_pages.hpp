// SPDX-License-Identifier: Apache-2.0
// The mode pages of a disk (SPC-4 7.5, SBC-3 6.5): their bytes as they are now, as they may change, and as they were at
// first. Used by MODE SENSE and MODE SELECT; any thread.
#pragma once

#include <span>

#include "base/bytes.hpp"
#include "iscsi/scsi/disk.hpp"

namespace bootferry::iscsi::scsi {

enum class PageControl : std::uint8_t { current = 0, changeable = 1, defaults = 2, saved = 3 };

/// Page codes, ascending.
[[nodiscard]] std::span<const std::uint8_t> mode_page_codes();
/// The page with its 2-byte head; empty for a code that is not in the list.
[[nodiscard]] Bytes mode_page(const Modes& modes, std::uint8_t code, PageControl control);
/// Logical Block Provisioning (SBC-3 6.5.7), a subpage: nothing in it can be changed.
inline constexpr std::uint8_t provisioning_page = 0x1c, provisioning_subpage = 0x02;
[[nodiscard]] Bytes provisioning_mode_page(const Disk::Threshold& threshold, PageControl control);
/// Takes over what is changeable in a page that MODE SELECT checked.
void apply_mode_page(Modes& modes, ByteView page);

}  // namespace bootferry::iscsi::scsi
