// SPDX-License-Identifier: Apache-2.0
// bootferry demo: a network namespace of its own, a server in it, and a virtual PC that boots from it, its serial
// screen on ours. The namespace lives only as long as this process and its children, so nothing is left behind, however
// it ends.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <thread>

#include "app/child_process.hpp"
#include "app/command_line.hpp"

namespace bootferry::app {
namespace {

namespace fs = std::filesystem;
constexpr const char* demo_mac = "52:54:00:b0:07:01";
constexpr std::string_view last_words = "BOOTFERRY-PROBE-DONE";

struct DemoOptions {
  fs::path image;
  unsigned seconds = 60;
};

/// A folder that is gone when the demo is.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "bootferry-demo-XXXXXX").string();
    if (!mkdtemp(name.data()))
      throw std::runtime_error(fmt::format("no temporary folder {}: {}", name, std::strerror(errno)));
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

fs::path own_binary() { return fs::read_symlink("/proc/self/exe"); }

/// Beside the binary in a build tree, or where the package and packaging/up put it.
fs::path find_demo_image(const fs::path& asked_for) {
  const fs::path folder = own_binary().parent_path();
  const std::array<fs::path, 3> places{asked_for, folder / "demo.img", folder / "../share/bootferry/demo.img"};
  for (const fs::path& place : places) {
    if (!place.empty() && fs::exists(place)) return place;
  }
  throw std::runtime_error(
      "there is no demo disk; build it with \"cmake --build --preset release\", or name one with --image");
}

void make_network() {
  if (unshare(CLONE_NEWNET) != 0) {
    throw std::runtime_error(
        fmt::format("no network namespace can be made: {}; run \"sudo bootferry demo\"", std::strerror(errno)));
  }
  run_program({"ip", "link", "set", "lo", "up"});
  run_program({"ip", "link", "add", "lan0", "type", "bridge", "stp_state", "0", "forward_delay", "0"});
  run_program({"ip", "address", "add", "10.99.0.1/24", "dev", "lan0"});
  run_program({"ip", "tuntap", "add", "dev", "pc0", "mode", "tap"});
  run_program({"ip", "link", "set", "pc0", "master", "lan0", "up"});
  run_program({"ip", "link", "set", "lan0", "up"});
}

void wait_for_server(const ApiClient& client, ChildProcess& server, const fs::path& log) {
  for (int tries = 0; tries < 200; ++tries) {
    if (client.get("/api/v1/health")) return;
    if (server.poll()) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  throw std::runtime_error(fmt::format("the demo's server did not start; its log: {}", log.string()));
}

void require_done(const Result<nlohmann::json>& answer) {
  if (!answer) throw std::runtime_error(answer.error().message);
}

/// Copies the PC's serial line to our terminal until its last words, its end, or the time limit; true when it said
/// them.
bool show_serial(int serial, ChildProcess& pc, std::chrono::seconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::string seen;
  while (std::chrono::steady_clock::now() < deadline) {
    pollfd ready{serial, POLLIN, 0};
    if (poll(&ready, 1, 200) == 0) {
      if (pc.poll()) return false;
      continue;
    }
    std::array<char, 4096> chunk;
    const ssize_t got = read(serial, chunk.data(), chunk.size());
    if (got <= 0) return false;
    fwrite(chunk.data(), 1, static_cast<std::size_t>(got), stdout);
    fflush(stdout);
    seen.append(chunk.data(), static_cast<std::size_t>(got));
    const std::size_t at = seen.find(last_words);
    if (at != std::string::npos && seen.find('\n', at) != std::string::npos) return true;
  }
  return false;
}

std::vector<std::string> virtual_pc() {
  return {"qemu-system-x86_64",
          "-nodefaults",
          "-no-user-config",
          "-machine",
          "pc,graphics=off",
          "-accel",
          "tcg",
          "-cpu",
          "max",
          "-m",
          "256",
          "-display",
          "none",
          "-device",
          "VGA",
          "-no-reboot",
          "-serial",
          "stdio",
          "-netdev",
          "tap,id=n0,ifname=pc0,script=no,downscript=no",
          "-device",
          fmt::format("virtio-net-pci,netdev=n0,mac={},bootindex=1", demo_mac)};
}

int run_demo(const DemoOptions& options) {
  const fs::path image = find_demo_image(options.image);
  const TemporaryFolder state;
  const fs::path log = state.path() / "serve.log";
  fmt::print("1. A network of its own, with a server and a virtual PC without a disk ...\n");
  make_network();
  const int log_fd = open(log.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ChildProcess server({own_binary().string(), "serve", "--interface", "lan0", "--state-dir", state.path().string(),
                       "--dhcp-mode", "server", "--dhcp-range", "10.99.0.100-10.99.0.199"},
                      log_fd);
  close(log_fd);
  const ApiClient client({.socket = state.path() / "control.sock"});
  wait_for_server(client, server, log);

  fmt::print("2. The demo disk goes into the library, and the PC {} gets it ...\n", demo_mac);
  require_done(client.post("/api/v1/images", {{"name", "demo"}, {"source", fs::absolute(image).string()}}));
  require_done(client.put(
      fmt::format("/api/v1/clients/{}", demo_mac),
      {{"name", "demo-pc"}, {"boot", {{"kind", "disks"}, {"drives", {{{"image", "demo"}, {"mode", "master"}}}}}}}));

  fmt::print("3. Power on. The PC's own screen follows.\n\n");
  std::array<int, 2> serial{};
  if (pipe2(serial.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe for the serial line");
  ChildProcess pc(virtual_pc(), serial[1]);
  close(serial[1]);
  const bool booted = show_serial(serial[0], pc, std::chrono::seconds(options.seconds));
  const bool still_runs = !pc.poll();
  close(serial[0]);

  // The PC's firmware switched line wrap off, as if the terminal were its own.
  fmt::print("\x1b[?7h\x1b[0m\n4. What the server saw:\n");
  if (auto events = client.get(fmt::format("/api/v1/events?mac={}", demo_mac))) {
    for (const auto& event : (*events)["events"])
      fmt::print("   {}  {}\n", event["time"].get<std::string>().substr(11, 12), event["text"].get<std::string>());
  }
  if (!booted && still_runs && !options.image.empty()) {  // only the demo disk says when it is done
    fmt::print("\nThe demo's {} seconds are over; --seconds gives it more. Everything made for it is removed now.\n",
               options.seconds);
    return 0;
  }
  fmt::print("\n{}\n", booted ? "The PC booted over the network. Everything made for this demo is removed now."
                              : "The PC did not come to the end of its boot; the lines above show how far it came.");
  return booted ? 0 : 1;
}

}  // namespace

void add_demo_command(CLI::App& app, CommandContext& context) {
  CLI::App* demo = app.add_subcommand("demo", "See it work: boot a virtual PC (QEMU) in a network of its own");
  auto options = std::make_shared<DemoOptions>();
  demo->add_option("--image", options->image, "Boot this raw disk image instead of the demo disk")
      ->check(CLI::ExistingFile);
  demo->add_option("--seconds", options->seconds, "Give up after this time")
      ->capture_default_str()
      ->check(CLI::Range(5, 3600));
  demo->callback(
      [&context, options] { context.action = [&context, options] { context.exit_status = run_demo(*options); }; });
}

}  // namespace bootferry::app
