// SPDX-License-Identifier: Apache-2.0
#include "app/space_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>

namespace bootferry::app {
namespace {

constexpr std::uint64_t least = 1ull << 30;  // and a twentieth of the disk
constexpr auto pause = std::chrono::seconds(30);

}  // namespace

void SpaceWatch::on_overlay_low(const MacAddress& mac, std::string_view image, ByteCount used, ByteCount limit) {
  boot::Event event;
  event.kind = boot::EventKind::space_low;
  event.mac = mac;
  event.text = fmt::format("The changes to {} take {} of the {} that they may have; writes fail when those are full.",
                           image, render_byte_count(used), render_byte_count(limit));
  event.fields = {{"client", mac.to_string()},
                  {"image", std::string(image)},
                  {"used", std::to_string(used.value)},
                  {"limit", std::to_string(limit.value)}};
  bus_.publish(std::move(event));
}

void SpaceWatch::start() {
  background_.start([this](std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any awake;
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
      look();
      awake.wait_for(lock, stop, pause, [] { return false; });
    }
  });
}

void SpaceWatch::look() {
  std::error_code error;
  const auto space = std::filesystem::space(folder_, error);
  if (!error) judge({space.available, space.capacity});
}

void SpaceWatch::judge(Space space) {
  const std::uint64_t low = std::max(space.capacity / 20, std::min(least, space.capacity / 2));
  if (space.available > low + low / 4) told_ = false;
  if (space.available >= low || std::exchange(told_, true)) return;
  boot::Event event;
  event.kind = boot::EventKind::space_low;
  event.text = fmt::format("Only {} of {} are free on the disk of {}: remove images or changes that nobody needs.",
                           render_byte_count({space.available}), render_byte_count({space.capacity}), folder_.string());
  event.fields = {{"used", std::to_string(space.capacity - space.available)},
                  {"limit", std::to_string(space.capacity)}};
  bus_.publish(std::move(event));
}

}  // namespace bootferry::app
