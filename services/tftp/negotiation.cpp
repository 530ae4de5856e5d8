// SPDX-License-Identifier: Apache-2.0
#include "tftp/negotiation.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace bootferry::tftp {
namespace {

/// All digits, inside [lowest, highest]; else the option is as good as not sent.
std::optional<std::uint64_t> number_in(const std::string& text, std::uint64_t lowest, std::uint64_t highest) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || value < lowest || value > highest) return std::nullopt;
  return value;
}

}  // namespace

Terms negotiate(const ReadRequest& request, std::uint64_t size, const TransferLimits& limits) {
  Terms terms;
  for (const Option& option : request.options) {
    std::uint64_t answer = 0;
    if (option.name == "blksize") {
      const auto asked = number_in(option.value, 8, 65464);  // RFC 2348
      if (!asked) continue;
      answer = terms.block_size = std::min<std::uint64_t>(*asked, limits.max_block_size);
    } else if (option.name == "windowsize") {
      const auto asked = number_in(option.value, 1, 65535);  // RFC 7440 section 3
      if (!asked) continue;
      answer = terms.window = std::min<std::uint64_t>(*asked, limits.max_window);
    } else if (option.name == "timeout") {
      const auto asked = number_in(option.value, 1,
                                   static_cast<std::uint64_t>(limits.max_timeout.count()));  // must be echoed as it is
      if (!asked) continue;
      terms.timeout = std::chrono::seconds(*asked);
      answer = *asked;
    } else if (option.name == "tsize") {
      terms.size_asked = true;
      answer = size;
    } else {
      continue;
    }
    terms.accepted.push_back({option.name, std::to_string(answer)});
  }
  // Both may be asked in either order, so the product is bounded at the end.
  const std::size_t most = std::max<std::size_t>(1, limits.max_window_bytes / terms.block_size);
  if (terms.window > most) {
    terms.window = most;
    for (Option& option : terms.accepted) {
      if (option.name == "windowsize") option.value = std::to_string(most);
    }
  }
  return terms;
}

}  // namespace bootferry::tftp
