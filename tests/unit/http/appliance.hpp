// SPDX-License-Identifier: Apache-2.0
// A small appliance for the tests of http: fakes for what the server talks to, the server on loopback, and a client
// that sees raw bytes.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/async_loop_pool.hpp"
#include "base/random.hpp"
#include "base/worker_pool.hpp"
#include "fake_assignments.hpp"
#include "fake_backups.hpp"
#include "fake_boots.hpp"
#include "fake_lives.hpp"
#include "http/server.hpp"
#include "support/people_store.hpp"

namespace bootferry::http::test {

inline MacAddress mac(std::string_view text = "52:54:00:e2:e0:01") { return *parse_mac_address(text); }
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

struct FakeMetrics final : boot::MetricsSource {
  std::string render_metrics() override { return "bootferry_build_info 1\n"; }
};

struct Reply {
  int status = 0;
  std::string head;
  std::string body;

  [[nodiscard]] std::string header(std::string name) const {
    const auto at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto from = at + name.size() + 4;
    return head.substr(from, head.find("\r\n", from) - from);
  }
  [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(body); }
};

/// A blocking connection. Every wait ends after 10 s, as a failure.
class Wire {
 public:
  static Wire lan(std::uint16_t port) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    Wire wire(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(wire.fd_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    return wire;
  }
  static Wire lan_ipv6(std::uint16_t port) {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(port);
    to.sin6_addr = in6addr_loopback;
    Wire wire(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(wire.fd_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    return wire;
  }
  static Wire control(const std::filesystem::path& path) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::strncpy(to.sun_path, path.c_str(), sizeof to.sun_path - 1);
    Wire wire(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(wire.fd_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    return wire;
  }
  Wire(Wire&& other) noexcept : fd_(std::exchange(other.fd_, -1)), kept_(std::move(other.kept_)) {}
  ~Wire() {
    if (fd_ >= 0) ::close(fd_);
  }

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// The bytes up to and with `end`; what comes behind it is kept.
  std::string read_until(std::string_view end) {
    for (;;) {
      const auto at = kept_.find(end);
      if (at != std::string::npos) {
        std::string taken = kept_.substr(0, at + end.size());
        kept_.erase(0, at + end.size());
        return taken;
      }
      if (!more()) return std::exchange(kept_, {});
    }
  }
  std::string read_to_end() {
    while (more()) {
    }
    return std::exchange(kept_, {});
  }
  Reply read_reply(bool has_body = true) {
    Reply reply;
    reply.head = read_until("\r\n\r\n");
    if (reply.head.size() > 12) reply.status = std::atoi(reply.head.c_str() + 9);
    const std::string length = reply.header("Content-Length");
    if (has_body && !length.empty()) {
      const auto wanted = static_cast<std::size_t>(std::stoull(length));
      while (kept_.size() < wanted && more()) {
      }
      reply.body = kept_.substr(0, wanted);
      kept_.erase(0, wanted);
    }
    return reply;
  }
  [[nodiscard]] int descriptor() const { return fd_; }

 private:
  explicit Wire(int fd) : fd_(fd) {
    const timeval patience{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  }
  bool more() {
    char bytes[65536];
    const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
    if (got < 0 && errno == EAGAIN) ADD_FAILURE() << "nothing came for 10 s";
    if (got <= 0) return false;
    kept_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  int fd_;
  std::string kept_;
};

/// One upload, kept in memory.
class FakeIntake final : public boot::Intake {
 public:
  class Writer final : public boot::UploadWriter {
   public:
    explicit Writer(std::string& into) : into_(into) {}
    Result<void> append(ByteView bytes) override {
      if (bytes.size() > 2'000'000) return fail(ErrorKind::invalid, "too large a piece");
      if (into_.size() + bytes.size() > 3'000'000) return fail(ErrorKind::exhausted, "the disk is full");
      into_ += text_of(bytes);
      return {};
    }
    Result<ByteCount> finish() override { return ByteCount{into_.size()}; }

   private:
    std::string& into_;
  };
  explicit FakeIntake(boot::Administration& administration) : administration_(administration) {}
  Result<boot::AddedImage> import_image(const boot::NewImage& image, const std::filesystem::path& source) override {
    return administration_.import_image(image, source);
  }
  Result<boot::JobView> start_import(const boot::NewImage& image, const std::filesystem::path&) override {
    job.image = image.name;
    return job;
  }
  std::vector<boot::JobView> jobs() override { return {job}; }
  Result<void> cancel_job(std::uint64_t id) override {
    if (id != job.id) return fail(ErrorKind::not_found, "no such job");
    return {};
  }
  Result<boot::UploadView> create_upload(const boot::NewUpload& wanted) override {
    upload = wanted;
    return view();
  }
  std::vector<boot::UploadView> uploads() override { return {view()}; }
  Result<boot::UploadView> require_upload(std::string_view id) override {
    if (id != "u1") return fail(ErrorKind::not_found, "no such upload");
    return view();
  }
  Result<std::unique_ptr<boot::UploadWriter>> write_upload(std::string_view, ByteCount offset) override {
    if (offset.value != bytes.size()) return fail(ErrorKind::conflict, "not there");
    return std::make_unique<Writer>(bytes);
  }
  Result<void> remove_upload(std::string_view) override { return {}; }
  [[nodiscard]] boot::UploadView view() const { return {"u1", upload, {bytes.size()}, {}}; }

  boot::NewUpload upload;
  boot::JobView job{.id = 5, .kind = "add-image"};
  std::string bytes;

 private:
  boot::Administration& administration_;
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
