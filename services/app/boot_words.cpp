// SPDX-License-Identifier: Apache-2.0
#include "app/boot_words.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "boot/boot_entry.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;

Result<json> drive_of(const std::string& text) {
  auto drive = boot::parse_drive(text);
  if (!drive) return std::unexpected(drive.error());
  json value{{"image", drive->image}, {"mode", boot::name_of(drive->mode)}};
  if (drive->quota.value != 0) value["quota"] = drive->quota.value;
  return value;
}

Result<json> drives_of(const std::vector<std::string>& texts) {
  json drives = json::array();
  for (const std::string& text : texts) {
    auto drive = drive_of(text);
    if (!drive) return drive;
    drives.push_back(std::move(*drive));
  }
  return drives;
}

json kernel_of(const BootOptions& options) {
  return {{"kind", "kernel"},
          {"kernel", options.kernel},
          {"initrds", options.initrds},
          {"command_line", options.command_line}};
}

Result<json> disks_of(const BootOptions& options) {
  auto drives = drives_of(options.drives);
  if (!drives) return drives;
  json boot;
  if (options.windows) {
    boot = {{"kind", "windows"}, {"files", options.boot_files}};
    if (!options.wimboot.empty()) boot["wimboot"] = options.wimboot;
  } else if (!options.kernel.empty()) {
    boot = kernel_of(options);
    boot["kind"] = "installer";
  } else {
    boot = {{"kind", "disks"}};
    if (options.keep_san) boot["keep_san"] = true;
  }
  boot["drives"] = std::move(*drives);
  return boot;
}

Result<json> floppy_of(const BootOptions& options) {
  // What is written to a floppy in memory is lost: no mode but readonly would be true.
  const bool has_mode = options.floppy.find(':') != std::string::npos;
  auto drive = drive_of(options.memdisk && !has_mode ? options.floppy + ":readonly" : options.floppy);
  if (!drive) return drive;
  (*drive)["kind"] = "floppy";
  if (options.memdisk) (*drive)["memdisk"] = true;
  return drive;
}

}  // namespace

void add_boot_options(CLI::App& command, BootOptions& options) {
  auto* drive =
      command.add_option("--drive", options.drives,
                         "IMAGE:MODE, mode private, fresh, readonly or master; again for the next drive (0x80, "
                         "0x81, ...)");
  auto* kernel = command.add_option("--kernel", options.kernel,
                                    "Boot this kernel: a URL, or a file in STATE_DIR/files; with --drive it is an "
                                    "installer's, and finds these disks");
  command.add_option("--initrd", options.initrds, "Its initrd; may be given again")->needs(kernel);
  command.add_option("--command-line", options.command_line, "Its command line; {{name}} stands for a variable")
      ->needs(kernel);
  command.add_flag("--keep-san", options.keep_san, "Its disks stay attached when they do not boot")->needs(drive);
  auto* windows = command.add_flag("--windows", options.windows, "Boot Windows by wimboot, with these drives")
                      ->needs(drive)
                      ->excludes(kernel);
  command.add_option("--boot-file", options.boot_files, "bootmgr, BCD, boot.sdi, boot.wim: each a URL or a file")
      ->needs(windows);
  command.add_option("--wimboot", options.wimboot, "wimboot: a URL or a file, instead of the loader of that name")
      ->needs(windows);
  auto* floppy = command.add_option("--floppy", options.floppy, "Boot this floppy image as drive 0x00: IMAGE:MODE");
  command.add_flag("--memdisk", options.memdisk, "Load it wholly into the machine's memory")->needs(floppy);
  auto* cd = command.add_option("--cd", options.cd, "Boot this CD image from a CD drive");
  auto* iso =
      command.add_option("--iso", options.iso, "Boot a CD image over HTTP: a URL, or a file in STATE_DIR/files");
  auto* efi = command.add_option("--efi", options.efi, "Run this EFI program: a URL or a file");
  command.add_option("--arguments", options.arguments, "Its arguments")->needs(efi);
  auto* ipxe = command.add_option("--ipxe", options.ipxe, "Go on with this iPXE script or program: a URL or a file");
  auto* local = command.add_flag("--local", options.local, "Boot its own disk");
  auto* wait = command.add_flag("--wait", options.wait, "Not assigned: its screen waits");
  auto* shell = command.add_flag("--shell", options.shell, "A prompt of iPXE");
  auto* poweroff = command.add_flag("--poweroff", options.poweroff, "Switch it off");
  const std::vector<CLI::Option*> kinds{drive, floppy, cd, iso, efi, ipxe, local, wait, shell, poweroff};
  for (CLI::Option* one : kinds) {
    for (CLI::Option* other : kinds) {
      if (one != other) one->excludes(other);
    }
    if (one != drive) one->excludes(kernel);
  }
}

