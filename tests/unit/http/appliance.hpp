// SPDX-License-Identifier: Apache-2.0
// A small appliance for the tests of http: fakes for what the server talks to, the server on loopback, and what asks
// it.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <mutex>

#include "base/async_loop_pool.hpp"
#include "base/random.hpp"
#include "base/worker_pool.hpp"
#include "fake_administration.hpp"
#include "fake_assignments.hpp"
#include "fake_backups.hpp"
#include "fake_boots.hpp"
#include "fake_intake.hpp"
#include "fake_lives.hpp"
#include "http/server.hpp"
#include "support/people_store.hpp"
#include "wire.hpp"

namespace bootferry::http::test {

inline const std::string token = "0123456789abcdef0123456789abcdef";

class FakeRegistry final : public boot::ClientRegistry {
 public:
  std::shared_ptr<const boot::RegistrySnapshot> snapshot() const override {
    std::lock_guard lock(mutex);
    return std::make_shared<const boot::RegistrySnapshot>(state);
  }
  void note_seen(const boot::Sighting& sighting) override {
    std::lock_guard lock(mutex);
    seen.push_back(sighting);
  }
  Result<void> put_client(const boot::Client& client) override {
    std::lock_guard lock(mutex);
    state.clients[client.mac] = client;
    return {};
  }
  Result<void> remove_client(const MacAddress&) override { return {}; }
  Result<void> put_image(const boot::Image& image) override {
    std::lock_guard lock(mutex);
    state.images[image.name] = image;
    return {};
  }
  Result<void> remove_image(std::string_view) override { return {}; }

  mutable std::mutex mutex;
  boot::RegistrySnapshot state;
  std::vector<boot::Sighting> seen;
};

struct FakeMetrics final : boot::MetricsSource {
  std::string render_metrics() override { return "bootferry_build_info 1\n"; }
};

class FakeNeighbours final : public boot::Neighbours {
 public:
  std::optional<MacAddress> find(const IpAddress&) const override { return known; }
  std::optional<MacAddress> known;
};

class Appliance : public testing::Test {
 protected:
  Appliance() {
    std::string folder = testing::TempDir() + "bootferry-http-XXXXXX";
    state_dir = ::mkdtemp(folder.data());
    std::filesystem::create_directory(state_dir / "files");
    settings.state_dir = state_dir;
    settings.address = {0x7f000001};
    settings.port = 0;
    settings.admin_token = token;
    boot_settings.server = {0x0a630001};
  }
  ~Appliance() override {
    stop();
    std::filesystem::remove_all(state_dir);
  }

  void start() {
    server = std::make_unique<Server>(loops, db_pool,
                                      Services{.administration = administration,
                                               .registry = registry,
                                               .events = events,
                                               .addresses = addresses,
                                               .loaders = loaders,
                                               .clock = clock,
                                               .boot = boot_settings,
                                               .metrics = &metrics,
                                               .boot_secrets = &boot_secrets,
                                               .lives = &lives,
                                               .boot_watch = &watch,
                                               .intake = &intake,
                                               .assignments = with_assignments ? &assignments : nullptr,
                                               .image_files = image_files,
                                               .boots = &boots,
                                               .backups = &backups,
                                               .neighbours = &neighbours,
                                               .vendors = vendors,
                                               .accounts = with_people ? &accounts : nullptr},
                                      settings);
    server->open();
    server->start();
    loops.start();
  }
  void stop() {
    if (!server) return;
    server->stop();
    server.reset();
    loops.stop();
  }

  void write_file(const std::filesystem::path& relative, std::string_view bytes) const {
    std::filesystem::create_directories((state_dir / relative).parent_path());
    std::ofstream(state_dir / relative, std::ios::binary) << bytes;
  }

  [[nodiscard]] Wire dial() const { return Wire::lan(server->port()); }
  [[nodiscard]] Wire dial_control() const { return Wire::control(state_dir / "control.sock"); }

  static std::string request_text(std::string_view method, std::string_view path, std::string_view headers = "",
                                  std::string_view body = "") {
    std::string text =
        std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: test\r\n" + std::string(headers);
    if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return text + "\r\n" + std::string(body);
  }
  static std::string bearer(std::string_view secret = token) {
    return "Authorization: Bearer " + std::string(secret) + "\r\n";
  }

  Reply ask(Wire& wire, std::string_view method, std::string_view path, std::string_view headers = "",
            std::string_view body = "") const {
    wire.send(request_text(method, path, headers, body));
    return wire.read_reply(method != "HEAD");
  }
  Reply ask(std::string_view method, std::string_view path, std::string_view headers = "",
            std::string_view body = "") const {
    Wire wire = dial();
    return ask(wire, method, path, headers, body);
  }
  Reply get(std::string_view path, std::string_view headers = "") const { return ask("GET", path, headers); }
  Reply write(std::string_view method, std::string_view path, std::string_view body = "") const {
    return ask(method, path, bearer(), body);
  }

  std::filesystem::path state_dir;
  SystemClock clock;
  LoopPool loops{2};
  WorkerPool db_pool{"db", 1};
  FakeAdministration administration;
  FakeRegistry registry;
  FakeMetrics metrics;
  boot::EventBus events{clock};
  boot::AddressBook addresses;
  boot::LoaderCatalog loaders;
  boot::BootSettings boot_settings;
  FakeLives lives;
  FakeNeighbours neighbours;
  FakeBoots boots;
  FakeBackups backups{testing::TempDir()};
  FakeWatch watch;
  boot::BootSecrets boot_secrets{{}, clock, {}, [](const MacAddress&, std::uint64_t) {}};
  Settings settings;
  FakeIntake intake{administration};
  FakeAssignments assignments{registry.state, registry.mutex};
  boot::ImageFiles* image_files = nullptr;
  bool with_assignments = false;
  const boot::Vendors* vendors = nullptr;
  bool with_people = false;  ///< else there are no users, and reads are open
  people::test::FakeStore people;
  SystemRandom random;
  people::Accounts accounts{
      people, clock, random, [](const people::Accounts::Job& job) { job(); }, {.cost = people::PasswordCost::least}};
  std::unique_ptr<Server> server;
};

}  // namespace bootferry::http::test
