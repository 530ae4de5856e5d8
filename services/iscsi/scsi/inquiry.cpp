// SPDX-License-Identifier: Apache-2.0
// INQUIRY (SPC-4 6.6) and its vital product data pages (SPC-4 7.8, SBC-3 6.6).
#include <algorithm>
#include <span>

#include "iscsi/scsi/command_table.hpp"
#include "iscsi/scsi/disk.hpp"

namespace bootferry::iscsi::scsi {
namespace {

constexpr std::string_view vendor = "BOOTFERY";
constexpr std::string_view disk_product = "Virtual Disk    ";
constexpr std::string_view cdrom_product = "Virtual CD-ROM  ";
constexpr std::string_view revision = "0001";

Bytes standard_data(const Command& command) {
  const Disk& disk = command.disk();
  Bytes bytes;
  ByteWriter out(bytes);
  const auto type = static_cast<std::uint8_t>(disk.identity().type);
  out.u8(command.lun_exists() ? type : std::uint8_t{0x7f});  // qualifier 3, type 1Fh: no unit can be here
  out.u8(disk.identity().removable ? 0x80 : 0x00);
  out.u8(0x06);  // SPC-4
  out.u8(0x12);  // HISUP, response data format 2
  out.u8(91);
  out.u8(disk.is_cdrom() ? 0x00 : 0x08);  // 3PC: third-party copies
  out.u8(0);
  out.u8(0x02);  // CMDQUE
  out.text(vendor);
  out.text(disk.is_cdrom() ? cdrom_product : disk_product);
  out.text(revision);
  out.zeros(58 - 36);
  for (std::uint16_t standard : {0x00a0, 0x0960, 0x0460}) out.u16(standard);  // SAM-5, iSCSI, SPC-4
  out.u16(disk.is_cdrom() ? 0x04e0 : 0x04c0);                                 // MMC-6, SBC-3
  out.zeros(96 - bytes.size());
  return bytes;
}

struct DesignatorHead {
  std::uint8_t code_set;
  std::uint8_t association_and_type;
  bool iscsi = false;  ///< PROTOCOL IDENTIFIER is valid
};

void put_designator(ByteWriter& out, DesignatorHead head, ByteView value) {  // SPC-4 7.8.6.1
  const std::size_t padding = (4 - value.size() % 4) % 4;
  const bool text = head.code_set == 3;
  out.u8(static_cast<std::uint8_t>((head.iscsi ? 0x50 : 0) | head.code_set));
  out.u8(static_cast<std::uint8_t>((head.iscsi ? 0x80 : 0) | head.association_and_type));
  out.u8(0);
  out.u8(static_cast<std::uint8_t>(value.size() + (text ? padding : 0)));
  out.bytes(value);
  if (text) out.zeros(padding);
}

Bytes device_identification(const Disk& disk) {
  Bytes bytes;
  ByteWriter out(bytes);
  put_designator(out, {1, 0x03}, disk.naa());

  std::string t10 = std::string(vendor) + disk.identity().serial;
  t10.resize(std::min<std::size_t>(t10.size(), 200));
  put_designator(out, {2, 0x01}, bytes_of(t10));

  const Bytes port{0, 0, 0, 1};
  put_designator(out, {1, 0x14, true}, port);

  // SCSI name string of the target device: the IQN, zero-ended.
  const std::string name = disk.identity().target_name.substr(0, 223) + '\0';
  put_designator(out, {3, 0x28, true}, bytes_of(name));
  return bytes;
}

Bytes extended_inquiry() {  // SPC-4 7.8.7
  Bytes bytes(60, 0);
  bytes[1] = 0x07;  // HEADSUP, ORDSUP, SIMPSUP
  bytes[2] = 0x01;  // V_SUP: a volatile cache
  bytes[3] = 0x01;  // LUICLR
  return bytes;
}

// One descriptor of the third-party copy page: its length is a multiple of 4.
void put_copy_descriptor(ByteWriter& out, std::uint16_t type, ByteView body) {
  const std::size_t padding = (4 - body.size() % 4) % 4;
  out.u16(type);
  out.u16(static_cast<std::uint16_t>(body.size() + padding));
  out.bytes(body);
  out.zeros(padding);
}

Bytes third_party_copy() {  // SPC-4 7.8.17
  Bytes bytes;
  ByteWriter out(bytes);
  const Bytes commands{8, 0x83, 1, 0x00, 0x84, 3, 0x00, 0x03, 0x04};
  put_copy_descriptor(out, 0x0001, commands);
  Bytes parameters;
  ByteWriter limits(parameters);
  limits.zeros(4);
  limits.u16(copy_limits::targets);
  limits.u16(copy_limits::segments);
  limits.u32(copy_limits::list_length);
  limits.zeros(4 + 12);  // no inline data
  put_copy_descriptor(out, 0x0004, parameters);
  const Bytes descriptors{2, copy_limits::block_to_block, copy_limits::identification};
  put_copy_descriptor(out, 0x0008, descriptors);
  put_copy_descriptor(out, 0x000c, Bytes{0, 0});  // no special CSCD descriptor IDs
  Bytes general;
  ByteWriter operations(general);
  operations.u32(copy_limits::concurrent);
  operations.u32(copy_limits::concurrent);
  operations.u32(copy_limits::segment_bytes);
  operations.u8(9);  // data segment granularity: 512 bytes
  operations.zeros(32 - 13);
  put_copy_descriptor(out, 0x8001, general);
  return bytes;
}

Bytes block_limits(const Disk& disk) {  // SBC-3 6.6.4
  Bytes bytes;
  ByteWriter out(bytes);
  const bool thin = disk.thin();
  out.u8(disk.writes_same_to_end() ? 0x00 : 0x01);  // WSNZ
  out.u8(static_cast<std::uint8_t>(disk.max_compare_and_write()));
  out.u16(static_cast<std::uint16_t>(disk.physical_blocks()));
  out.u32(disk.max_transfer());
  out.u32((1u << 20) / disk.block_size());  // optimal transfer length
  out.u32(0);
  out.u32(thin ? disk.max_unmap() : 0);
  out.u32(thin ? 256 : 0);
  out.u32(thin ? disk.unmap_granularity() : 0);
  out.u32(thin ? 0x80000000u : 0);  // UGAVALID, alignment 0
  out.u64(disk.max_write_same());
  out.u32(disk.max_atomic_write());
  out.u32(disk.physical_blocks());  // alignment of an atomic write
  out.u32(disk.physical_blocks());  // and its granularity
  out.zeros(60 - bytes.size());
  return bytes;
}

Bytes block_characteristics(const Disk& disk) {  // SBC-3 6.6.2
  Bytes bytes(60, 0);
  bytes[1] = 0x01;  // non-rotating
  // WABEREQ, WACEREQ 1: what was erased reads without an error.
  bytes[3] = static_cast<std::uint8_t>((disk.sanitizes(0x02) ? 0x40 : 0) | (disk.sanitizes(0x03) ? 0x10 : 0));
  bytes[4] = 0x02;  // FUAB: FUA and SYNCHRONIZE CACHE reach the medium
  return bytes;
}

Bytes thin_provisioning(const Disk& disk) {  // SBC-3 6.6.6
  const bool thin = disk.thin();
  const std::uint8_t how = static_cast<std::uint8_t>(0xe0 | (disk.capabilities().trimmed_reads_zero ? 0x04 : 0));
  const auto threshold = disk.threshold();
  return {threshold ? threshold->exponent : std::uint8_t{0}, thin ? how : std::uint8_t{0},
          static_cast<std::uint8_t>(thin ? 0x02 : 0x00), 0};
}

constexpr std::uint8_t cdrom_pages[] = {0x00, 0x80, 0x83};
constexpr std::uint8_t disk_pages[] = {0x00, 0x80, 0x83, 0x86, 0x8f, 0xb0, 0xb1, 0xb2};

std::span<const std::uint8_t> pages_of(const Disk& disk) {
  if (disk.is_cdrom()) return cdrom_pages;
  return disk_pages;
}

Bytes page_body(const Disk& disk, std::uint8_t page) {
  switch (page) {
    case 0x00:
      return {pages_of(disk).begin(), pages_of(disk).end()};
    case 0x80: {
      const ByteView serial = bytes_of(disk.identity().serial);
      return {serial.begin(), serial.end()};
    }
    case 0x83:
      return device_identification(disk);
    case 0x86:
      return extended_inquiry();
    case 0x8f:
      return third_party_copy();
    case 0xb0:
      return block_limits(disk);
    case 0xb1:
      return block_characteristics(disk);
    default:
      return thin_provisioning(disk);
  }
}

}  // namespace

Step inquiry(Command& command) {
  const Cdb& cdb = command.cdb();
  const std::size_t room = cdb.u16(3);
  if (cdb.bit(1, 0xfe)) return command.refuse(invalid_field(1));  // CMDDT is obsolete
  if (!cdb.bit(1, 0x01)) {
    if (cdb.u8(2) != 0) return command.refuse(invalid_field(2));
    return command.good(standard_data(command), room);
  }
  if (!command.lun_exists() || !std::ranges::binary_search(pages_of(command.disk()), cdb.u8(2))) {
    return command.refuse(invalid_field(2));
  }
  const Bytes body = page_body(command.disk(), cdb.u8(2));
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(static_cast<std::uint8_t>(command.disk().identity().type));
  out.u8(cdb.u8(2));
  out.u16(static_cast<std::uint16_t>(body.size()));
  out.bytes(body);
  return command.good(std::move(bytes), room);
}

}  // namespace bootferry::iscsi::scsi
