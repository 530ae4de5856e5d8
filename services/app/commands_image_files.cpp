// SPDX-License-Identifier: Apache-2.0
// bootferry image files|cat, bootferry overlay files|cat: what is inside a disk.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <memory>

#include "app/client_finder.hpp"
#include "app/command_line.hpp"
#include "app/text_table.hpp"
#include "base/mac_address.hpp"
#include "base/units.hpp"
#include "boot/image.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;

struct PlaceOptions {
  std::string mac, name, mode;  ///< `mac`: of an overlay's client
  std::string path = "/", file;
  unsigned version = 0;  ///< 0: the current one
};

/// As a part of a query; a '/' may stand there as it is (RFC 3986 3.4).
std::string encode_query(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || c == '/' || c == '.' || c == '-' || c == '_')
      encoded += c;
    else
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

Result<std::string> address_of(const ApiClient& client, const PlaceOptions& place, std::string_view what) {
  if (auto good = boot::check_image_name(place.name); !good) return std::unexpected(good.error());
  std::string disk = "/api/v1/images/" + place.name;
  if (!place.mac.empty()) {
    const auto mac = require_client(client, place.mac);
    if (!mac) return std::unexpected(mac.error());
    disk = fmt::format("/api/v1/clients/{}/overlays/{}", mac->to_string(), place.name);
  }
  const std::string_view slash = place.path.starts_with('/') ? "" : "/";
  std::string address = fmt::format("{}/{}?path={}{}", disk, what, slash, encode_query(place.path));
  if (place.version != 0) address += fmt::format("&version={}", place.version);
  if (!place.mode.empty()) address += "&mode=" + place.mode;
  return address;
}

void print_folder(const json& folder) {
  TextTable table({"NAME", "SIZE", "CHANGED"});
  for (const json& entry : folder["entries"]) {
    const bool is_folder = entry["folder"];
    const auto size = entry["size"].get<std::uint64_t>();
    table.add({entry["name"].get<std::string>() + (is_folder ? "/" : ""),
               is_folder && size == 0 ? "-" : render_byte_count({size}),
               entry["modified"].is_null() ? "-" : entry["modified"].get<std::string>()});
  }
  fmt::print("{}", table.render("The folder is empty."));
  if (folder["truncated"].get<bool>()) fmt::print("... and more: these are the first {}\n", folder["entries"].size());
}

void run_files(CommandContext& context, const PlaceOptions& place) {
  const auto address = address_of(context.client(), place, "files");
  context.show(address ? context.client().get(*address) : std::unexpected(address.error()), print_folder);
}

/// Into the file, or as it is onto standard output.
void run_cat(CommandContext& context, const PlaceOptions& place) {
  const auto print = [&place](const json& done) {
    fmt::print("{} bytes written to {}\n", done["bytes"].get<std::size_t>(), place.file);
  };
  const auto address = address_of(context.client(), place, "files/content");
  if (!address) return context.show(std::unexpected(address.error()), print);
  const auto bytes = context.client().get_bytes(*address);
  if (!bytes) return context.show(std::unexpected(bytes.error()), print);
  if (place.file.empty()) {
    const bool written =
        std::fwrite(bytes->data(), 1, bytes->size(), stdout) == bytes->size() && std::fflush(stdout) == 0;
    if (!written) context.show(fail(ErrorKind::io, "The file cannot be written to standard output."), print);
    return;
  }
  std::ofstream out(place.file, std::ios::binary);
  out << *bytes;
  out.close();
  if (!out) return context.show(fail(ErrorKind::io, fmt::format("{} cannot be written", place.file)), print);
  context.show(json{{"file", place.file}, {"bytes", bytes->size()}}, print);
}

}  // namespace

namespace {

/// `named`: adds what names the disk.
template <class Named>
void add_file_commands(CLI::App& parent, CommandContext& context, Named named) {
  auto place = std::make_shared<PlaceOptions>();
  const auto add = [&](const char* verb, const char* help, auto run) {
    CLI::App* command = parent.add_subcommand(verb, help);
    named(*command, *place);
    command->callback([&context, place, run] { context.action = [&context, place, run] { run(context, *place); }; });
    return command;
  };
  CLI::App* files = add("files", "The files inside it: FAT (floppies, partitions) and CDs", run_files);
  files->add_option("PATH", place->path, "A folder: /DOS, or /1/DOS on the first partition");
  CLI::App* cat = add("cat", "A file inside it", run_cat);
  cat->add_option("PATH", place->path, "The file: /1/CONFIG.SYS")->required();
  cat->add_option("FILE", place->file, "Where to write it; to standard output when left out");
}

}  // namespace

void add_image_file_commands(CLI::App& image, CommandContext& context) {
  add_file_commands(image, context, [](CLI::App& command, PlaceOptions& place) {
    command.add_option("NAME", place.name, "The image's name")->required();
    command.add_option("--version", place.version, "Which version; the current one when left out");
  });
}

void add_overlay_file_commands(CLI::App& overlay, CommandContext& context) {
  add_file_commands(overlay, context, [](CLI::App& command, PlaceOptions& place) {
    command.add_option("MAC", place.mac, "The client: its MAC address or name")->required();
    command.add_option("IMAGE", place.name, "The image that its drive has")->required();
    add_overlay_mode(command, place.mode);
  });
}

}  // namespace bootferry::app
