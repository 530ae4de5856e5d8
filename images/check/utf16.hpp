// SPDX-License-Identifier: Apache-2.0
// Names in UTF-16 as disks hold them (VFAT, Joliet), for people. Called by the decoders of folders; pure. What is no
// character becomes U+FFFD (RFC 3629 3).
#pragma once

#include <span>
#include <string>

namespace bootferry::images::check {

[[nodiscard]] std::string utf8_of(std::span<const char16_t> units);

}  // namespace bootferry::images::check
