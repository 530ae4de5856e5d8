// SPDX-License-Identifier: Apache-2.0
// MODE SENSE(6) and (10) of a CD (MMC-6 6.12, chapter 7): nothing of it can be changed.
#include <algorithm>

#include "iscsi/scsi/cdrom.hpp"
#include "iscsi/scsi/command_table.hpp"
#include "iscsi/scsi/mode_pages.hpp"

namespace bootferry::iscsi::scsi {
namespace {

constexpr std::uint8_t error_recovery = 0x01;
constexpr std::uint8_t device_parameters = 0x0d;
constexpr std::uint8_t audio_control = 0x0e;
constexpr std::uint8_t power_condition = 0x1a;
constexpr std::uint8_t capabilities = 0x2a;
constexpr std::uint8_t codes[] = {error_recovery, device_parameters, audio_control, power_condition, capabilities};

// MMC-3 5.5.10; later standards keep it as it is for old initiators.
Bytes capabilities_page(bool masks) {
  constexpr std::uint16_t speed = 7056;  // 40 x 176.4 kB/s
  Bytes page;
  ByteWriter out(page);
  out.u8(capabilities);
  out.u8(20);
  out.u8(0x08);  // reads DVD-ROM
  out.u8(0);     // writes nothing
  out.u8(0x00);  // no audio, no mode 2
  out.u8(0x00);
  out.u8(0x29);  // a tray; ejects; locks
  out.u8(0);
  out.u16(speed);
  out.u16(0);
  out.u16(64);  // KiB of buffer
  out.u16(speed);
  out.zeros(22 - page.size());
  if (masks) std::fill(page.begin() + 2, page.end(), std::uint8_t{0});
  return page;
}

Bytes page_of(std::uint8_t code, bool masks) {
  switch (code) {
    case error_recovery: {
      Bytes page(12, 0);
      page[1] = 10;
      if (!masks) page[3] = 1;  // read retries
      page[0] = code;
      return page;
    }
    case device_parameters: {
      Bytes page{code, 6, 0, 0, 0, 60, 0, 75};  // seconds of a minute, frames of a second
      if (masks) std::fill(page.begin() + 2, page.end(), std::uint8_t{0});
      return page;
    }
    case audio_control: {
      Bytes page(16, 0);
      page[0] = code;
      page[1] = 14;
      if (!masks) page[2] = 0x04;  // IMMED
      return page;
    }
    case power_condition:
      return {code, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    default:
      return capabilities_page(masks);
  }
}

constexpr std::uint8_t no_disc = 0x70, data_disc = 0x01;  // medium types of MMC-1, still asked for

}  // namespace

Step cdrom_mode_sense(Command& command) {
  const Cdb& cdb = command.cdb();
  const bool six = cdb.length() == 6;
  const std::uint8_t code = cdb.u8(2) & 0x3f;
  const auto control = static_cast<PageControl>(cdb.u8(2) >> 6);
  const bool all_pages = code == 0x3f;
  if (control == PageControl::saved) return command.refuse(saving_parameters_not_supported());
  if (cdb.u8(3) != 0 && cdb.u8(3) != 0xff) return command.refuse(invalid_field(3));
  if (!all_pages && !std::ranges::binary_search(codes, code)) return command.refuse(invalid_field(2));
  Bytes body;
  for (const std::uint8_t each : codes) {
    if (!all_pages && each != code) continue;
    const Bytes page = page_of(each, control == PageControl::changeable);
    body.insert(body.end(), page.begin(), page.end());
  }
  const std::uint8_t medium = command.disk().medium().loaded() ? data_disc : no_disc;
  Bytes bytes;
  ByteWriter out(bytes);
  if (six) {
    out.u8(static_cast<std::uint8_t>(3 + body.size()));
    out.u8(medium);
    out.zeros(2);  // no block descriptor
  } else {
    out.u16(static_cast<std::uint16_t>(6 + body.size()));
    out.u8(medium);
    out.zeros(5);
  }
  out.bytes(body);
  return command.good(std::move(bytes), six ? cdb.u8(4) : cdb.u16(7));
}

}  // namespace bootferry::iscsi::scsi
