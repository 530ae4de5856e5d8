// SPDX-License-Identifier: Apache-2.0
// Unpacks gzip, xz, zstd or bzip2 with libarchive, in a confined child: the program calls itself, with UNPACK_WORD as
// its first argument. Descriptor 3 is read, 4 is written, from its start; runs of zeros are left out. Says "read N"
// lines.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/result.hpp"
#include "base/units.hpp"

namespace bootferry::incoming {

inline constexpr std::string_view unpack_word = "unpack-confined";

/// The size of what came out. invalid: damaged or no packed file; exhausted: more than `most` came out, or the disk is
/// full. `progress`: bytes of the input read so far.
[[nodiscard]] Result<ByteCount> unpack(int input, int output, ByteCount most,
                                       const std::function<void(std::uint64_t)>& progress);

/// The child's main function; its arguments: `unpack-confined MOST`. The exit status: 0, or 1 + the kind of the error
/// whose sentence it wrote to its standard error.
[[nodiscard]] int unpack_main(int argc, char** argv);

}  // namespace bootferry::incoming
