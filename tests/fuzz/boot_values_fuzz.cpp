// SPDX-License-Identifier: Apache-2.0
// Names and patterns that strangers write: an initiator's target, a rule's pattern against what a machine says of
// itself, and the text of a script template.
#include <cstdlib>
#include <vector>

#include "base/bytes.hpp"
#include "boot/group.hpp"
#include "boot/target_name.hpp"
#include "http/syntax/ipxe_script.hpp"

namespace {

using namespace bootferry;

void target(std::string_view iqn) {
  const auto key = boot::find_target_key(iqn);
  if (!key) return;
  const std::string name = boot::target_name(*key);
  if (boot::find_target_key(name) != key) std::abort();
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// The same question, answered by a table: fits[t] is whether what was read of the pattern fits the text's first t.
bool matches_slowly(std::string_view pattern, std::string_view text) {
  std::vector<bool> fits(text.size() + 1, false);
  fits[0] = true;
  for (const char c : pattern) {
    std::vector<bool> next(text.size() + 1, false);
    for (std::size_t t = 0; t <= text.size(); ++t) {
      if (c == '*')
        next[t] = fits[t] || (t > 0 && next[t - 1]);
      else
        next[t] = t > 0 && fits[t - 1] && lower(c) == lower(text[t - 1]);
    }
    fits = std::move(next);
  }
  return fits[text.size()];
}

void pattern(std::string_view both) {
  both = both.substr(0, 512);
  const std::size_t cut = std::min(both.find('\n'), both.size());
  const std::string_view pattern = both.substr(0, cut), text = both.substr(std::min(cut + 1, both.size()));
  if (boot::matches(pattern, text) != matches_slowly(pattern, text)) std::abort();
}

void script(std::string_view text) {
  const auto good = http::check_ipxe_script(text);
  if (good && (!text.starts_with("#!ipxe") || text.find('\0') != text.npos)) std::abort();
  if (!good && good.error().message.size() > 200) std::abort();  // it is shown to a person
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader reader({data, size});
  const std::uint8_t which = reader.u8();
  const std::string_view text = text_of(reader.take_rest());
  if (which % 3 == 0) target(text);
  if (which % 3 == 1) pattern(text);
  if (which % 3 == 2) script(text);
  return 0;
}
