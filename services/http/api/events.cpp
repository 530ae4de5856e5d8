// SPDX-License-Identifier: Apache-2.0
#include "http/api/json.hpp"
#include "http/api/paging.hpp"
#include "http/api/resources.hpp"

namespace bootferry::http::api {
/// Without `after` the newest, which no page follows; with it those that follow, so that a program can read on.
Answer list_events(const Request& request, const Site& site) {
  const auto words = parse_log_words(request, {"mac"});
  if (!words) return make_problem(words.error());
  boot::EventQuery query{.mac = words->mac, .after = words->after};
  const std::size_t limit = words->limit.value_or(query.limit);
  query.limit = query.after ? limit + 1 : limit;
  return make_cut_list(request, "events", site.services.administration.events(query), limit, &boot::Event::id,
                       render_event);
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
