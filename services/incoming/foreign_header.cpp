// SPDX-License-Identifier: Apache-2.0
#include "incoming/foreign_header.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "images/qcow2/header.hpp"

namespace bootferry::incoming {
namespace {

using namespace std::string_view_literals;

std::unexpected<Error> refuse(std::string why) { return fail(ErrorKind::unsupported, std::move(why)); }
std::unexpected<Error> broken(std::string_view format) {
  return fail(ErrorKind::invalid, "This " + std::string(format) + " file is damaged: its header cannot be.");
}

// VMDK, VDI and VHDX are little-endian.
std::uint64_t little(ByteView bytes, std::size_t offset, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8 | bytes[offset + i];
  return value;
}

bool contains(ByteView bytes, std::string_view wanted) { return text_of(bytes).find(wanted) != std::string_view::npos; }

Result<ByteCount> check_size(std::uint64_t bytes) {
  if (bytes == 0) return fail(ErrorKind::invalid, "The disk in this file has no size.");
  if (bytes > largest_disk.value) {
    return fail(ErrorKind::invalid, "The disk in this file claims to have " + render_byte_count({bytes}) +
                                        "; more than " + render_byte_count(largest_disk) + " is not taken.");
  }
  return ByteCount{bytes};
}

Result<ByteCount> check_qcow2(ByteView start, ByteCount file_size) {
  auto header = images::qcow2::decode_header(start, file_size);
  if (!header) return std::unexpected(header.error());
  if (!header->backing_name.empty()) {
    return refuse(
        "This qcow2 file lies on another file, which is never opened; make it whole with \"qemu-img convert\" "
        "where both are.");
  }
  return check_size(header->size);
}

// A sparse extent with its descriptor inside: the one kind of VMDK that is a single file.
Result<ByteCount> check_vmdk(ByteView start) {
  if (text_of(start).starts_with("# Disk DescriptorFile")) {
    return refuse(
        "This VMDK file only describes a disk that lies in other files, which are never opened; make one file of "
        "them with \"qemu-img convert\" where they are.");
  }
  if (text_of(start).starts_with("COWD")) return refuse("This VMDK file is of a kind (COWD) that is not taken.");
  constexpr std::size_t descriptor_at = 512, header_size = 79;
  if (start.size() < descriptor_at + header_size) return broken("VMDK");
  const std::uint64_t version = little(start, 4, 4), capacity = little(start, 12, 8), grain = little(start, 20, 8);
  const std::uint64_t given_at = little(start, 28, 8), given_size = little(start, 36, 8);
  if (version < 1 || version > 3 || grain < 8 || grain > 128 << 10 || (grain & (grain - 1)) != 0) return broken("VMDK");
  // Without a capacity its reader would take the file for a mere description.
  if (capacity == 0 || capacity > (std::uint64_t{1} << 54)) return broken("VMDK");
  // Its readers look for a parent in the description, which lies behind the header; all that we have of the file is
  // searched, wherever the header says that it is.
  if (given_at != 0 && (given_at > 64 || given_size > 128 || (given_at + given_size) * 512 > looked_at_start))
    return refuse("This VMDK file keeps its description in an unusual place, which is not taken.");
  if (contains(start, "parentFileNameHint"))
    return refuse(
        "This VMDK file lies on another file, which is never opened; make it whole with \"qemu-img convert\".");
  if (given_at != 0 && !contains(start, "\"monolithicSparse\"") && !contains(start, "\"streamOptimized\""))
    return refuse("This VMDK file is a part of a disk that lies in several files, which are never opened.");
  return check_size(capacity * 512);
}

Result<ByteCount> check_vdi(ByteView start) {
  constexpr std::size_t header_size = 512;
  if (start.size() < header_size) return broken("VDI");
  const std::uint64_t type = little(start, 0x4c, 4);
  if (type != 1 && type != 2) return refuse("This VDI file is a difference to another one, which is never opened.");
  // Who it was linked to and who its parent is: all zeros in an image that stands alone.
  if (!std::ranges::all_of(start.subspan(0x1a8, 32), [](auto byte) { return byte == 0; }))
    return refuse("This VDI file lies on another one, which is never opened.");
  return check_size(little(start, 0x170, 8));
}

Result<ByteCount> check_vhd(ByteView start, ByteView end) {
  ByteView footer = text_of(end).starts_with("conectix") ? end : start;
  if (end.size() > 8 && text_of(end.subspan(1)).starts_with("conectix")) footer = end.subspan(1);
  if (footer.size() < 64 || !text_of(footer).starts_with("conectix")) return broken("VHD");
  ByteReader in(footer);
  in.skip(48);
  const std::uint64_t size = in.u64();
  in.skip(4);
  const std::uint32_t type = in.u32();
  if (type == 4) return refuse("This VHD file is a difference to another one, which is never opened.");
  if (type != 2 && type != 3) return broken("VHD");
  return check_size(size);
}

// Its parent is told by metadata whose place a table tells; the bit "has a parent" and the locator's identity are
// searched nowhere here, because qemu-img has no way to open a parent of a VHDX and refuses it.
Result<ByteCount> check_vhdx(ByteCount file_size) {
  if (file_size < mib(1)) return broken("VHDX");
  return ByteCount{0};
}

}  // namespace

Result<ByteCount> check_foreign(Format format, ByteView start, ByteView end, ByteCount file_size) {
  switch (format) {
    case Format::qcow2:
      return check_qcow2(start, file_size);
    case Format::vmdk:
      return check_vmdk(start);
    case Format::vdi:
      return check_vdi(start);
    case Format::vhd:
      return check_vhd(start, end);
    case Format::vhdx:
      return check_vhdx(file_size);
    default:
      return fail(ErrorKind::invalid, "This is no foreign image.");
  }
}

}  // namespace bootferry::incoming
