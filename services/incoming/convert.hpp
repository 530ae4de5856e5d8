// SPDX-License-Identifier: Apache-2.0
// Makes a raw disk of a packed or foreign file, in confined children: ourselves for unpacking, qemu-img for converting.
// Both keep away from the last of the disk's free space, which running overlays need. Blocks; called by importer.
#pragma once

#include <filesystem>
#include <functional>

#include "base/result.hpp"
#include "base/units.hpp"
#include "incoming/file_kind.hpp"

namespace bootferry::incoming {

/// What may be told and asked while it works: bytes done, of how many. Its first error ends the work.
using Report = std::function<Result<void>(ByteCount done, ByteCount total)>;

/// The programs that do it.
struct Converters {
  std::filesystem::path unpacker = "/proc/self/exe";  ///< calls unpack_main
  std::filesystem::path qemu_img = "/usr/bin/qemu-img";
};

/// The bytes that may be taken now of the disk that `fd` lies on; it keeps 1/64 of its size, 1 GiB at most.
[[nodiscard]] Result<ByteCount> usable_space(int fd);

[[nodiscard]] Result<void> unpack_confined(const Converters& converters, int input, int output, ByteCount input_size,
                                           const Report& report);
/// `disk_size`: as check_foreign told it; 0 when it is not known.
[[nodiscard]] Result<void> convert_confined(const Converters& converters, Format format, int input, int output,
                                            ByteCount input_size, ByteCount disk_size, const Report& report);

/// "    (12.50/100%)\r", as qemu-img -p says it: in hundredths of a percent, of the last one in the text; -1 for none.
[[nodiscard]] int parse_percent(std::string_view text);

}  // namespace bootferry::incoming
