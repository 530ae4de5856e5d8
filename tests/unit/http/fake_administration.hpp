// SPDX-License-Identifier: Apache-2.0
// The appliance as the API asks it, with one client and one image in memory.
#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "boot/access.hpp"
#include "boot/administration.hpp"

namespace bootferry::http::test {

inline MacAddress mac(std::string_view text = "52:54:00:e2:e0:01") { return *parse_mac_address(text); }

/// One client and one image; a failure that is set is what every call answers.
class FakeAdministration final : public boot::Administration {
 public:
  FakeAdministration() {
    view.client.mac = mac();
    view.client.name = "pc1";
    view.client.known = true;
    view.boot = boot::Disks{{{"dos", boot::DriveMode::master}}};
    view.client.set_boot(view.boot);
    view.targets = {"iqn.2026-11.org.bootferry:525400e2e001.80"};
    image.image = {"dos", "raw", "dos.raw", mib(100), WallTime{std::chrono::seconds{1'790'000'000}}};
    image.allocated = mib(8);
    image.used_by = {mac()};
  }

  boot::Health health() override {
    boot::Health health;
    health.version = "0.1.0";
    health.started = WallTime{std::chrono::seconds{1'790'000'000}};
    health.now = health.started + std::chrono::seconds{12};
    health.interface = "eth0";
    health.dhcp_mode = "proxy";
    health.network = {{0x0a630001}, 24};
    health.server_address = health.network.address;
    health.dhcp_range = dhcp_range;
    health.clients = 3;
    return health;
  }
  std::vector<boot::ClientView> clients() override { return {view}; }
  Result<boot::ClientView> require_client(const MacAddress& asked) override {
    if (failure) return std::unexpected(*failure);
    if (asked != view.client.mac) return fail(ErrorKind::not_found, "No such client.");
    return view;
  }
  Result<boot::ClientView> put_client(const MacAddress& asked, const boot::ClientChange& change) override {
    if (failure) return std::unexpected(*failure);
    changes.push_back(change);
    view.client.mac = asked;
    if (change.name) view.client.name = *change.name;
    if (change.boot) view.boot = *change.boot;
    if (change.entries) view.client.menu.entries = *change.entries;
    if (change.entries && change.entries->empty()) view.boot = boot::Wait{};
    if (change.access) {
      auto access = boot::change_access(view.client.access, *change.access);
      if (!access) return std::unexpected(access.error());
      view.client.access = *access;
    }
    if (change.reserved_address) view.client.reserved_address = *change.reserved_address;
    return view;
  }
  Result<void> remove_client(const MacAddress&) override { return verdict(); }
  Result<std::vector<boot::SetupChange>> apply_setup(const boot::SetupOrder& wanted, bool only_look) override {
    if (failure) return std::unexpected(*failure);
    order = wanted;
    dry_run = only_look;
    return setup_changes;
  }
  std::vector<boot::ImageView> images() override {
    if (explode) throw std::runtime_error("disk on fire");
    std::vector<boot::ImageView> all{image};
    for (std::size_t i = 0; i < more_images; ++i) {
      all.push_back(image);
      all.back().image.name += std::to_string(i);
    }
    return all;
  }
  Result<boot::ImageView> require_image(std::string_view name) override {
    if (name != image.image.name) return fail(ErrorKind::not_found, "No such image.");
    return image;
  }
  Result<boot::ImageView> create_image(const boot::NewImage& wanted, ByteCount size) override {
    if (failure) return std::unexpected(*failure);
    image.image.name = wanted.name;
    image.image.block_size = wanted.block_size;
    image.image.size = size;
    image.image.traits = wanted.traits;
    preset = wanted.preset;
    return image;
  }
  Result<boot::ImageCheck> check_image(std::string_view name) override {
    if (failure) return std::unexpected(*failure);
    return boot::ImageCheck{
        std::string(name), "dos", "error", {{"error", "fat-hidden-sectors", "Wrong.", "Write 63.", true}}};
  }
  Result<boot::ImageCheck> repair_image(std::string_view name) override {
    if (failure) return std::unexpected(*failure);
    return boot::ImageCheck{
        std::string(name), "dos", "ok", {}, {{"error", "fat-hidden-sectors", "Wrong.", "Write 63.", true}}};
  }
  Result<boot::AddedImage> import_image(const boot::NewImage& wanted, const std::filesystem::path& source) override {
    image.image.name = wanted.name;
    image.image.block_size = wanted.block_size;
    imported = source;
    return boot::AddedImage{image, "", "raw", wanted.sha256};
  }
  Result<boot::ImageView> attach_image(const boot::NewImage& wanted, const std::filesystem::path& device) override {
    image.image.name = wanted.name;
    attached = device;
    return image;
  }
  Result<boot::ImageView> grow_image(std::string_view name, ByteCount size) override {
    if (failure) return std::unexpected(*failure);
    if (name != image.image.name) return fail(ErrorKind::not_found, "No such image.");
    image.image.size = size;
    return image;
  }
  Result<void> remove_image(std::string_view) override { return verdict(); }
  Result<std::filesystem::path> image_path(std::string_view) override {
    return std::filesystem::path("/images/dos.raw");
  }
  std::vector<boot::SessionView> sessions() override {
    boot::SessionView session;
    session.id = 7;
    session.drive = 0x81;
    session.mac = mac();
    session.limits.max_burst = 262144;
    session.traffic.reads = 1;
    session.traffic.writes = 2;
    session.traffic.others = 3;
    session.traffic.read_latency.add(Latency(1));
    session.last_command = "READ(10)";
    session.last_command_age = std::chrono::milliseconds(12);
    return {session};
  }
  Result<void> drop_session(std::uint64_t id) override {
    dropped = id;
    return verdict();
  }
  std::vector<boot::Lease> leases() override {
    boot::Lease lease;
    lease.address = {0x0a630064};
    lease.mac = mac();
    lease.hostname = "pc1";
    lease.expires = WallTime{std::chrono::seconds{1}};
    return {lease};
  }
  std::vector<boot::Event> events(const boot::EventQuery& asked) override {
    query = asked;
    return {};
  }

  std::optional<Error> failure;
  bool explode = false;
  std::size_t more_images = 0;
  std::optional<Ipv4Range> dhcp_range;
  boot::ClientView view;
  boot::ImageView image;
  std::vector<boot::ClientChange> changes;
  std::string preset;
  std::filesystem::path imported, attached;
  boot::SetupOrder order;
  bool dry_run = false;
  std::vector<boot::SetupChange> setup_changes;
  std::uint64_t dropped = 0;
  boot::EventQuery query;

 private:
  Result<void> verdict() const { return failure ? Result<void>(std::unexpected(*failure)) : Result<void>(); }
};

}  // namespace bootferry::http::test
