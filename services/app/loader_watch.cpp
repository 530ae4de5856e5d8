// SPDX-License-Identifier: Apache-2.0
#include "app/loader_watch.hpp"

#include <chrono>
#include <condition_variable>

#include "base/log.hpp"

namespace bootferry::app {
namespace {

constexpr auto pause = std::chrono::seconds(1);  // a few dozen stat calls

}  // namespace

LoaderWatch::LoaderWatch(LoaderFolders folders, boot::LoaderCatalog catalog)
    : folders_(std::move(folders)), catalog_(std::move(catalog)) {
  catalog_.replace(find_loaders(folders_));
}

void LoaderWatch::start() {
  background_.start([this](std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any awake;
    std::unique_lock lock(mutex);
    while (!awake.wait_for(lock, stop, pause, [&] { return stop.stop_requested(); })) look();
  });
}

bool LoaderWatch::look() {
  const auto before = catalog_.files();
  auto now = find_loaders(folders_, *before);
  if (now == *before) return false;
  log::info("LOADERS_CHANGED", {{"count", std::to_string(now.size())}});
  catalog_.replace(std::move(now));
  return true;
}

}  // namespace bootferry::app
