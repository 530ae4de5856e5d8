// SPDX-License-Identifier: Apache-2.0
// GET CONFIGURATION (MMC-6 6.5): what the drive can do, feature by feature (5.3), and which of it holds for this disc.
#include "iscsi/scsi/cdrom.hpp"
#include "iscsi/scsi/command_table.hpp"

namespace bootferry::iscsi::scsi {
namespace {

struct Feature {
  std::uint16_t code;
  std::uint8_t version;
  bool persistent;
  bool current;
  Bytes data;
};

Bytes profile_list(Profile now) {
  Bytes data;
  ByteWriter out(data);
  for (const Profile profile : {Profile::dvd_rom, Profile::cd_rom}) {
    out.u16(static_cast<std::uint16_t>(profile));
    out.u8(profile == now ? 0x01 : 0x00);
    out.u8(0);
  }
  return data;
}

Bytes random_readable(Profile now) {
  Bytes data;
  ByteWriter out(data);
  out.u32(cdrom_block);
  out.u16(now == Profile::dvd_rom ? 16 : 1);  // blocks of one error correction
  out.u16(0);
  return data;
}

// Ascending by code.
std::vector<Feature> features_of(Profile now) {
  const bool cd = now == Profile::cd_rom;
  const bool dvd = now == Profile::dvd_rom;
  return {
      {0x0000, 0, true, true, profile_list(now)},
      {0x0001, 2, true, true, {0, 0, 0, 1, 0x00, 0, 0, 0}},  // Core: SCSI family
      {0x0002, 1, true, true, {0x00, 0, 0, 0}},              // Morphing: polled, not asynchronous
      {0x0003, 0, true, true, {0x29, 0, 0, 0}},              // Removable Medium: a tray that ejects and locks
      {0x0010, 0, false, cd || dvd, random_readable(now)},   // Random Readable
      {0x001e, 2, false, cd, {0x00, 0, 0, 0}},               // CD Read: no audio, no CD-Text
      {0x001f, 1, false, dvd, {0x00, 0, 0, 0}},              // DVD Read
      {0x0100, 0, true, true, {}},                           // Power Management
      {0x0105, 0, true, true, {}},                           // Timeout
  };
}

void put_feature(ByteWriter& out, const Feature& feature) {
  out.u16(feature.code);
  out.u8(
      static_cast<std::uint8_t>(feature.version << 2 | (feature.persistent ? 0x02 : 0) | (feature.current ? 0x01 : 0)));
  out.u8(static_cast<std::uint8_t>(feature.data.size()));
  out.bytes(feature.data);
}

enum class Wanted : std::uint8_t { all = 0, current = 1, one = 2 };

}  // namespace

Step get_configuration(Command& command) {
  const Cdb& cdb = command.cdb();
  const std::uint8_t type = cdb.u8(1) & 0x03;
  if (type > 2) return command.refuse(invalid_field(1));
  const auto wanted = static_cast<Wanted>(type);
  const std::uint16_t from = cdb.u16(2);
  const Profile now = profile_of(command.disk());
  Bytes body;
  ByteWriter features(body);
  for (const Feature& feature : features_of(now)) {
    const bool named = wanted == Wanted::one ? feature.code == from : feature.code >= from;
    if (named && (wanted != Wanted::current || feature.current)) put_feature(features, feature);
  }
  Bytes bytes;
  ByteWriter out(bytes);
  out.u32(static_cast<std::uint32_t>(4 + body.size()));
  out.u16(0);
  out.u16(static_cast<std::uint16_t>(now));
  out.bytes(body);
  return command.good(std::move(bytes), cdb.u16(7));
}

}  // namespace bootferry::iscsi::scsi
