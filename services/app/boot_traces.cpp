// SPDX-License-Identifier: Apache-2.0
#include "app/boot_traces.hpp"

#include <fmt/format.h>
#include <linux/ioprio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "base/log.hpp"
#include "images/tracing_device.hpp"

namespace bootferry::app {
namespace {

constexpr auto look_every = std::chrono::seconds(5);
constexpr ByteCount smallest_trace = mib(1);  // less is no boot, or needs no help
/// Machines that boot together are read ahead for once; later the page cache may have forgotten.
constexpr auto lasts = std::chrono::seconds(60);
constexpr auto longest_prefetch = std::chrono::minutes(3);
constexpr std::size_t max_jobs = 64;
constexpr std::size_t max_recorders = 8192;

ByteCount available_memory() {
  std::ifstream in("/proc/meminfo");
  std::string name;
  for (std::uint64_t kilobytes = 0; in >> name >> kilobytes; in.ignore(64, '\n')) {
    if (name == "MemAvailable:") return kib(kilobytes);
  }
  return {};
}

/// The machine's own reads go first, where the disk's scheduler knows ranks, and network loops get the cores.
void take_a_back_seat() {
  const auto self = static_cast<id_t>(::syscall(SYS_gettid));
  ::setpriority(PRIO_PROCESS, self, 10);
  ::syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 7));
}

}  // namespace

BootTraces::BootTraces(std::filesystem::path folder, const Clock& clock, Options options)
    : clock_(clock), options_(std::move(options)), files_(std::move(folder)) {}

BootTraces::Recorder BootTraces::recorder_of(const MacAddress& mac, const TracedImage& image) {
  Recorder& recorder = recorders_[{mac, image}];
  if (!recorder) recorder = std::make_shared<images::BootRecorder>(clock_, options_.limits);
  return recorder;
}

void BootTraces::on_boot(const MacAddress& mac, const TracedImage& image, OpenDevice open) {
  if (!options_.enabled) return;
  std::lock_guard lock(mutex_);
  if (recorders_.size() >= max_recorders && !recorders_.contains({mac, image})) return;
  const Recorder recorder = recorder_of(mac, image);
  const bool known_to_thread = recorder->is_pending();
  auto broken_off = recorder->take();
  if (broken_off && broken_off->trace.total() >= smallest_trace) finished_.push_back({image, std::move(*broken_off)});
  recorder->start();
  if (needs_prefetch(image)) jobs_.push_back({image, std::move(open)});
  if (has_work() || !known_to_thread) changed_.notify_all();  // a machine that asks again and again wakes nobody
}

bool BootTraces::needs_prefetch(const TracedImage& image) const {
  if (jobs_.size() >= max_jobs || running_ == image || traceless_.contains(image)) return false;
  if (std::ranges::any_of(jobs_, [&](const Job& job) { return job.image == image; })) return false;
  const auto at = read_ahead_.find(image);
  return at == read_ahead_.end() || clock_.now() - at->second >= lasts;
}

bool BootTraces::records() const {
  return std::ranges::any_of(recorders_, [](const auto& entry) { return entry.second->is_pending(); });
}

BootTraces::Device BootTraces::watch(const MacAddress& mac, const TracedImage& image, Device device) {
  if (!options_.enabled) return device;
  std::lock_guard lock(mutex_);
  if (recorders_.size() >= max_recorders && !recorders_.contains({mac, image})) return device;
  return std::make_shared<images::TracingDevice>(std::move(device), recorder_of(mac, image));
}

void BootTraces::forget(std::string_view name) {
  std::lock_guard alone(files_mutex_);  // what is being kept just now goes too
  forget_known(name);
  files_.remove(name);
}

void BootTraces::forget_known(std::string_view name) {
  std::lock_guard lock(mutex_);
  std::erase_if(recorders_, [name](const auto& entry) { return entry.first.second.name == name; });
  std::erase_if(finished_, [name](const Finished& finished) { return finished.image.name == name; });
  std::erase_if(jobs_, [name](const Job& job) { return job.image.name == name; });
  std::erase_if(read_ahead_, [name](const auto& entry) { return entry.first.name == name; });
  std::erase_if(traceless_, [name](const TracedImage& image) { return image.name == name; });
  if (running_ && running_->name == name) break_off_ = true;
}

