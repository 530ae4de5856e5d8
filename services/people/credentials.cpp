// SPDX-License-Identifier: Apache-2.0
#include "people/credentials.hpp"

#include <sodium.h>

#include <array>
#include <new>

namespace bootferry::people {
namespace {

constexpr std::size_t shortest = 10, longest = 1024;
constexpr std::size_t interactive_memory = std::size_t{19} << 20;
constexpr unsigned interactive_passes = 2;
constexpr std::string_view alphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ";

std::array<unsigned char, 32> hash_of(std::string_view text) {
  std::array<unsigned char, 32> out{};
  crypto_generichash(out.data(), out.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr,
                     0);
  return out;
}

}  // namespace

Result<void> check_password(std::string_view password) {
  if (password.size() < shortest) return fail(ErrorKind::invalid, "A password has at least 10 characters.");
  if (password.size() > longest) return fail(ErrorKind::invalid, "A password has at most 1024 bytes.");
  return {};
}

std::string hash_password(std::string_view password, PasswordCost cost) {
  const bool least = cost == PasswordCost::least;
  std::array<char, crypto_pwhash_STRBYTES> out{};
  const auto done = crypto_pwhash_str_alg(
      out.data(), password.data(), password.size(), least ? crypto_pwhash_OPSLIMIT_MIN : interactive_passes,
      least ? crypto_pwhash_MEMLIMIT_MIN : interactive_memory, crypto_pwhash_ALG_ARGON2ID13);
  if (done != 0) throw std::bad_alloc();
  return out.data();
}

bool verify_password(const std::string& hash, std::string_view password) {
  return password.size() <= longest && crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

std::string make_secret(Random& random) {
  std::array<std::uint8_t, 32> bytes{};
  random.fill(bytes);
  std::array<char, 64> text{};
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return text.data();
}

std::string make_code(Random& random) {
  std::string code;
  while (code.size() < 14) {
    std::uint8_t byte = 0;
    random.fill(MutableByteView(&byte, 1));
    const std::size_t drawn = byte & 31u;
    if (drawn >= alphabet.size()) continue;
    if (code.size() == 4 || code.size() == 9) code += '-';
    code += alphabet[drawn];
  }
  return code;
}

std::string plain_code(std::string_view typed) {
  std::string plain;
  for (const char c : typed) {
    if (c == '-' || c == ' ') continue;
    plain += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return plain;
}

std::string digest_of(std::string_view secret) {
  const auto hash = hash_of(secret);
  std::array<char, 65> text{};
  sodium_bin2hex(text.data(), text.size(), hash.data(), hash.size());
  return text.data();
}

bool same_secret(std::string_view a, std::string_view b) {
  const auto first = hash_of(a);
  const auto second = hash_of(b);
  return sodium_memcmp(first.data(), second.data(), first.size()) == 0;
}

}  // namespace bootferry::people
