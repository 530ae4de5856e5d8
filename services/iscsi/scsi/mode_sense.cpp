// SPDX-License-Identifier: Apache-2.0
// MODE SENSE(6) and (10) (SPC-4 6.11, 6.12; SBC-3 6.5.1 for the device-specific byte and block descriptors).
#include <algorithm>

#include "iscsi/scsi/command_table.hpp"
#include "iscsi/scsi/mode_pages.hpp"

namespace bootferry::iscsi::scsi {
namespace {

Bytes block_descriptor(const Disk& disk, bool long_lba) {
  Bytes bytes;
  ByteWriter out(bytes);
  if (long_lba) {
    out.u64(disk.blocks());
    out.zeros(4);
    out.u32(disk.block_size());
  } else {
    out.u32(static_cast<std::uint32_t>(std::min<std::uint64_t>(disk.blocks(), 0xffffffffu)));
    out.u32(disk.block_size());
  }
  return bytes;
}

}  // namespace

Step mode_sense(Command& command) {
  const Cdb& cdb = command.cdb();
  const Disk& disk = command.disk();
  const bool six = cdb.length() == 6;
  const std::uint8_t code = cdb.u8(2) & 0x3f;
  const std::uint8_t subpage = cdb.u8(3);
  const auto control = static_cast<PageControl>(cdb.u8(2) >> 6);
  const bool all_pages = code == 0x3f;
  if (control == PageControl::saved) return command.refuse(saving_parameters_not_supported());
  const auto threshold = disk.threshold();
  const bool provisioning = threshold && (all_pages ? subpage == 0xff : code == provisioning_page && subpage != 0);
  const bool named = provisioning && subpage == provisioning_subpage;
  if (subpage != 0 && subpage != 0xff && !named) return command.refuse(invalid_field(3));
  if (!all_pages && std::ranges::find(mode_page_codes(), code) == mode_page_codes().end()) {
    return command.refuse(invalid_field(2));
  }

  const bool long_lba = !six && cdb.bit(1, 0x10);  // LLBAA
  const Bytes descriptor = cdb.bit(1, 0x08) ? Bytes{} : block_descriptor(disk, long_lba);
  Bytes body = descriptor;
  for (std::uint8_t page : mode_page_codes()) {
    if (named || (!all_pages && page != code)) continue;
    const Bytes bytes = mode_page(command.disk().modes(), page, control);
    body.insert(body.end(), bytes.begin(), bytes.end());
  }
  if (provisioning) {
    const Bytes bytes = provisioning_mode_page(*threshold, control);
    body.insert(body.end(), bytes.begin(), bytes.end());
  }

  const std::uint8_t specific = static_cast<std::uint8_t>((disk.writable() ? 0x00 : 0x80) | 0x10);  // WP, DPOFUA
  Bytes bytes;
  ByteWriter out(bytes);
  if (six) {
    out.u8(static_cast<std::uint8_t>(3 + body.size()));
    out.u8(0);
    out.u8(specific);
    out.u8(static_cast<std::uint8_t>(descriptor.size()));
  } else {
    out.u16(static_cast<std::uint16_t>(6 + body.size()));
    out.u8(0);
    out.u8(specific);
    out.u8(long_lba && !descriptor.empty() ? 0x01 : 0x00);
    out.u8(0);
    out.u16(static_cast<std::uint16_t>(descriptor.size()));
  }
  out.bytes(body);
  return command.good(std::move(bytes), six ? cdb.u8(4) : cdb.u16(7));
}

}  // namespace bootferry::iscsi::scsi
