// SPDX-License-Identifier: Apache-2.0
// The small texts inside a request: range, date, the shape of JSON, whom a proxy names; and values on their way into an
// iPXE script.
#include <cstdlib>

#include "base/bytes.hpp"
#include "http/syntax/date.hpp"
#include "http/syntax/json_shape.hpp"
#include "http/syntax/proxy_user.hpp"
#include "http/syntax/range.hpp"
#include "http/syntax/script_value.hpp"

namespace http = bootferry::http;

namespace {

void range(std::string_view text, std::uint64_t file_size) {
  const auto told = http::parse_content_range(text);
  if (told && told->first >= told->size) std::abort();
  const auto choice = http::parse_range(text, file_size);
  if (choice.kind == http::RangeChoice::Kind::unsatisfiable) return;
  const bool part = choice.kind == http::RangeChoice::Kind::part;
  if (choice.length > file_size || choice.first > file_size - choice.length || (part && choice.length == 0))
    std::abort();
}

void date(std::string_view text) {
  const auto time = http::parse_date(text);
  if (time && http::parse_date(http::render_date(*time)) != time) std::abort();
}

void script(std::string_view text) {
  if (http::check_script_line(text)) {
    if (text.find_first_of(std::string_view("\n\r\0", 3)) != text.npos || text.find("${") != text.npos) std::abort();
  }
  if (http::check_script_word(text) && text.find(' ') != text.npos) std::abort();
  for (const std::string& line : http::render_screen_lines(text)) {
    if (line.size() > 80 || line.find_first_of("\n\r${};&|#\x1b") != line.npos || line.starts_with('-')) std::abort();
  }
}

void proxy_user(std::string_view text) {
  if (http::is_proxy_user_name(text) && text.find_first_of(", \"\\\n") != text.npos) std::abort();
  const std::string_view group = text.substr(0, text.find('\n'));
  const std::string_view list = text.substr(group.size());
  if (http::has_group(list, group) && (group.empty() || list.find(group) == list.npos)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bootferry::ByteReader reader({data, size});
  const std::uint8_t which = reader.u8();
  const std::uint64_t file_size = reader.u64();
  const std::string_view text = bootferry::text_of(reader.take_rest());
  if (which % 5 == 0) range(text, file_size);
  if (which % 5 == 1) date(text);
  if (which % 5 == 2) script(text);
  if (which % 5 == 3) (void)http::check_json_shape(text);
  if (which % 5 == 4) proxy_user(text);
  return 0;
}
