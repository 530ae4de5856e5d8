// SPDX-License-Identifier: Apache-2.0
// What a file from outside is, by its magic numbers and its size. Asked once, when it comes in: what a guest writes to
// its disk later never changes what the disk is taken for. Pure, any thread; called by importer and a fuzzer.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/units.hpp"

namespace bootferry::incoming {

enum class Packing { none, gzip, xz, zstd, bzip2 };
enum class Format { raw, iso, floppy, qcow2, vmdk, vdi, vhd, vhdx };

struct FileKind {
  Packing packing = Packing::none;
  Format format = Format::raw;  ///< of what is not packed
  friend bool operator==(const FileKind&, const FileKind&) = default;
};

/// The start of a file that is looked at (less when it is shorter), and its end.
inline constexpr std::size_t looked_at_start = 128 << 10, looked_at_end = 512;

[[nodiscard]] FileKind recognise(ByteView start, ByteView end, ByteCount size);

[[nodiscard]] std::string_view name_of(Format format);
[[nodiscard]] std::string_view name_of(Packing packing);
[[nodiscard]] std::optional<Format> parse_format(std::string_view name);
/// qemu-img has to make a disk of it.
[[nodiscard]] bool is_foreign(Format format);

}  // namespace bootferry::incoming