void BootTraces::start() {
  if (options_.enabled) thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void BootTraces::stop() {
  thread_.request_stop();
  {
    std::lock_guard lock(mutex_);
    jobs_.clear();
    break_off_ = true;
  }
  if (thread_.joinable()) thread_.join();
  collect_finished(true);
  keep_all_finished();
}

void BootTraces::run(const std::stop_token& stop) {
  take_a_back_seat();
  while (!stop.stop_requested()) {
    run_due();
    std::unique_lock lock(mutex_);
    if (records())
      changed_.wait_for(lock, stop, look_every, [this] { return has_work(); });
    else
      changed_.wait(lock, stop, [this] { return has_work() || records(); });
  }
}

void BootTraces::run_due() {
  for (;;) {
    collect_finished(false);
    keep_all_finished();
    auto job = next_job();
    if (!job) return;
    read_ahead(*job);
  }
}

void BootTraces::collect_finished(bool all) {
  std::lock_guard lock(mutex_);
  for (auto at = recorders_.begin(); at != recorders_.end();) {
    const auto& [key, recorder] = *at;
    if (auto recorded = all ? recorder->take() : recorder->take_if_over())
      finished_.push_back({key.second, std::move(*recorded)});
    const bool idle = recorder.use_count() == 1 && !recorder->is_recording();
    at = idle ? recorders_.erase(at) : std::next(at);
  }
  std::erase_if(read_ahead_, [this](const auto& entry) { return clock_.now() - entry.second >= lasts; });
}

void BootTraces::keep_all_finished() {
  std::lock_guard alone(files_mutex_);
  std::deque<Finished> all;
  {
    std::lock_guard lock(mutex_);
    all.swap(finished_);
  }
  for (const Finished& finished : all) keep(finished);
}

/// The newest whole boot tells what the next one will read. One that was broken off tells only its beginning.
void BootTraces::keep(const Finished& finished) {
  const auto& [trace, whole] = finished.recorded;
  if (trace.total() < smallest_trace) return;
  if (!whole) {
    const auto known = files_.load(finished.image);
    if (known && known->total() >= trace.total()) return;
  }
  files_.store(finished.image, trace);
  {
    std::lock_guard lock(mutex_);
    traceless_.erase(finished.image);
  }
  ++counters_.recorded;
  log::info("BOOT_TRACE_KEPT", {{"image", finished.image.name},
                                {"version", fmt::to_string(finished.image.version)},
                                {"bytes", fmt::to_string(trace.total().value)},
                                {"runs", fmt::to_string(trace.runs.size())}});
}

std::optional<BootTraces::Job> BootTraces::next_job() {
  std::lock_guard lock(mutex_);
  running_.reset();
  if (jobs_.empty()) return std::nullopt;
  std::optional<Job> job(std::move(jobs_.front()));
  jobs_.pop_front();
  running_ = job->image;
  break_off_ = false;
  return job;
}

void BootTraces::read_ahead(Job& job) {
  const auto trace = files_.load(job.image);
  if (!trace) {
    std::lock_guard lock(mutex_);
    traceless_.insert(job.image);
    return;
  }
  const ByteCount memory = options_.available_memory ? options_.available_memory() : available_memory();
  if (trace->total().value > memory.value / 2) {  // it would push out what others need
    log::info("BOOT_NOT_PREFETCHED", {{"image", job.image.name}, {"why", "memory is short"}});
    return;
  }
  const auto device = job.open();
  if (!device) return;  // the machine will be told why
  const SteadyTime end = clock_.now() + longest_prefetch;
  const auto done = images::prefetch(**device, *trace, [&] { return break_off_ || clock_.now() >= end; });
  {
    std::lock_guard lock(mutex_);
    read_ahead_[job.image] = clock_.now();
  }
  ++counters_.prefetches;
  counters_.prefetched_bytes += done.read.value;
  counters_.cached_bytes += done.cached.value;
  log::info("BOOT_PREFETCHED", {{"image", job.image.name},
                                {"version", fmt::to_string(job.image.version)},
                                {"read", fmt::to_string(done.read.value)},
                                {"in_memory", fmt::to_string(done.cached.value)},
                                {"whole", done.whole ? "yes" : "no"}});
}

}  // namespace bootferry::app
