// SPDX-License-Identifier: Apache-2.0
// key=value text of login and text negotiation (RFC 7143 section 6). Keys, values and output are bounded, whatever
// comes in. Used by the session machine; pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace bootferry::iscsi {

struct KeyValue {
  std::string key;
  std::string value;
  friend bool operator==(const KeyValue&, const KeyValue&) = default;
};

inline constexpr std::size_t max_key_length = 63;      // RFC 7143 6.1
inline constexpr std::size_t max_value_length = 8192;  // CHAP responses and lists stay far below
inline constexpr std::size_t max_keys = 64;  // so that an answer NotUnderstood to each of them stays below 8 KiB
inline constexpr std::size_t max_text_length =
    8192;  // RFC 7143 13.12: the default MaxRecvDataSegmentLength, for all text PDUs

/// Pairs parted by NUL; the last NUL may be missing, empty pairs are skipped.
[[nodiscard]] Result<std::vector<KeyValue>> parse_key_values(ByteView text);
[[nodiscard]] std::optional<std::string_view> find_value(const std::vector<KeyValue>& pairs, std::string_view key);

/// Text that never outgrows its limit.
class KeyValueText {
 public:
  explicit KeyValueText(std::size_t limit = max_text_length) : limit_(limit) {}
  void add(std::string_view key, std::string_view value);
  [[nodiscard]] bool overflowed() const { return overflowed_; }
  [[nodiscard]] const Bytes& bytes() const { return bytes_; }

 private:
  std::size_t limit_;
  bool overflowed_ = false;
  Bytes bytes_;
};

/// Decimal or 0x hexadecimal (RFC 7143 6.1).
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);
/// "CRC32C,None": the parts between commas, at most 32.
[[nodiscard]] std::vector<std::string_view> parse_list(std::string_view text);

}  // namespace bootferry::iscsi
