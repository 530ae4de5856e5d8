// SPDX-License-Identifier: Apache-2.0
// bootferry check, diagnostics; make-boot-floppy, make-boot-iso and make-boot-usb; client wake, client floppy.
#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "app/client_finder.hpp"
#include "app/command_line.hpp"
#include "app/self_check.hpp"
#include "base/mac_address.hpp"
#include "boot/boot_media.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

void print_check(const json& answer) {
  for (const json& line : answer["lines"]) {
    fmt::print("{:<5} {}\n", line["verdict"].get<std::string>(), line["text"].get<std::string>());
    if (line["mend"].is_string()) fmt::print("      -> {}\n", line["mend"].get<std::string>());
  }
}

int severity(const std::string& verdict) { return verdict == "fail" ? 2 : verdict == "warn" ? 1 : 0; }

/// The server runs with few rights; root on this machine may read the firewall's rules himself.
void judge_firewall_here(json& answer, const json& health) {
  if (geteuid() != 0) return;
  Settings settings;
  const json& ports = health["ports"];
  settings.dhcp_port = ports["dhcp"], settings.pxe_port = ports["pxe"], settings.tftp_port = ports["tftp"];
  settings.http_port = ports["http"], settings.iscsi_port = ports["iscsi"];
  if (const auto mode = parse_dhcp_mode(health["dhcp_mode"].get<std::string>())) settings.dhcp_mode = *mode;
  const auto line = judge_firewall(read_firewall(), service_ports(settings), health["interface"].get<std::string>());
  std::string worst = "ok";
  for (json& one : answer["lines"]) {
    if (one["id"] == "firewall") {
      one["verdict"] = boot::name_of(line.verdict);
      one["text"] = line.text;
      one["mend"] = line.mend.empty() ? json(nullptr) : json(line.mend);
    }
    if (severity(one["verdict"]) > severity(worst)) worst = one["verdict"];
  }
  answer["worst"] = worst;
}

void run_check_command(CommandContext& context) {
  auto answer = context.client().post("/api/v1/check", json::object());
  const auto health = context.client().get("/api/v1/health");
  if (answer && health && !context.server.is_remote()) judge_firewall_here(*answer, *health);
  context.show(answer, print_check);
  if (answer && (*answer)["worst"] == "fail") context.exit_status = 1;
}

/// A text that is pasted somewhere, so with --json, too, it is one value.
void run_diagnostics_command(CommandContext& context) {
  const auto text = context.client().get_bytes("/api/v1/diagnostics");
  const auto answer = text ? Result<json>(json{{"text", *text}}) : std::unexpected(text.error());
  context.show(answer, [](const json& told) { fmt::print("{}", told["text"].get<std::string>()); });
}

Result<json> save_medium(const CommandContext& context, boot::MediumKind kind, const std::string& file) {
  std::error_code failed;
  const fs::path target = fs::absolute(file, failed);
  if (fs::exists(target, failed))
    return fail(ErrorKind::conflict, fmt::format("{} is there already; remove it, or choose another name", file));
  const std::string medium = fmt::format("/api/v1/media/{}", boot::name_of(kind));
  if (context.server.is_remote()) {
    const auto bytes = context.client().get_bytes(medium);
    if (!bytes) return std::unexpected(bytes.error());
    if (auto written = write_file(file, *bytes); !written) return std::unexpected(written.error());
    return json{{"path", target.string()}, {"size", bytes->size()}};
  }
  auto made = context.client().get(medium + "/path");
  if (!made) return made;
  fs::copy_file((*made)["path"].get<std::string>(), target, failed);
  if (failed) return fail(ErrorKind::io, fmt::format("{} cannot be written: {}", file, failed.message()));
  return json{{"path", target.string()}, {"size", fs::file_size(target, failed)}};
}

void add_media_command(CLI::App& app, CommandContext& context, boot::MediumKind kind, const char* what,
                       const char* next) {
  CLI::App* command = app.add_subcommand(fmt::format("make-boot-{}", boot::name_of(kind)), what);
  auto file = std::make_shared<std::string>();
  command->add_option("FILE", *file, "Where to write it")->required();
  command->callback([&context, kind, file, next] {
    context.action = [&context, kind, file, next] {
      context.show(save_medium(context, kind, *file), [file, next](const json& made) {
        fmt::print("{} is made ({} bytes). {}\n", *file, made["size"].get<std::uint64_t>(), next);
      });
    };
  });
}

