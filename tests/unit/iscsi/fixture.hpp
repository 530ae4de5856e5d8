// SPDX-License-Identifier: Apache-2.0
// The target over loopback for tests: real sockets and threads, a directory and a disk in memory.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "images/memory_device.hpp"
#include "iscsi/server.hpp"
#include "unit/iscsi/initiator.hpp"

namespace bootferry::iscsi::testing {

inline const std::string disk = "iqn.2026-11.org.bootferry:525400e2e001.80";

class FakeDirectory final : public TargetDirectory {
 public:
  std::vector<std::string> targets_for(const Visitor&) override { return {disk}; }
  std::expected<OpenedTarget, LoginRefusal> open(std::string_view target, const Visitor& visitor) override {
    if (target != disk) return std::unexpected(LoginRefusal{LoginRefusal::Why::target_not_found, "no such target"});
    if (visitor.initiator == "iqn.stranger")
      return std::unexpected(LoginRefusal{LoginRefusal::Why::in_use, "another PC has it"});
    OpenedTarget opened;
    opened.unit = unit;
    opened.image = "dos";
    opened.mac = MacAddress{{0x52, 0x54, 0, 0xe2, 0xe0, 1}};
    opened.hold = std::shared_ptr<void>(nullptr, [this](void*) { --holds; });
    ++holds;
    return opened;
  }
  std::optional<std::string> why_revoked(const GrantedSession& session) override {
    std::lock_guard lock(mutex);
    if (!revoked.contains(session.visitor.initiator)) return std::nullopt;
    return "its right is gone";
  }
  std::optional<LoginRefusal> find_objection(std::string_view, const Visitor&) override {
    if (!objects) return std::nullopt;
    return LoginRefusal{LoginRefusal::Why::not_authorized, "it has no right any more"};
  }
  void revoke(const std::string& initiator) {
    std::lock_guard lock(mutex);
    revoked.insert(initiator);
  }

  std::shared_ptr<scsi::LogicalUnit> unit =
      scsi::make_disk(std::make_shared<images::MemoryDevice>(mib(8)), {disk, "0001"});
  std::atomic<int> holds{0};
  std::atomic<bool> objects{false};

 private:
  std::mutex mutex;
  std::set<std::string> revoked;
};

/// Waits for what other threads bring about; every such wait is bounded.
template <class Condition>
bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

inline Bytes bytes(std::string_view text) {
  Bytes out(text.begin(), text.end());
  out.push_back(0);
  return out;
}

class ServerFixture : public ::testing::Test {
 protected:
  explicit ServerFixture(ServerSettings settings = make_settings())
      : server(loops, disk_pool, directory, events, clock, std::move(settings)) {
    loops.start();
    server.open();
    server.start();
  }
  ~ServerFixture() override {
    if (!stopped) server.stop(std::chrono::milliseconds(200));
    loops.stop();
    disk_pool.stop();
  }
  static ServerSettings make_settings() {
    ServerSettings settings;
    settings.addresses = {"127.0.0.1"};
    settings.port = 0;
    settings.max_connections_per_address = 20;
    return settings;
  }
  bool has_event(std::string_view words) {
    for (const boot::Event& event : events.since(0).first) {
      if (event.text.find(words) != std::string::npos) return true;
    }
    return false;
  }
  std::vector<std::string> event_kinds() {
    std::vector<std::string> kinds;
    for (const boot::Event& event : events.since(0).first) kinds.emplace_back(name_of(event.kind));
    return kinds;
  }

  SystemClock clock;
  boot::EventBus events{clock};
  LoopPool loops{2};
  WorkerPool disk_pool{"disk", 2};
  FakeDirectory directory;
  Server server;
  bool stopped = false;
};

inline Bytes pattern(std::size_t size, std::uint8_t seed) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i / 512 * 7 + i + seed);
  return bytes;
}

}  // namespace bootferry::iscsi::testing
