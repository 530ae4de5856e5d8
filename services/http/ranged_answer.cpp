// SPDX-License-Identifier: Apache-2.0
#include "http/ranged_answer.hpp"

#include <fmt/format.h>

#include "http/syntax/date.hpp"
#include "http/syntax/range.hpp"

namespace bootferry::http {
namespace {

bool is_not_modified(const Request& request, const Representation& whole) {
  if (!request.if_none_match.empty()) {
    return request.if_none_match == "*" ||
           (!whole.etag.empty() && request.if_none_match.find(whole.etag) != std::string::npos);
  }
  const auto since = parse_date(request.if_modified_since);
  return since && whole.modified && *whole.modified <= *since;
}

/// A range of an older version would be glued to a newer one's start: then the whole file is sent instead.
bool range_still_fits(const Request& request, const Representation& whole) {
  if (request.if_range.empty()) return true;
  if (request.if_range.starts_with('"')) return request.if_range == whole.etag;
  const auto date = parse_date(request.if_range);
  return date && whole.modified && *date == *whole.modified;
}

}  // namespace

Answer answer_ranged(const Request& request, const Representation& whole,
                     const std::function<Answer::Body(std::uint64_t offset, std::uint64_t length)>& part_of) {
  const auto add_validators = [&](Answer& answer) {
    if (!whole.etag.empty()) answer.add_header("ETag", whole.etag);
    if (whole.modified) answer.add_header("Last-Modified", render_date(*whole.modified));
    answer.add_header("Accept-Ranges", "bytes");
    answer.add_header("Cache-Control", std::string(whole.cache_control));
  };
  if (is_not_modified(request, whole)) {
    Answer answer(304);
    add_validators(answer);
    return answer;
  }
  RangeChoice choice{RangeChoice::Kind::whole, 0, whole.size};
  // RFC 9110 14.2: Range is defined for GET only.
  if (request.method == Method::get && range_still_fits(request, whole))
    choice = parse_range(request.range, whole.size);
  if (choice.kind == RangeChoice::Kind::unsatisfiable) {
    Answer answer = make_problem(416, fmt::format("The file has {} bytes; the range lies behind them.", whole.size));
    answer.add_header("Content-Range", fmt::format("bytes */{}", whole.size));
    return answer;
  }
  const bool part = choice.kind == RangeChoice::Kind::part;
  Answer answer(part ? 206 : 200, whole.content_type, part_of(choice.first, choice.length));
  add_validators(answer);
  if (part) {
    answer.add_header("Content-Range",
                      fmt::format("bytes {}-{}/{}", choice.first, choice.first + choice.length - 1, whole.size));
  }
  return answer;
}

}  // namespace bootferry::http
