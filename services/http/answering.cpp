// SPDX-License-Identifier: Apache-2.0
#include "http/answering.hpp"

#include <fmt/format.h>

#include "base/log.hpp"

namespace bootferry::http {
namespace {

constexpr std::size_t longest_key = 200;
constexpr std::size_t digest_letters = 16;

std::string short_digest(std::string_view text) { return people::digest_of(text).substr(0, digest_letters); }

bool is_json(const Answer& answer) { return answer.status() == 200 && answer.content_type() == "application/json"; }
bool is_read(const Request& request) { return request.method == Method::get || request.method == Method::head; }
bool is_edit(const Request& request) { return request.method == Method::put || request.method == Method::remove; }

template <class Work>
Answer guarded(const Request& request, Work work) {
  try {
    return work();
  } catch (const std::exception& error) {
    log::error("HTTP_HANDLER_FAILED", {{"path", request.path()}, {"why", error.what()}});
    return make_problem(500, "Something went wrong inside the server; its log has more.");
  }
}

Answer call(const Route& route, const Request& request, const Site& site) {
  return guarded(request, [&] { return route.handler(request, site); });
}

/// What was edited by people, a dot, and all of the answer: a retry of a read compares both, a write the first only, so
/// that a machine that was merely seen again does not spoil anybody's edit.
std::string entity_tag(const Answer& answer) {
  const std::string text = answer.text();
  return fmt::format("\"{}.{}\"", short_digest(answer.revision().empty() ? text : answer.revision()),
                     short_digest(text));
}

std::string_view revision_part(std::string_view tag) {
  while (tag.starts_with(' ')) tag.remove_prefix(1);
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag.starts_with('"')) tag.remove_prefix(1);
  return tag.substr(0, tag.find_first_of(".\" "));
}

bool names_revision(std::string_view list, std::string_view revision) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (revision_part(list.substr(0, end)) == revision) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

/// The same address, read. Nothing: it cannot be read.
std::optional<Answer> read_same(const Request& request, const Site& site) {
  for (const Route& route : all_routes()) {
    if (route.method != Method::get) continue;
    auto captures = match_path(route.pattern, request.path());
    if (!captures) continue;
    Request reading;
    reading.door = request.door;
    reading.caller = request.caller;
    reading.peer = request.peer;
    reading.target = request.target;
    reading.captures = std::move(*captures);
    return call(route, reading, site);
  }
  return std::nullopt;
}

std::optional<Answer> refuse_stale(const Request& request, const Site& site) {
  const std::string sentence = "It was changed since you read it; read it again, and make your change to that.";
  const auto now = read_same(request, site);
  if (!now || !is_json(*now)) return make_problem(412, "There is nothing here that If-Match could compare.");
  if (request.if_match == "*") return std::nullopt;
  const std::string tag = entity_tag(*now);
  if (names_revision(request.if_match, revision_part(tag))) return std::nullopt;
  Answer refusal = make_problem(412, sentence);
  refusal.add_header("ETag", tag);
  return refusal;
}

Answer edit(const Route& route, const Request& request, const Site& site) {
  if (!is_edit(request)) return call(route, request, site);
  // Between the comparison and the change nobody else's edit may come; those without If-Match wait too.
  std::lock_guard lock(*site.edits);
  if (!request.if_match.empty()) {
    if (auto stale = refuse_stale(request, site)) return std::move(*stale);
  }
  return call(route, request, site);
}

/// A key that holds who asked: nobody is told another's answer.
Answer edit_once(const Route& route, const Request& request, const Site& site) {
  if (request.method != Method::post || request.idempotency_key.empty()) return edit(route, request, site);
  if (request.idempotency_key.size() > longest_key)
    return make_problem(400, "Idempotency-Key is longer than 200 characters.");
  const std::string key = request.caller.description + '\n' + request.idempotency_key;
  const std::string digest = people::digest_of(request.path() + '\n' + request.body);
  const auto found = site.past_answers->begin(key, digest, site.services.clock.now());
  if (const auto* past = std::get_if<Answer>(&found)) return *past;
  if (std::holds_alternative<PastAnswers::Running>(found))
    return make_problem(409, "The first request with this Idempotency-Key is still being answered; try again later.");
  if (std::holds_alternative<PastAnswers::Different>(found))
    return make_problem(422, "This Idempotency-Key was of another request; take a new one.");
  Answer answer = edit(route, request, site);
  if (answer.status() < 500 && answer.status() != 429 && !std::holds_alternative<TakesBody>(answer.body()))
    site.past_answers->keep(key, answer);
  else
    site.past_answers->forget(key);
  return answer;
}

void add_entity_tag(Answer& answer, const Request& request) {
  const std::string tag = entity_tag(answer);
  const bool same = is_read(request) && !request.if_none_match.empty() &&
                    (request.if_none_match == "*" || request.if_none_match.find(tag) != std::string::npos);
  if (same) {
    answer = Answer(304);
    answer.add_header("Cache-Control", "no-cache");
  }
  answer.add_header("ETag", tag);
}

/// Pieces of uploads are data, not changes: their creation is in the log. A read is there when its handler has
/// something to say of it: it took secrets along. A question that needs a body is none either.
bool is_recorded(const Route& route, const Request& request, const Answer& answer) {
  if (is_read(request)) return !answer.note().empty();
  return route.right != people::Right::boot && !route.only_looks &&
         (is_edit(request) || request.method == Method::post);
}

void record(const Answer& answer, const Request& request, const Site& site) {
  people::Change change;
  change.who = request.caller.description;
  change.address = request.from;
  change.method = is_read(request)                 ? "GET"
                  : request.method == Method::put  ? "PUT"
                  : request.method == Method::post ? "POST"
                                                   : "DELETE";
  change.path = request.path();
  change.status = answer.status();
  change.note = answer.note();
  site.services.accounts->record(std::move(change));
}

/// A change whose body is still on its way is in the log once that was taken, or refused.
class RecordedSink final : public BodySink {
 public:
  RecordedSink(std::shared_ptr<BodySink> sink, const Request& request, const Site& site)
      : sink_(std::move(sink)), request_(request), site_(site) {}
  Result<void> take(ByteView piece) override {
    auto taken = sink_->take(piece);
    if (!taken) record(make_problem(taken.error()), request_, site_);
    return taken;
  }
  Answer finish() override {
    Answer answer = guarded(request_, [this] { return sink_->finish(); });
    record(answer, request_, site_);
    return answer;
  }

 private:
  std::shared_ptr<BodySink> sink_;
  const Request request_;
  const Site site_;
};

}  // namespace

Answer answer_request(const Route& route, const Request& request, const Site& site) {
  Answer answer = edit_once(route, request, site);
  if (answer.is_would_block()) return answer;
  // Too many tries are no news, and would push the news out.
  if (is_recorded(route, request, answer) && site.services.accounts != nullptr && answer.status() != 429) {
    if (const auto* takes = std::get_if<TakesBody>(&answer.body()))
      return Answer(200, "", TakesBody{std::make_shared<RecordedSink>(takes->sink, request, site)});
    record(answer, request, site);
  }
  if (is_json(answer) && request.method != Method::post) add_entity_tag(answer, request);
  if (!request.prefix.empty()) {
    for (auto& [name, value] : answer.headers()) {
      if (name == "Location" && value.starts_with('/')) value.insert(0, request.prefix);
      if (name == "Link" && value.starts_with("</")) value.insert(1, request.prefix);
    }
  }
  return answer;
}

}  // namespace bootferry::http