Result<json> boot_of(const BootOptions& options) {
  if (!options.drives.empty()) return disks_of(options);
  if (!options.kernel.empty()) return kernel_of(options);
  if (!options.floppy.empty()) return floppy_of(options);
  if (!options.cd.empty()) return json{{"kind", "cd"}, {"image", options.cd}};
  if (!options.iso.empty()) return json{{"kind", "iso"}, {"iso", options.iso}};
  if (!options.efi.empty()) return json{{"kind", "efi"}, {"program", options.efi}, {"arguments", options.arguments}};
  if (!options.ipxe.empty()) return json{{"kind", "ipxe"}, {"url", options.ipxe}};
  if (options.local) return json{{"kind", "local"}};
  if (options.wait) return json{{"kind", "wait"}};
  if (options.shell) return json{{"kind", "shell"}};
  if (options.poweroff) return json{{"kind", "poweroff"}};
  return json();
}

Result<json> require_boot(const BootOptions& options) {
  auto boot = boot_of(options);
  if (!boot || !boot->is_null()) return boot;
  return fail(ErrorKind::invalid, "say what it boots, as in --drive IMAGE:MODE, --kernel FILE or --local");
}

std::string describe_boot(const json& boot) {
  const std::string kind = boot.value("kind", "wait");
  std::string drives;
  for (const json& drive : boot.value("drives", json::array())) {
    drives += fmt::format("{}{}:{}", drives.empty() ? "" : " ", drive["image"].get<std::string>(),
                          drive["mode"].get<std::string>());
  }
  if (kind == "disks") return drives;
  if (kind == "kernel") return fmt::format("kernel {}", boot["kernel"].get<std::string>());
  if (kind == "installer") return fmt::format("installer {} on {}", boot["kernel"].get<std::string>(), drives);
  if (kind == "windows") return fmt::format("Windows on {}", drives);
  if (kind == "floppy")
    return fmt::format("floppy {}:{}", boot["image"].get<std::string>(), boot["mode"].get<std::string>());
  if (kind == "cd") return fmt::format("CD {}", boot["image"].get<std::string>());
  if (kind == "iso") return fmt::format("ISO {}", boot["iso"].get<std::string>());
  if (kind == "efi") return fmt::format("EFI program {}", boot["program"].get<std::string>());
  if (kind == "ipxe") return fmt::format("iPXE {}", boot["url"].get<std::string>());
  if (kind == "local") return "local disk";
  if (kind == "shell") return "iPXE shell";
  if (kind == "poweroff") return "power off";
  if (kind == "group") return fmt::format("group {}", boot["group"].get<std::string>());
  if (kind == "client") return fmt::format("as client {}", boot["client"].get<std::string>());
  if (kind == "menu") return "menu";
  return kind == "ignore" ? "ignored" : "waits";
}

Result<json> variables_of(const std::vector<std::string>& texts) {
  json variables = json::object();
  for (const std::string& text : texts) {
    const std::size_t mark = text.find('=');
    if (mark == std::string::npos) return fail(ErrorKind::invalid, "a variable is written NAME=VALUE");
    variables[text.substr(0, mark)] = text.substr(mark + 1);
  }
  return variables;
}

void print_menu(const json& owner) {
  const json preset = owner["default_entry"];
  for (const json& entry : owner["entries"]) {
    const bool is_preset = preset.is_string() ? preset == entry["name"] : entry == owner["entries"].front();
    fmt::print("  entry: {}: {}{}\n", entry["name"].get<std::string>(), describe_boot(entry["boot"]),
               is_preset ? " (default)" : "");
  }
  if (const json timeout = owner["menu_timeout"]; timeout.is_number())
    fmt::print("  menu timeout: {} s\n", timeout.get<int>());
  for (const auto& [name, value] : owner["variables"].items())
    fmt::print("  variable: {}={}\n", name, value.get<std::string>());
}

}  // namespace bootferry::app
