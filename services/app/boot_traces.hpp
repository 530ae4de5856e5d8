// SPDX-License-Identifier: Apache-2.0
// Makes the second boot of an image start with a warm page cache: records what each boot reads, and reads it ahead for
// the next one from the moment that a machine fetches its script, seconds before it logs in. A boot begins with its
// script and may log in several times. Owned by app; on_boot comes from network loops and never blocks, watch
// from disk workers, forget from the db thread; what is read and recorded is the work of its own thread, of low
// priority.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "app/boot_trace_files.hpp"
#include "base/clock.hpp"
#include "base/mac_address.hpp"
#include "images/boot_recorder.hpp"
#include "images/prefetch.hpp"

namespace bootferry::app {

class BootTraces {
 public:
  using Device = std::shared_ptr<images::BlockDevice>;
  /// Opens the image version to be read ahead, beside whoever has it open: nothing is kept of what is read.
  using OpenDevice = std::move_only_function<Result<Device>()>;

  struct Options {
    bool enabled = true;
    std::function<ByteCount()> available_memory{};  ///< empty: the system's
    images::BootRecorder::Limits limits{};
  };
  struct Counters {
    std::atomic<std::uint64_t> recorded{0};          ///< traces that were kept
    std::atomic<std::uint64_t> prefetches{0};        ///< boots that were read ahead for
    std::atomic<std::uint64_t> prefetched_bytes{0};  ///< from the disk below
    std::atomic<std::uint64_t> cached_bytes{0};      ///< that a prefetch found in memory
  };

  BootTraces(std::filesystem::path folder, const Clock& clock) : BootTraces(std::move(folder), clock, Options()) {}
  BootTraces(std::filesystem::path folder, const Clock& clock, Options options);
  ~BootTraces() { stop(); }
  BootTraces(const BootTraces&) = delete;
  BootTraces& operator=(const BootTraces&) = delete;

  /// The machine was given its boot script, and will log in to a drive of this image.
  void on_boot(const MacAddress& mac, const TracedImage& image, OpenDevice open);
  /// The machine's drive, noting what is read while it boots.
  [[nodiscard]] Device watch(const MacAddress& mac, const TracedImage& image, Device device);
  /// The image was removed, with all its versions.
  void forget(std::string_view name);
  /// Drops what belongs to images that are gone. Before start().
  void sweep(const std::function<bool(const TracedImage&)>& exists) { files_.sweep(exists); }

  void start();
  /// Breaks off what is read ahead and keeps what was recorded so far.
  void stop();
  /// What start()'s thread does now and then: all that is due. Tests call it themselves.
  void run_due();

  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  struct Job {
    TracedImage image;
    OpenDevice open;
  };
  struct Finished {
    TracedImage image;
    images::BootRecorder::Recorded recorded;
  };
  using RecorderKey = std::pair<MacAddress, TracedImage>;
  using Recorder = std::shared_ptr<images::BootRecorder>;

  void run(const std::stop_token& stop);
  [[nodiscard]] Recorder recorder_of(const MacAddress& mac, const TracedImage& image);
  void collect_finished(bool all);
  void forget_known(std::string_view name);
  void keep(const Finished& finished);
  void keep_all_finished();
  [[nodiscard]] std::optional<Job> next_job();
  void read_ahead(Job& job);
  [[nodiscard]] bool needs_prefetch(const TracedImage& image) const;
  [[nodiscard]] bool has_work() const { return !jobs_.empty() || !finished_.empty(); }
  [[nodiscard]] bool records() const;

  const Clock& clock_;
  const Options options_;
  const BootTraceFiles files_;
  Counters counters_;

  std::mutex files_mutex_;  ///< held while files change, and taken before the other
  std::mutex mutex_;        ///< guards all below; never held while something blocks
  std::condition_variable_any changed_;
  std::map<RecorderKey, Recorder> recorders_;
  std::deque<Finished> finished_;
  std::deque<Job> jobs_;
  std::optional<TracedImage> running_;
  std::map<TracedImage, SteadyTime> read_ahead_;  ///< when that ended
  std::set<TracedImage> traceless_;               ///< looked for in vain; until one is kept
  std::atomic<bool> break_off_{false};            ///< the running one
  std::jthread thread_;
};

}  // namespace bootferry::app
