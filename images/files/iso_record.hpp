// SPDX-License-Identifier: Apache-2.0
// The directory records of ISO 9660 (ECMA-119 9.1), with the names of Joliet (UCS-2) and Rock Ridge (IEEE P1282 4.1.4,
// in fields of SUSP, IEEE P1281). Hostile bytes. Called by IsoFiles; pure.
#pragma once

#include <functional>

#include "images/files/file_system.hpp"

namespace bootferry::images::files {

constexpr std::uint64_t iso_sector = 2048;

enum class IsoNames { plain, joliet, rock_ridge };

/// The bytes of a sector's part: where a record's fields go on (SUSP 5.1, CE); empty when there are none.
using Continuation = std::function<Bytes(std::uint64_t sector, std::uint64_t offset, std::uint64_t length)>;

/// The records of a folder's bytes, at most `most`; without "." and "..".
[[nodiscard]] std::vector<Node> decode_iso_folder(ByteView bytes, IsoNames names, std::size_t most,
                                                  const Continuation& continuation);
/// One record, as the root's in a volume descriptor. invalid when it is none.
[[nodiscard]] Result<Node> decode_iso_record(ByteView record);
/// Its first folder's "." has an SP field: Rock Ridge (SUSP 5.3) is used.
[[nodiscard]] bool has_susp(ByteView first_sector);

}  // namespace bootferry::images::files
