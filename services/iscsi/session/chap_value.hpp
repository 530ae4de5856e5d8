// SPDX-License-Identifier: Apache-2.0
// The binary values of CHAP as text (RFC 7143 6.1): 0x hexadecimal and 0b base64. The length of the text is judged
// before a byte of it is decoded. Used by ChapAuthenticator; pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace bootferry::iscsi {

inline constexpr std::size_t max_chap_binary = 1024;  // RFC 7143 12.1.3: a challenge or response is no longer

/// Nothing for what is neither form, empty, longer than `max_chap_binary`, of half a byte, or base64 that is not padded
/// as RFC 4648 says.
[[nodiscard]] std::optional<Bytes> parse_chap_binary(std::string_view text);
[[nodiscard]] std::string render_chap_binary(ByteView bytes);  ///< 0x..., which every initiator reads

}  // namespace bootferry::iscsi
