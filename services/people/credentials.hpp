// SPDX-License-Identifier: Apache-2.0
// Passwords and random secrets: argon2id (RFC 9106) for what people choose, a plain digest for what we choose, since
// nobody guesses 256 random bits. Called by accounts; any thread. Hashing a password takes memory and tens of
// milliseconds on purpose: never on a network loop.
#pragma once

#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/result.hpp"

namespace bootferry::people {

enum class PasswordCost {
  interactive,  ///< 19 MiB and 2 passes, OWASP's least for argon2id: small enough for a small server
  least,        ///< tests
};

/// 10 to 1024 bytes.
[[nodiscard]] Result<void> check_password(std::string_view password);
/// Libsodium's "$argon2id$..." text, with its own salt. Throws std::bad_alloc.
[[nodiscard]] std::string hash_password(std::string_view password, PasswordCost cost);
[[nodiscard]] bool verify_password(const std::string& hash, std::string_view password);

/// 256 random bits in base64url (43 characters).
[[nodiscard]] std::string make_secret(Random& random);
/// "7KQF-2MXP-9DTW": 12 of 30 letters (58 random bits), none that people mistake for another.
[[nodiscard]] std::string make_code(Random& random);
/// Of a code as a person types it: without hyphens and spaces, in capitals.
[[nodiscard]] std::string plain_code(std::string_view typed);

/// What is stored of a secret of ours: BLAKE2b-256 in hexadecimal.
[[nodiscard]] std::string digest_of(std::string_view secret);
/// In constant time, whatever the lengths.
[[nodiscard]] bool same_secret(std::string_view a, std::string_view b);

}  // namespace bootferry::people
