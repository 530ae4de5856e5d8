// SPDX-License-Identifier: Apache-2.0
#include "incoming/file_kind.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace bootferry::incoming {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::pair<Format, std::string_view>, 8> format_names{{{Format::raw, "raw"},
                                                                           {Format::iso, "iso"},
                                                                           {Format::floppy, "floppy"},
                                                                           {Format::qcow2, "qcow2"},
                                                                           {Format::vmdk, "vmdk"},
                                                                           {Format::vdi, "vdi"},
                                                                           {Format::vhd, "vhd"},
                                                                           {Format::vhdx, "vhdx"}}};

// 360K, 720K, 1.2M, 1.44M, 2.88M: heads * tracks * sectors of 512 bytes.
constexpr std::array<std::uint64_t, 5> floppy_sizes{2ull * 40 * 9 * 512, 2ull * 80 * 9 * 512, 2ull * 80 * 15 * 512,
                                                    2ull * 80 * 18 * 512, 2ull * 80 * 36 * 512};

bool has(ByteView bytes, std::size_t offset, std::string_view magic) {
  return bytes.size() >= offset + magic.size() && text_of(bytes.subspan(offset, magic.size())) == magic;
}

Packing packing_of(ByteView start) {
  if (has(start, 0, "\x1f\x8b\x08"sv)) return Packing::gzip;  // RFC 1952 2.3.1
  if (has(start, 0,
          "\xfd"
          "7zXZ\0"sv))
    return Packing::xz;
  if (has(start, 0, "\x28\xb5\x2f\xfd"sv)) return Packing::zstd;  // RFC 8878 3.1.1
  const bool blocks = has(start, 4, "\x31\x41\x59\x26\x53\x59"sv) || has(start, 4, "\x17\x72\x45\x38\x50\x90"sv);
  if (has(start, 0, "BZh") && blocks) return Packing::bzip2;
  return Packing::none;
}

Format format_of(ByteView start, ByteView end, ByteCount size) {
  if (has(start, 0, "QFI\xfb"sv)) return Format::qcow2;
  if (has(start, 0, "KDMV") || has(start, 0, "COWD") || has(start, 0, "# Disk DescriptorFile")) return Format::vmdk;
  if (has(start, 0, "vhdxfile")) return Format::vhdx;
  if (has(start, 0x40, "\x7f\x10\xda\xbe"sv)) return Format::vdi;
  // A VHD of fixed size is a disk with a footer of 512 bytes (511 in the oldest).
  if (has(start, 0, "conectix") || has(end, 0, "conectix") || has(end, 1, "conectix")) return Format::vhd;
  if (has(start, 16 * 2048 + 1, "CD001")) return Format::iso;  // ECMA-119 8.1.3
  return std::ranges::find(floppy_sizes, size.value) != floppy_sizes.end() ? Format::floppy : Format::raw;
}

}  // namespace

FileKind recognise(ByteView start, ByteView end, ByteCount size) {
  const Packing packing = packing_of(start);
  return {packing, packing == Packing::none ? format_of(start, end, size) : Format::raw};
}

std::string_view name_of(Format format) {
  const auto* found = std::ranges::find(format_names, format, &std::pair<Format, std::string_view>::first);
  return found == format_names.end() ? "raw" : found->second;
}

std::string_view name_of(Packing packing) {
  constexpr std::array<std::string_view, 5> names{"none", "gzip", "xz", "zstd", "bzip2"};
  return names[static_cast<std::size_t>(packing)];
}

std::optional<Format> parse_format(std::string_view name) {
  const auto* found = std::ranges::find(format_names, name, &std::pair<Format, std::string_view>::second);
  return found == format_names.end() ? std::nullopt : std::optional(found->first);
}

bool is_foreign(Format format) { return format != Format::raw && format != Format::iso && format != Format::floppy; }

}  // namespace bootferry::incoming
