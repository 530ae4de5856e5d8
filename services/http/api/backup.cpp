// SPDX-License-Identifier: Apache-2.0
// A backup of the running server, and one that comes back: by an admin, or on the first visit by whoever has its code.
#include <fmt/format.h>

#include "http/api/json.hpp"
#include "http/api/resources.hpp"
#include "http/authority.hpp"

namespace bootferry::http::api {
namespace {

constexpr std::uint64_t max_backup_size = std::uint64_t{512} << 20;

Answer not_offered() { return make_problem(501, "This server makes no backups."); }

/// Dies with the answer, sent or not: the backup that is laid ready is taken in now, and not at some later start.
class RestartAtEnd {
 public:
  explicit RestartAtEnd(boot::Backups& backups) : backups_(backups) {}
  ~RestartAtEnd() { backups_.restart(); }
  RestartAtEnd(const RestartAtEnd&) = delete;
  RestartAtEnd& operator=(const RestartAtEnd&) = delete;

 private:
  boot::Backups& backups_;
};

class RestoreSink final : public BodySink {
 public:
  RestoreSink(std::unique_ptr<boot::IncomingBackup> incoming, boot::Backups& backups, bool dry_run)
      : incoming_(std::move(incoming)), backups_(backups), dry_run_(dry_run) {}
  Result<void> take(ByteView piece) override { return incoming_->append(piece); }
  Answer finish() override {
    const auto facts = incoming_->finish(!dry_run_);
    if (!facts) return make_problem(facts.error());
    Answer answer = make_json(200, {{"dry_run", dry_run_},
                                    {"made", render_time(facts->made)},
                                    {"clients", facts->clients},
                                    {"images", facts->images},
                                    {"files", facts->files},
                                    {"left_out", facts->left_out}});
    answer.set_note(fmt::format("{}of {}", dry_run_ ? "dry run, " : "", render_time(facts->made)));
    if (!dry_run_) answer.on_sent([restart = std::make_shared<RestartAtEnd>(backups_)] { (void)restart; });
    return answer;
  }

 private:
  std::unique_ptr<boot::IncomingBackup> incoming_;
  boot::Backups& backups_;
  const bool dry_run_;
};

}  // namespace

Answer get_backup(const Request&, const Site& site) {
  if (!site.services.backups) return not_offered();
  const auto path = site.services.backups->make();
  if (!path) return make_problem(path.error());
  auto file = open_named(*path);
  std::error_code ignored;
  std::filesystem::remove(*path, ignored);  // it lives as long as it is sent
  if (!file) return make_problem(file.error());
  const std::uint64_t size = (*file)->size();
  Answer answer(200, "application/octet-stream", FilePart{std::move(*file), 0, size});
  answer.add_header("Cache-Control", "no-store");
  answer.add_header("Content-Disposition", fmt::format("attachment; filename=\"bootferry-{}.backup\"",
                                                       render_time(site.services.clock.wall_now()).substr(0, 10)));
  answer.set_note("all that was set, with its secrets");
  return answer;
}

Answer restore_backup(const Request& request, const Site& site) {
  if (!site.services.backups) return not_offered();
  const auto dry_run = find_dry_run(request);
  if (!dry_run) return make_problem(dry_run.error());
  if (request.streamed_body.value_or(0) == 0)
    return make_problem(400, "The body is the file that \"bootferry backup\" wrote, or that GET /api/v1/backup gave.");
  if (*request.streamed_body > max_backup_size) return make_problem(413, "No backup is larger than 512 MiB.");
  auto incoming = site.services.backups->receive();
  if (!incoming) return make_problem(incoming.error());
  return Answer(200, "",
                TakesBody{std::make_shared<RestoreSink>(std::move(*incoming), *site.services.backups, *dry_run)});
}

Answer restore_at_first_visit(const Request& request, const Site& site) {
  if (!site.services.accounts) return not_offered();
  const auto refusal =
      site.services.accounts->refuse_code(request.first_visit_code, {request.from, request.user_agent});
  return refusal ? make_refusal(*refusal) : restore_backup(request, site);
}

}  // namespace bootferry::http::api