struct WakeOptions {
  std::string mac, broadcast, next_boot;
};

void run_wake(CommandContext& context, const WakeOptions& options) {
  const auto print = [](const json& answer) {
    fmt::print("{} was sent the magic packet: {}. Nothing tells whether it woke: look at \"bootferry boot-log {}\".\n",
               answer["mac"].get<std::string>(), answer["sent"].get<std::string>(), answer["mac"].get<std::string>());
  };
  const auto mac = require_client(context.client(), options.mac);
  if (!mac) return context.show(std::unexpected(mac.error()), print);
  json body = json::object();
  if (!options.broadcast.empty()) body["broadcast"] = options.broadcast;
  if (!options.next_boot.empty()) body["next_boot"] = options.next_boot;
  context.show(context.client().post(fmt::format("/api/v1/clients/{}/wake", mac->to_string()), body), print);
}

void run_floppy(CommandContext& context, const std::string& which, const std::string& image) {
  const auto print = [](const json& answer) {
    fmt::print("{} has {} in its floppy drive now, instead of {}, until it boots anew\n",
               answer["mac"].get<std::string>(), answer["image"].get<std::string>(),
               answer["before"].get<std::string>());
  };
  const auto mac = require_client(context.client(), which);
  if (!mac) return context.show(std::unexpected(mac.error()), print);
  context.show(context.client().post(fmt::format("/api/v1/clients/{}/floppy", mac->to_string()), {{"image", image}}),
               print);
}

}  // namespace

void add_check_command(CLI::App& app, CommandContext& context) {
  app.add_subcommand("check", "Probe the server's services as a booting machine would; status 1 when something fails")
      ->callback([&context] { context.action = [&context] { run_check_command(context); }; });
}

void add_diagnostics_command(CLI::App& app, CommandContext& context) {
  app.add_subcommand("diagnostics",
                     "One text for whoever helps: without secrets, with other names; takes a few seconds")
      ->callback([&context] { context.action = [&context] { run_diagnostics_command(context); }; });
}

void add_media_commands(CLI::App& app, CommandContext& context) {
  add_media_command(app, context, boot::MediumKind::floppy, "A 1.44 MB floppy for a BIOS without network boot",
                    "Write it to a floppy: dd if=FILE of=/dev/fd0");
  add_media_command(app, context, boot::MediumKind::iso, "A CD for a BIOS or UEFI without network boot",
                    "Burn it, or write it to a stick.");
  add_media_command(app, context, boot::MediumKind::usb, "A USB stick for a BIOS or UEFI without network boot",
                    "Write it to the whole stick: dd if=FILE of=/dev/sdX");
}

void add_running_client_commands(CLI::App& client, CommandContext& context) {
  CLI::App* wake = client.add_subcommand("wake", "Switch a sleeping machine on (Wake-on-LAN)");
  auto options = std::make_shared<WakeOptions>();
  wake->add_option("MAC", options->mac, "Its MAC address, or its name")->required();
  wake->add_option("--next-boot", options->next_boot, "Boot this entry of it, once");
  wake->add_option("--broadcast", options->broadcast,
                   "Also to the broadcast address of another network, say 10.2.0.255; its router must allow that");
  CLI::App* floppy = client.add_subcommand("floppy", "Put another floppy into the drive of a running machine");
  auto mac = std::make_shared<std::string>();
  auto image = std::make_shared<std::string>();
  floppy->add_option("MAC", *mac, "Its MAC address, or its name")->required();
  floppy->add_option("IMAGE", *image, "A floppy of the same size")->required();
  floppy->callback(
      [&context, mac, image] { context.action = [&context, mac, image] { run_floppy(context, *mac, *image); }; });
  wake->callback([&context, options] { context.action = [&context, options] { run_wake(context, *options); }; });
}

}  // namespace bootferry::app
