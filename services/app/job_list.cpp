// SPDX-License-Identifier: Apache-2.0
#include "app/job_list.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace bootferry::app {
namespace {

constexpr std::size_t most_waiting = 32, most_ended = 50;
constexpr std::chrono::seconds tell_every{2};

bool has_ended(const boot::JobView& job) {
  return job.state != boot::JobState::waiting && job.state != boot::JobState::running;
}

std::string subject_of(const boot::JobView& job) {
  if (job.client.empty()) return fmt::format("Image {}", job.image);
  return fmt::format("The overlay of {} on image {}", job.client, job.image);
}

bool adds(const boot::JobView& job) { return job.kind == "add-image"; }

std::string progress_of(const boot::JobView& job) {
  const std::string done = render_byte_count(job.done), total = render_byte_count(job.total);
  if (job.client.empty()) return fmt::format("Image {}: {}, {} of {}", job.image, job.step, done, total);
  return fmt::format("The overlay of {} on image {}: {}, {} of {}", job.client, job.image, job.step, done, total);
}

}  // namespace

Result<boot::JobView> JobList::add(std::string kind, std::string image, std::string upload, std::string client) {
  std::lock_guard lock(mutex_);
  const auto live = [](const Entry& entry) { return !has_ended(entry.view); };
  if (std::ranges::count_if(jobs_, live) >= static_cast<std::ptrdiff_t>(most_waiting))
    return fail(ErrorKind::unavailable, "too many jobs wait; try again when some are done");
  const auto ended = [](const Entry& entry) { return has_ended(entry.view); };
  if (std::ranges::count_if(jobs_, ended) >= static_cast<std::ptrdiff_t>(most_ended))
    jobs_.erase(std::ranges::find_if(jobs_, ended));
  Entry entry;
  entry.view.id = next_id_++;
  entry.view.kind = std::move(kind);
  entry.view.image = std::move(image);
  entry.view.upload = std::move(upload);
  entry.view.client = std::move(client);
  entry.view.started = clock_.wall_now();
  jobs_.push_back(entry);
  publish(boot::EventKind::job_started, entry.view,
          subject_of(entry.view) + (adds(entry.view) ? " is being added" : " is being exported"));
  return entry.view;
}

Result<void> JobList::report(std::uint64_t id, std::string_view step, ByteCount done, ByteCount total) {
  std::lock_guard lock(mutex_);
  Entry* entry = find(id);
  if (entry == nullptr) return {};
  if (entry->cancelled) return fail(ErrorKind::conflict, "it was cancelled");
  entry->view.state = boot::JobState::running;
  const bool new_step = entry->view.step != step;
  entry->view.step = step;
  entry->view.done = done;
  entry->view.total = total;
  const SteadyTime now = clock_.now();
  if (!new_step && now - entry->told < tell_every) return {};
  entry->told = now;
  publish(boot::EventKind::job_progress, entry->view, progress_of(entry->view));
  return {};
}

void JobList::end(std::uint64_t id, const Result<void>& outcome) {
  std::lock_guard lock(mutex_);
  if (Entry* entry = find(id); entry != nullptr) end_entry(*entry, outcome);
}

void JobList::end_adding(std::uint64_t id, const Result<boot::AddedImage>& outcome) {
  std::lock_guard lock(mutex_);
  Entry* entry = find(id);
  if (entry == nullptr) return;
  if (!outcome) return end_entry(*entry, std::unexpected(outcome.error()));
  entry->view.recognised = outcome->recognised;
  entry->view.packing = outcome->packing;
  entry->view.sha256 = outcome->sha256;
  end_entry(*entry, {});
}

void JobList::end_entry(Entry& entry, const Result<void>& outcome) {
  boot::JobView& job = entry.view;
  job.ended = clock_.wall_now();
  if (outcome) {
    job.state = boot::JobState::done;
    job.done = job.total;
    return publish(boot::EventKind::job_ended, job, subject_of(job) + (adds(job) ? " was added" : " was exported"));
  }
  job.state = entry.cancelled ? boot::JobState::cancelled : boot::JobState::failed;
  job.error = outcome.error().message;
  publish(boot::EventKind::job_ended, job,
          subject_of(job) + (adds(job) ? " was not added: " : " was not exported: ") + job.error);
}

std::vector<boot::JobView> JobList::all() const {
  std::lock_guard lock(mutex_);
  std::vector<boot::JobView> views;
  for (const Entry& entry : jobs_) views.push_back(entry.view);
  return views;
}

Result<void> JobList::cancel(std::uint64_t id) {
  std::lock_guard lock(mutex_);
  Entry* entry = find(id);
  if (entry == nullptr) return fail(ErrorKind::not_found, fmt::format("there is no job {}", id));
  if (has_ended(entry->view))
    return fail(ErrorKind::conflict, fmt::format("job {} has ended: {}", id, name_of(entry->view.state)));
  entry->cancelled = true;
  return {};
}

JobList::Entry* JobList::find(std::uint64_t id) {
  const auto found = std::ranges::find_if(jobs_, [id](const Entry& entry) { return entry.view.id == id; });
  return found == jobs_.end() ? nullptr : &*found;
}

void JobList::publish(boot::EventKind kind, const boot::JobView& job, std::string text) {
  boot::Event event;
  event.kind = kind;
  event.text = std::move(text);
  event.fields = {{"job", std::to_string(job.id)},
                  {"image", job.image},
                  {"state", std::string(name_of(job.state))},
                  {"step", job.step},
                  {"done", std::to_string(job.done.value)},
                  {"total", std::to_string(job.total.value)}};
  bus_.publish(std::move(event));
}

}  // namespace bootferry::app
