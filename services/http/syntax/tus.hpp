// SPDX-License-Identifier: Apache-2.0
// The texts of the tus protocol 1.0.0 for resumable uploads: numbers of bytes, and Upload-Metadata, a list of "key
// base64". Called by api/uploads, and by app/image_sender, who uploads; pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace bootferry::http {

/// Digits only, below 2^63.
[[nodiscard]] std::optional<std::uint64_t> parse_tus_number(std::string_view text);
/// None when it is malformed: a key twice or empty, no base64 (RFC 4648 section 4).
[[nodiscard]] std::optional<std::map<std::string, std::string>> parse_tus_metadata(std::string_view text);
/// The same backwards.
[[nodiscard]] std::string render_tus_metadata(const std::map<std::string, std::string>& pairs);

}  // namespace bootferry::http
