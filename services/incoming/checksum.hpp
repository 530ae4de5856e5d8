// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4) of an open file from its start. Blocks; called by importer.
#pragma once

#include <string>

#include "incoming/convert.hpp"

namespace bootferry::incoming {

/// 64 lower-case hexadecimal digits.
[[nodiscard]] Result<std::string> sha256_of(int fd, ByteCount size, const Report& report);

}  // namespace bootferry::incoming
