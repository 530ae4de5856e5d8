// SPDX-License-Identifier: Apache-2.0
// stack_target: our iSCSI target with nothing but disks on it, so that stacks of layers can be timed without a
// registry. Called by tests/bench/images/run.
//   stack_target folder= port= base= span=      serves until its input ends
// A target's last word says which disk it is, and what is missing is made when it is opened:
//   base           the image `base`, read-only
//   7              an overlay on it; 7-3: an overlay on the overlay 3
//   new1           an empty raw file
//   alone1         an empty qcow2 file
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <map>
#include <mutex>
#include <stdexcept>

#include "base/clock.hpp"
#include "boot/event_bus.hpp"
#include "images/image_library.hpp"
#include "iscsi/server.hpp"
#include "load/options.hpp"

namespace bootferry::bench {
namespace {

using images::LayerFile;

struct Wanted {
  std::vector<LayerFile> layers;
  images::OpenMode mode = images::OpenMode::read_write;
};

class StackDirectory final : public iscsi::TargetDirectory {
 public:
  StackDirectory(images::ImageLibrary& library, std::string base, ByteCount span)
      : library_(library), base_{std::move(base), "raw"}, span_(span) {}

  std::vector<std::string> targets_for(const iscsi::Visitor&) override { return {}; }
  std::expected<iscsi::OpenedTarget, iscsi::LoginRefusal> open(std::string_view target,
                                                               const iscsi::Visitor&) override {
    const std::string name(target);
    const auto wanted = make(name.substr(name.rfind(':') + 1));
    if (!wanted) return refuse(wanted.error());
    auto opened = library_.open_stack(wanted->layers, wanted->mode, name);
    if (!opened) return refuse(opened.error());
    iscsi::OpenedTarget answer;
    answer.image = name;
    answer.hold = opened->hold;
    const std::lock_guard lock(mutex_);
    answer.unit = units_[name].lock();
    if (!answer.unit) {
      auto kept = std::make_shared<images::Opened>(*opened);
      iscsi::scsi::Identity identity{name, "1"};
      identity.read_only = wanted->mode == images::OpenMode::read_only;
      answer.unit = iscsi::scsi::make_disk({kept, kept->device.get()}, identity, {});
      units_[name] = answer.unit;
    }
    return answer;
  }

 private:
  static std::unexpected<iscsi::LoginRefusal> refuse(const Error& error) {
    std::fprintf(stderr, "%s\n", error.message.c_str());
    return std::unexpected(iscsi::LoginRefusal{iscsi::LoginRefusal::Why::unavailable, error.message});
  }
  static LayerFile layer(const std::string& name) { return {"layers/" + name + ".qcow2", "qcow2"}; }

  Result<void> require_layer(const std::string& file, const LayerFile& below) {
    auto made = library_.make_layer({file, span_, below.file, below.format});
    return made || made.error().kind == ErrorKind::conflict ? Result<void>{} : made;
  }
  Result<Wanted> make(const std::string& word) {
    if (word == "base") return Wanted{{base_}, images::OpenMode::read_only};
    if (word.starts_with("new")) {
      auto made = library_.create(word, span_);
      if (!made && made.error().kind != ErrorKind::conflict) return std::unexpected(made.error());
      return Wanted{{{word + ".raw", "raw"}}};
    }
    if (word.starts_with("alone")) {
      if (auto made = require_layer(layer(word).file, {}); !made) return std::unexpected(made.error());
      return Wanted{{layer(word)}};
    }
    Wanted wanted;
    for (std::size_t at = 0; at <= word.size();) {
      const std::size_t end = std::min(word.find('-', at), word.size());
      wanted.layers.push_back(layer(word.substr(at, end - at)));
      at = end + 1;
    }
    wanted.layers.push_back(base_);
    for (std::size_t i = wanted.layers.size() - 1; i-- > 0;) {
      const std::string& file = wanted.layers[i].file;
      const LayerFile& below = wanted.layers[i + 1];
      if (auto made = require_layer(file, below); !made) return std::unexpected(made.error());
    }
    return wanted;
  }

  images::ImageLibrary& library_;
  const LayerFile base_;
  const ByteCount span_;
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<iscsi::scsi::LogicalUnit>> units_;
};

int serve(const Options& options) {
  images::ImageLibrary library(options.text("folder"));
  StackDirectory directory(library, options.text("base"), {options.number("span", 0)});
  SystemClock clock;
  boot::EventBus events{clock};
  LoopPool loops{2};
  WorkerPool disk_pool{"disk", 4};
  iscsi::ServerSettings settings;
  settings.addresses = {"127.0.0.1"};
  settings.port = static_cast<std::uint16_t>(options.number("port", 3260));
  iscsi::Server server(loops, disk_pool, directory, events, clock, settings);
  loops.start();
  server.open();
  server.start();
  std::printf("ready\n");
  std::fflush(stdout);
  char nothing = 0;
  while (::read(0, &nothing, 1) > 0) {
  }
  server.stop(std::chrono::seconds(2));
  loops.stop();
  disk_pool.stop();
  return 0;
}

}  // namespace
}  // namespace bootferry::bench

int main(int count, char** words) {
  try {
    return bootferry::bench::serve(bootferry::bench::Options(count - 1, words + 1));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "stack_target: %s\n", error.what());
    return 1;
  }
}
