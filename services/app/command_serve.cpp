// SPDX-License-Identifier: Apache-2.0
// bootferry serve: runs the appliance until SIGTERM or SIGINT.
#include <fmt/format.h>
#include <pthread.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "app/appliance.hpp"
#include "app/command_line.hpp"
#include "app/settings.hpp"
#include "base/log.hpp"

namespace bootferry::app {
namespace {

/// Flags given on the line; they win over the file.
struct ServeFlags {
  std::filesystem::path config;
  std::string interface, dhcp_mode, dhcp_range, log_level;
  std::filesystem::path loader_dir;
  std::uint16_t dhcp_port = 0, pxe_port = 0, tftp_port = 0, http_port = 0, iscsi_port = 0;
  bool no_router_advertisements = false, no_ipv6 = false;
  int https_port = -1;  ///< 0 switches it off
  bool ipv6 = false;
};

template <class Value>
Value require(Result<Value> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

Settings settings_of(const ServeFlags& flags, const std::filesystem::path& state_dir, bool state_dir_given) {
  Settings settings;
  std::filesystem::path file = flags.config;
  if (file.empty() && std::filesystem::exists(default_settings_file)) file = default_settings_file;
  if (!file.empty()) settings = require(read_settings(file));
  settings.file = file;
  if (state_dir_given) settings.state_dir = state_dir;
  if (!flags.interface.empty()) settings.interface = flags.interface;
  if (!flags.dhcp_mode.empty()) settings.dhcp_mode = require(parse_dhcp_mode(flags.dhcp_mode));
  if (!flags.dhcp_range.empty()) settings.dhcp_range = require(parse_ipv4_range(flags.dhcp_range));
  if (!flags.log_level.empty()) settings.log_level = flags.log_level;
  if (!flags.loader_dir.empty()) settings.loader_dir = flags.loader_dir;
  if (flags.no_router_advertisements) settings.router_advertisements = false;
  if (flags.ipv6) settings.dhcp_ipv6 = true;
  if (flags.no_ipv6) settings.ipv6 = false;
  if (flags.dhcp_port) settings.dhcp_port = flags.dhcp_port;
  if (flags.pxe_port) settings.pxe_port = flags.pxe_port;
  if (flags.tftp_port) settings.tftp_port = flags.tftp_port;
  if (flags.http_port) settings.http_port = flags.http_port;
  if (flags.https_port >= 0) settings.https_port = static_cast<std::uint16_t>(flags.https_port);
  if (flags.iscsi_port) settings.iscsi_port = flags.iscsi_port;
  if (auto good = check_ports(settings); !good) throw std::runtime_error(good.error().message);
  if (auto good = check_https(settings); !good) throw std::runtime_error(good.error().message);
  return settings;
}

log::Level level_of(const std::string& name) {
  if (name == "debug") return log::Level::debug;
  if (name == "warning") return log::Level::warning;
  if (name == "error") return log::Level::error;
  return log::Level::info;
}

/// A backup was laid ready: the appliance begins anew, and takes it in. The process stays, so that it needs nobody who
/// would start it again.
constexpr int begin_anew = SIGUSR1;

/// Blocked in this thread before any other is made, so that only sigwait sees them.
sigset_t block_ending_signals() {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  sigaddset(&ending, begin_anew);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file too large is an answer to its writer, not the end of the server
  return ending;
}

/// The signal that ended it.
int serve_once(const Settings& settings, const sigset_t& ending) {
  Appliance appliance(settings, [] { kill(getpid(), begin_anew); });
  appliance.start();
  fmt::print("{}", appliance.welcome());
  std::fflush(stdout);
  sd_notify(0, "READY=1");
  int signal = 0;
  sigwait(&ending, &signal);
  if (signal != begin_anew) sd_notify(0, "STOPPING=1");
  log::info("SERVER_STOPPING", {{"signal", fmt::format("SIG{}", sigabbrev_np(signal))}});
  appliance.stop();
  log::info("SERVER_STOPPED");
  return signal;
}

void serve(const Settings& settings) {
  const sigset_t ending = block_ending_signals();
  log::set_level(level_of(settings.log_level));
  while (serve_once(settings, ending) == begin_anew) {
  }
}

}  // namespace

void add_serve_command(CLI::App& app, CommandContext& context) {
  CLI::App* command =
      app.add_subcommand("serve", "Run the server: DHCP or proxyDHCP, TFTP, HTTP, iSCSI and the dashboard");
  auto flags = std::make_shared<ServeFlags>();
  const auto port = CLI::Range(1, 65535);
  command
      ->add_option("--config", flags->config,
                   "Settings file (TOML); without it " + std::string(default_settings_file) + " if it is there")
      ->check(CLI::ExistingFile);
  command->add_option("--interface", flags->interface, "LAN interface; without it the one with the default route");
  command
      ->add_option("--dhcp-mode", flags->dhcp_mode,
                   "proxy: beside the router's DHCP (default); server: hand out addresses; off")
      ->check(CLI::IsMember({"proxy", "server", "off"}));
  command->add_option("--dhcp-range", flags->dhcp_range, "Server mode: addresses to hand out, FIRST-LAST");
  command->add_option("--dhcp-port", flags->dhcp_port, "UDP port of DHCP (67)")->check(port);
  command->add_option("--pxe-port", flags->pxe_port, "UDP port of PXE boot service (4011)")->check(port);
  command->add_option("--tftp-port", flags->tftp_port, "UDP port of TFTP (69)")->check(port);
  command->add_option("--http-port", flags->http_port, "TCP port of HTTP: scripts, API, dashboard (8080)")->check(port);
  command->add_option("--https-port", flags->https_port, "TCP port of HTTPS: API, dashboard (8443); 0: none")
      ->check(CLI::Range(0, 65535));
  command->add_option("--iscsi-port", flags->iscsi_port, "TCP port of the iSCSI target (3260)")->check(port);
  command->add_option("--loader-dir", flags->loader_dir, "Folder of the iPXE loaders (/usr/lib/ipxe)");
  command->add_flag("--dhcp-ipv6", flags->ipv6,
                    "Tell boot files over DHCPv6 too; IPv6 addresses come from your router");
  command->add_flag("--no-router-advertisements", flags->no_router_advertisements,
                    "Never answer iPXE's IPv6 router solicitations (boots then wait 16 s longer)");
  command->add_flag("--no-ipv6", flags->no_ipv6, "TFTP and HTTP answer over IPv4 only");
  command->add_option("--log-level", flags->log_level, "debug, info, warning or error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}));
  command->callback([&app, &context, flags] {
    context.action = [&app, &context, flags] {
      serve(settings_of(*flags, context.state_dir, app.count("--state-dir") > 0));
    };
  });
}

}  // namespace bootferry::app
