// SPDX-License-Identifier: Apache-2.0
// What a drive tells of itself and its disc: GET EVENT STATUS NOTIFICATION (MMC-6 6.6), READ DISC INFORMATION (6.22),
// READ TRACK INFORMATION (6.27), MECHANISM STATUS (6.10), READ DVD STRUCTURE (6.24).
#include "iscsi/scsi/cdrom.hpp"
#include "iscsi/scsi/command_table.hpp"

namespace bootferry::iscsi::scsi {
namespace {

constexpr std::uint8_t media_class = 4;

Bytes physical_format(const Disk& disk) {  // MMC-6 6.24.3.2.1
  constexpr std::uint32_t first_sector = 0x030000;
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(0x01);  // DVD-ROM, part version 1
  out.u8(0x0f);  // 12 cm, no maximum rate
  out.u8(0x01);  // one layer, embossed
  out.u8(0x00);
  out.u32(first_sector);
  out.u32(static_cast<std::uint32_t>(first_sector + disk.blocks() - 1));
  out.u32(0);
  out.u8(0);  // no BCA
  out.zeros(2048 - bytes.size());
  return bytes;
}

}  // namespace

Step get_event_status_notification(Command& command) {
  const Cdb& cdb = command.cdb();
  if (!cdb.bit(1, 0x01)) return command.refuse(invalid_field(1));  // asynchronous notification is not offered
  const bool media = cdb.bit(4, 1 << media_class);
  const bool loaded = command.disk().medium().loaded();
  Bytes bytes;
  ByteWriter out(bytes);
  out.u16(media ? 6 : 2);
  out.u8(media ? media_class : 0x80);  // NEA: none of these classes
  out.u8(1 << media_class);            // the classes there are
  if (media) {
    out.u8(0x00);  // no change: that is told by unit attentions
    out.u8(loaded ? 0x02 : 0x01);
    out.u16(0);
  }
  return command.good(std::move(bytes), cdb.u16(7));
}

Step read_disc_information(Command& command) {
  const Cdb& cdb = command.cdb();
  if ((cdb.u8(1) & 0x07) != 0) return command.refuse(invalid_field(1));
  Bytes bytes;
  ByteWriter out(bytes);
  out.u16(32);
  out.u8(0x0e);  // last session complete, disc finalized
  out.u8(1);     // first track
  out.u8(1);     // sessions
  out.u8(1);     // first and last track of the last session
  out.u8(1);
  out.u8(0x20);         // URU
  out.zeros(16 - 8);    // a CD-ROM without a number
  out.u32(0xffffffff);  // no lead-in and no lead-out can follow
  out.u32(0xffffffff);
  out.zeros(34 - 24);
  return command.good(std::move(bytes), cdb.u16(7));
}

Step read_track_information(Command& command) {
  const Cdb& cdb = command.cdb();
  const std::uint32_t which = cdb.u32(2);
  const std::uint64_t blocks = command.disk().blocks();
  switch (cdb.u8(1) & 0x03) {
    case 0:
      if (which >= blocks) return command.refuse(lba_out_of_range());
      break;
    case 1:
    case 2:
      if (which != 1) return command.refuse(invalid_field(2));
      break;
    default:
      return command.refuse(invalid_field(1));
  }
  Bytes bytes;
  ByteWriter out(bytes);
  out.u16(34);
  out.u8(1);  // track
  out.u8(1);  // session
  out.u8(0);
  out.u8(data_track & 0x0f);
  out.u8(0x01);  // data mode 1
  out.u8(0);
  out.zeros(16);  // from block 0; nothing more can be written
  out.u32(static_cast<std::uint32_t>(std::min<std::uint64_t>(blocks, 0xffffffffu)));
  out.zeros(36 - bytes.size());
  return command.good(std::move(bytes), cdb.u16(7));
}

Step mechanism_status(Command& command) {
  Bytes bytes(8, 0);
  if (!command.disk().medium().loaded()) bytes[1] = 0x10;  // door open
  return command.good(std::move(bytes), command.cdb().u16(8));
}

Step read_dvd_structure(Command& command) {
  const Cdb& cdb = command.cdb();
  const std::uint8_t format = cdb.u8(7);
  if (profile_of(command.disk()) != Profile::dvd_rom)
    return command.refuse(make_sense(SenseKey::illegal_request, 0x3002));  // CANNOT READ MEDIUM - INCOMPATIBLE FORMAT
  if ((cdb.u8(1) & 0x0f) != 0) return command.refuse(invalid_field(1));
  if (format > 1) return command.refuse(invalid_field(7));
  if (format == 0 && cdb.u8(6) != 0) return command.refuse(invalid_field(6));      // a layer that is not there
  const Bytes body = format == 0 ? physical_format(command.disk()) : Bytes(4, 0);  // 1: not protected
  Bytes bytes;
  ByteWriter out(bytes);
  out.u16(static_cast<std::uint16_t>(2 + body.size()));
  out.u16(0);
  out.bytes(body);
  return command.good(std::move(bytes), cdb.u16(8));
}

}  // namespace bootferry::iscsi::scsi
