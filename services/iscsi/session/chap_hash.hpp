// SPDX-License-Identifier: Apache-2.0
// The hashes of CHAP (RFC 1994 4.1, RFC 7143 12.1, registry of PPP authentication algorithms). Used by
// ChapAuthenticator and its tests; pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"

namespace bootferry::iscsi {

enum class ChapAlgorithm : std::uint8_t { md5 = 5, sha256 = 7 };

[[nodiscard]] std::size_t digest_size(ChapAlgorithm algorithm);
/// The hash over identifier, secret and challenge; nothing where the system's library forbids the algorithm (MD5 in a
/// FIPS set-up).
[[nodiscard]] std::optional<Bytes> chap_response(ChapAlgorithm algorithm, std::uint8_t identifier,
                                                 std::string_view secret, ByteView challenge);
/// Takes as long whether the first byte differs or the last.
[[nodiscard]] bool equal_in_constant_time(ByteView a, ByteView b);

}  // namespace bootferry::iscsi
