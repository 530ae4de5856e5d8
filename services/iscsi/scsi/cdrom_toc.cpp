// SPDX-License-Identifier: Apache-2.0
// READ TOC/PMA/ATIP (MMC-6 6.26): the table of contents, the sessions, and the raw table of a disc with one data track.
#include "iscsi/scsi/cdrom.hpp"
#include "iscsi/scsi/command_table.hpp"

namespace bootferry::iscsi::scsi {
namespace {

enum class Format : std::uint8_t { toc = 0, sessions = 1, raw = 2 };

void put_address(ByteWriter& out, std::uint64_t block, bool msf) {
  if (msf) return put_msf(out, block);
  out.u32(static_cast<std::uint32_t>(block));
}

void put_track(ByteWriter& out, std::uint8_t number, std::uint64_t start, bool msf) {
  out.u8(0);
  out.u8(data_track);
  out.u8(number);
  out.u8(0);
  put_address(out, start, msf);
}

// One entry of the lead-in's Q channel: always in minutes, seconds and frames.
void put_point(ByteWriter& out, std::uint8_t point, std::uint8_t minute, std::uint8_t second, std::uint8_t frame) {
  out.u8(1);  // session
  out.u8(data_track);
  out.u8(0);  // TNO
  out.u8(point);
  out.zeros(4);  // where in the lead-in, and a zero
  out.u8(minute);
  out.u8(second);
  out.u8(frame);
}

void put_point(ByteWriter& out, std::uint8_t point, std::uint64_t block) {
  Bytes msf;
  ByteWriter writer(msf);
  put_msf(writer, block);
  put_point(out, point, msf[1], msf[2], msf[3]);
}

Bytes body_of(Format format, std::uint8_t first, std::uint64_t blocks, bool msf) {
  Bytes body;
  ByteWriter out(body);
  switch (format) {
    case Format::toc:
      if (first != lead_out) put_track(out, 1, 0, msf);
      put_track(out, lead_out, blocks, msf);
      break;
    case Format::sessions:
      put_track(out, 1, 0, msf);
      break;
    case Format::raw:
      put_point(out, 0xa0, 1, 0, 0);  // first track; a CD-ROM
      put_point(out, 0xa1, 1, 0, 0);  // last track
      put_point(out, 0xa2, blocks);
      put_point(out, 0x01, 0);
      break;
  }
  return body;
}

}  // namespace

Step read_toc(Command& command) {
  const Cdb& cdb = command.cdb();
  std::uint8_t format = cdb.u8(2) & 0x0f;
  if (format == 0) format = cdb.u8(9) >> 6;  // where ATAPI drives had it before MMC
  const std::uint8_t first = cdb.u8(6);
  if (format > 2) return command.refuse(invalid_field(2));  // nothing was ever written to this disc
  if (format == 0 && first > 1 && first != lead_out) return command.refuse(invalid_field(6));
  if (format == 2 && first > 1) return command.refuse(invalid_field(6));
  const Bytes body = body_of(static_cast<Format>(format), first, command.disk().blocks(), cdb.bit(1, 0x02));
  Bytes bytes;
  ByteWriter out(bytes);
  out.u16(static_cast<std::uint16_t>(2 + body.size()));
  out.u8(1);  // first track or session
  out.u8(1);  // last one
  out.bytes(body);
  return command.good(std::move(bytes), cdb.u16(7));
}

}  // namespace bootferry::iscsi::scsi
