// SPDX-License-Identifier: Apache-2.0
// Looks into the header of a foreign image before any other program does: an image that asks for a file beside itself
// (backing file, external data file, extent, parent), that is encrypted, or that claims an absurd size is refused.
// Names in it are never opened, and not even told: they are the stranger's words. Pure, any thread; importer, a fuzzer.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "incoming/file_kind.hpp"

namespace bootferry::incoming {

/// No disk that somebody brings is larger: 64 TiB.
inline constexpr ByteCount largest_disk{std::uint64_t{64} << 40};

/// `start`, `end`: as recognise() takes them. The size of the disk inside where the header tells it (VHDX keeps it
/// behind tables that only its reader walks: 0). invalid: broken or too large; unsupported: asks for something else.
[[nodiscard]] Result<ByteCount> check_foreign(Format format, ByteView start, ByteView end, ByteCount file_size);

}  // namespace bootferry::incoming
