// SPDX-License-Identifier: Apache-2.0
#include "boot/boot_secrets.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <charconv>

#include "base/bytes.hpp"

namespace bootferry::boot {
namespace {

constexpr std::string_view purpose = "bootferry boot secret 1";  // the key makes nothing else by accident
constexpr std::size_t secret_bytes = 12;                         // 16 characters of base64

std::string user_name(const MacAddress& mac, std::uint64_t number) {
  return fmt::format("{}.{:x}", mac.to_hex(), number);
}

/// Only as user_name() writes it.
std::optional<std::uint64_t> find_number(const MacAddress& mac, std::string_view user) {
  const std::size_t dot = user.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(user.data() + dot + 1, user.data() + user.size(), number, 16);
  if (error != std::errc{} || user != user_name(mac, number)) return std::nullopt;
  return number;
}

std::uint64_t mark_of(const BootSecrets::Marks& marks, const MacAddress& mac) {
  const auto at = marks.find(mac);
  return at == marks.end() ? 0 : at->second;
}

}  // namespace

BootSecrets::BootSecrets(const Key& key, const Clock& clock, Marks marks, Keep keep)
    : key_(key), clock_(clock), keep_(std::move(keep)), marks_(std::move(marks)) {}

std::uint64_t BootSecrets::now() const {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(clock_.wall_now().time_since_epoch().count(), 1));
}

Secret BootSecrets::secret_of(const MacAddress& mac, std::uint64_t number) const {
  Bytes message;
  ByteWriter writer(message);
  writer.text(purpose);
  writer.u8(0);
  writer.text(mac.to_hex());
  writer.u64(number);
  std::array<std::uint8_t, crypto_auth_hmacsha256_BYTES> hash{};
  static_assert(crypto_auth_hmacsha256_KEYBYTES == std::tuple_size_v<Key>);
  crypto_auth_hmacsha256(hash.data(), message.data(), message.size(), key_.data());
  std::array<char, secret_bytes / 3 * 4 + 1> text{};
  sodium_bin2base64(text.data(), text.size(), hash.data(), secret_bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  std::ranges::replace(text, '-', '.');  // a value that begins with '-' is an option to iPXE
  return Secret(std::string(text.data()));
}

/// The number is the time, or one more than the last where a clock stands or went back.
BootSecrets::Credentials BootSecrets::issue(const MacAddress& mac) {
  std::uint64_t number = now();
  {
    std::lock_guard lock(mutex_);
    std::uint64_t& last = issued_[mac];
    number = std::max({number, last + 1, mark_of(marks_, mac) + 1});
    last = number;
  }
  return {user_name(mac, number), secret_of(mac, number)};
}

std::optional<Secret> BootSecrets::find(const MacAddress& mac, std::string_view user) const {
  const auto number = find_number(mac, user);
  if (!number) return std::nullopt;
  {
    std::lock_guard lock(mutex_);
    const std::uint64_t mark = mark_of(marks_, mac);
    // One from the future was never issued, unless a clock went back since.
    if (*number < mark || *number > std::max({now(), mark_of(issued_, mac), mark})) return std::nullopt;
  }
  return secret_of(mac, *number);
}

void BootSecrets::on_login(const MacAddress& mac, std::string_view user) {
  const auto number = find_number(mac, user);
  if (!number) return;
  {
    std::lock_guard lock(mutex_);
    std::uint64_t& mark = marks_[mac];
    if (*number <= mark) return;
    mark = *number;
  }
  keep_(mac, *number);
}

}  // namespace bootferry::boot
