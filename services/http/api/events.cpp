// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "http/api/json.hpp"
#include "http/api/resources.hpp"

namespace bootferry::http::api {
namespace {

constexpr std::size_t max_events = 1000;

Result<std::uint64_t> require_number(std::string_view name, std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return fail(ErrorKind::invalid, "\"" + std::string(name) + "\" must be a number.");
  }
  return value;
}

Result<boot::EventQuery> parse_event_query(const QueryPairs& pairs) {
  boot::EventQuery query;
  for (const auto& [name, value] : pairs) {
    if (name == "mac") {
      const auto mac = parse_mac_address(value);
      if (!mac) return std::unexpected(mac.error());
      query.mac = *mac;
      continue;
    }
    if (name != "after" && name != "limit") return fail(ErrorKind::invalid, "The query knows mac, after and limit.");
    const auto number = require_number(name, value);
    if (!number) return std::unexpected(number.error());
    if (name == "after") query.after = *number;
    if (name == "limit") query.limit = static_cast<std::size_t>(*number);
  }
  if (query.limit < 1 || query.limit > max_events) return fail(ErrorKind::invalid, "\"limit\" must be 1 to 1000.");
  return query;
}

}  // namespace

Answer list_events(const Request& request, const Site& site) {
  const auto query = parse_event_query(request.target.query);
  if (!query) return make_problem(query.error());
  Json list = Json::array();
  for (const boot::Event& event : site.services.administration.events(*query)) list.push_back(render_event(event));
  return make_json(200, {{"events", std::move(list)}});
}

Answer stream_events(const Request& request, const Site& site) {
  LiveEvents wanted{request.last_event_id, nullptr};
  if (people::Accounts* accounts = site.services.accounts)
    wanted.is_allowed = [accounts, caller = request.caller] { return accounts->is_still_good(caller); };
  Answer answer(200, "text/event-stream", std::move(wanted));
  answer.add_header("Cache-Control", "no-store");
  answer.add_header("X-Accel-Buffering", "no");  // nginx in front of us must not collect the stream
  return answer;
}

}  // namespace bootferry::http::api
