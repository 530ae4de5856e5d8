// SPDX-License-Identifier: Apache-2.0
// `?limit=N&after=KEY` of a list that can grow: one page of it, and the address of the next one in a Link header (RFC
// 8288), so that bodies are the same with and without pages. A key is what the list is ordered by (a MAC, an address,
// an id, a name), so that a page neither repeats nor leaves out what stayed while others came and went. Called by the
// api files; pure, any thread.
#pragma once

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "base/ipv4_address.hpp"
#include "base/mac_address.hpp"
#include "http/api/json.hpp"

namespace bootferry::http::api {

/// Pages have this many items at most.
inline constexpr std::size_t max_limit = 1000;

/// As the query has them.
struct PageWords {
  std::optional<std::size_t> limit;  ///< 1 to max_limit
  std::optional<std::string> after;
};
/// `others` are further words of the query, which the route reads itself; a word that is none of all is an error.
[[nodiscard]] Result<PageWords> parse_page_words(const Request& request,
                                                 std::initializer_list<std::string_view> others = {});

/// Of a list that a store cuts: its keys are ids, and it may be of one client.
struct LogWords {
  std::optional<MacAddress> mac{};
  std::optional<std::size_t> limit{};
  std::optional<std::uint64_t> after{}, before{};
};
/// `others`: "mac" and "before" where the route has them.
[[nodiscard]] Result<LogWords> parse_log_words(const Request& request, std::initializer_list<std::string_view> others);

/// The key of an item as `after` has it. An error names the word.
template <class Key>
[[nodiscard]] Result<Key> parse_key(const std::string& text);
template <>
Result<MacAddress> parse_key(const std::string& text);
template <>
Result<Ipv4Address> parse_key(const std::string& text);
template <>
Result<std::uint64_t> parse_key(const std::string& text);
template <>
Result<std::string> parse_key(const std::string& text);
[[nodiscard]] std::string text_of_key(const MacAddress& key);
[[nodiscard]] std::string text_of_key(Ipv4Address key);
[[nodiscard]] std::string text_of_key(std::uint64_t key);
[[nodiscard]] std::string text_of_key(const std::string& key);

/// The same question again, behind this key.
void add_next_link(Answer& answer, const Request& request, const std::string& key);

/// {"NAME": [...]}: of `views`, in the order of `key_of`, those that the query wants; all without a limit. `render`
/// makes an item's JSON.
template <class View, class KeyOf, class Render>
[[nodiscard]] Answer make_list(const Request& request, const char* name, std::vector<View> views, KeyOf key_of,
                               Render render) {
  using Key = std::decay_t<std::invoke_result_t<KeyOf, const View&>>;
  const auto words = parse_page_words(request);
  if (!words) return make_problem(words.error());
  std::ranges::stable_sort(views, {}, key_of);
  auto at = views.begin();
  if (words->after) {
    const auto key = parse_key<Key>(*words->after);
    if (!key) return make_problem(key.error());
    at = std::ranges::upper_bound(views, *key, {}, key_of);
  }
  const auto rest = static_cast<std::size_t>(views.end() - at);
  const auto end = at + static_cast<std::ptrdiff_t>(std::min(words->limit.value_or(rest), rest));
  Json list = Json::array();
  for (auto view = at; view != end; ++view) list.push_back(render(*view));
  Answer answer = make_json(200, {{name, std::move(list)}});
  if (end != views.end()) add_next_link(answer, request, text_of_key(std::invoke(key_of, *std::prev(end))));
  return answer;
}

/// The same of what a store cut already: it was asked for one more than `limit`, which is there where a next page is.
template <class View, class KeyOf, class Render>
[[nodiscard]] Answer make_cut_list(const Request& request, const char* name, const std::vector<View>& views,
                                   std::size_t limit, KeyOf key_of, Render render) {
  const std::size_t count = std::min(views.size(), limit);
  Json list = Json::array();
  for (std::size_t i = 0; i < count; ++i) list.push_back(render(views[i]));
  Answer answer = make_json(200, {{name, std::move(list)}});
  if (views.size() > limit) add_next_link(answer, request, text_of_key(std::invoke(key_of, views[count - 1])));
  return answer;
}

}  // namespace bootferry::http::api
