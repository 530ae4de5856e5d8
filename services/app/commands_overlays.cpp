// SPDX-License-Identifier: Apache-2.0
// bootferry overlay list|show|snapshot|rollback|remove-snapshot|apply|rebase|clone|grow|export|discard
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <memory>

#include "app/client_finder.hpp"
#include "app/command_line.hpp"
#include "app/export_command.hpp"
#include "app/text_table.hpp"
#include "base/mac_address.hpp"
#include "base/units.hpp"
#include "boot/image.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;

std::string size_text(const json& bytes) {
  return bytes.is_null() ? "-" : render_byte_count({bytes.get<std::uint64_t>()});
}

std::string version_text(const json& overlay) {
  if (!overlay["behind"].get<bool>()) return overlay["version"].dump();
  return fmt::format("{} (behind {})", overlay["version"].dump(), overlay["current_version"].dump());
}

void print_overlays(const json& answer) {
  TextTable table({"CLIENT", "IMAGE", "MODE", "VERSION", "ON DISK", "QUOTA", "SNAPSHOTS", "IN USE"});
  for (const json& overlay : answer["overlays"]) {
    table.add({overlay["mac"], overlay["image"], overlay["mode"], version_text(overlay),
               size_text(overlay["allocated"]), size_text(overlay["quota"]),
               std::to_string(overlay["snapshots"].size()), overlay["in_use"].get<bool>() ? "yes" : "no"});
  }
  fmt::print("{}", table.render("No overlays; a drive with the mode overlay begins one when its machine boots."));
}

void print_overlay(const json& overlay) {
  fmt::print("{} overlay of {} on image {}\n  version: {}\n  size: {} ({} on disk, quota {})\n  in use: {}\n",
             overlay["mode"].get<std::string>(), overlay["mac"].get<std::string>(), overlay["image"].get<std::string>(),
             version_text(overlay), size_text(overlay["size"]), size_text(overlay["allocated"]),
             size_text(overlay["quota"]), overlay["in_use"].get<bool>() ? "yes" : "no");
  for (const json& one : overlay["snapshots"]) {
    fmt::print("  snapshot {}: {}, version {}, {} on disk {}\n", one["number"].dump(),
               one["created"].get<std::string>(), one["version"].dump(), size_text(one["allocated"]),
               one["comment"].get<std::string>());
  }
}

struct OverlayOptions {
  std::string mac, image, mode, comment, name, size, file, format = "raw";
  unsigned snapshot = 0;

  [[nodiscard]] Result<std::string> path(const ApiClient& client, std::string_view verb = "") const {
    const auto address = require_client(client, mac);
    if (!address) return std::unexpected(address.error());
    if (auto good = boot::check_image_name(image); !good) return std::unexpected(good.error());
    return fmt::format("/api/v1/clients/{}/overlays/{}{}{}{}", address->to_string(), image, verb.empty() ? "" : "/",
                       verb, mode.empty() ? "" : "?mode=" + mode);
  }
};

using Options = std::shared_ptr<OverlayOptions>;

void post(CommandContext& context, const Options& options, std::string_view verb, const json& body) {
  const auto path = options->path(context.client(), verb);
  if (!path) return context.show(std::unexpected(path.error()), print_overlay);
  context.show(context.client().post(*path, body), print_overlay);
}

}  // namespace

void add_overlay_mode(CLI::App& command, std::string& mode) {
  command.add_option("--mode", mode, "Which one, when it has both: private or fresh")
      ->check(CLI::IsMember({"private", "fresh"}));
}

void add_overlay_commands(CLI::App& app, CommandContext& context) {
  CLI::App* overlay = app.add_subcommand("overlay", "What clients changed on their images");
  overlay->require_subcommand(1);
  auto options = std::make_shared<OverlayOptions>();
  const auto act = [&context](CLI::App* command, std::function<void()> what) {
    command->callback([&context, what] { context.action = what; });
  };
  const auto named = [&](const char* verb, const char* help) {
    CLI::App* command = overlay->add_subcommand(verb, help);
    command->add_option("MAC", options->mac, "The client: its MAC address or name")->required();
    command->add_option("IMAGE", options->image, "The image that its drive has")->required();
    add_overlay_mode(*command, options->mode);
    return command;
  };
  const auto post_of = [&context, options, act](CLI::App* command, std::string verb, std::function<json()> body) {
    act(command, [&context, options, verb, body] { post(context, options, verb, body()); });
  };

  CLI::App* list = overlay->add_subcommand("list", "All overlays");
  add_watch(*list, context);
  act(list, [&context] {
    context.show_live({Topic::overlays, [&] { return context.client().get("/api/v1/overlays"); }, print_overlays});
  });
  CLI::App* show = named("show", "One overlay, with its snapshots");
  add_watch(*show, context);
  act(show, [&context, options] {
    const auto path = options->path(context.client());
    if (!path) return context.show(std::unexpected(path.error()), print_overlay);
    context.show_live({Topic::overlays, [&] { return context.client().get(*path); }, print_overlay});
  });
  const auto comment = [options] { return json{{"comment", options->comment}}; };
  CLI::App* snapshot = named("snapshot", "Keep what it is now");
  snapshot->add_option("--comment", options->comment, "What it is, for people");
  post_of(snapshot, "snapshots", comment);
  CLI::App* apply = named("apply", "Make it the next version of its image");
  apply->add_option("--comment", options->comment, "What changed, for people");
  post_of(apply, "apply", comment);
  post_of(named("rebase", "Go on with the image's current version; what it was is kept as a snapshot"), "rebase",
          [] { return json::object(); });
  CLI::App* rollback = named("rollback", "Go back to a snapshot");
  rollback->add_option("SNAPSHOT", options->snapshot, "Its number")->required();
  post_of(rollback, "rollback", [options] { return json{{"snapshot", options->snapshot}}; });
  CLI::App* clone = named("clone", "Make an image of its own of it");
  clone->add_option("NAME", options->name, "The new image's name")->required();
  post_of(clone, "clone", [options] { return json{{"name", options->name}}; });
  CLI::App* grow = named("grow", "Make its disk bigger, also while the machine runs");
  grow->add_option("SIZE", options->size, "The size it has afterwards, for example 16G")->required();
  act(grow, [&context, options] {
    const auto size = parse_byte_count(options->size);
    if (!size) return context.show(std::unexpected(size.error()), print_overlay);
    post(context, options, "grow", {{"size", size->value}});
  });
  CLI::App* forget = named("remove-snapshot", "Forget a snapshot");
  forget->add_option("SNAPSHOT", options->snapshot, "Its number")->required();
  act(forget, [&context, options] {
    const auto path = options->path(context.client(), fmt::format("snapshots/{}", options->snapshot));
    if (!path) return context.show(std::unexpected(path.error()), print_overlay);
    context.show(context.client().remove(*path), print_overlay);
  });
  CLI::App* out = named("export", "Write it, with the image that it lies on, into a file of its own");
  out->add_option("FILE", options->file, "The file to make")->required();
  out->add_option("--format", options->format, "raw, or qcow2 (smaller; for other tools)")
      ->check(CLI::IsMember({"raw", "qcow2"}));
  act(out, [&context, options] {
    const auto path = options->path(context.client());
    if (!path) return context.show(std::unexpected(path.error()), print_overlay);
    const std::size_t query = std::min(path->find('?'), path->size());
    run_export(context, {.disk = path->substr(0, query),
                         .export_query = path->substr(query),
                         .content_query = path->substr(query),
                         .file = options->file,
                         .format = options->format});
  });
  act(named("discard", "Forget all that the client changed, snapshots too; its next boot begins anew"),
      [&context, options] {
        const auto path = options->path(context.client());
        if (!path) return context.show(std::unexpected(path.error()), print_overlay);
        context.show(context.client().remove(*path), [options](const json&) {
          fmt::print("overlay of {} on {} discarded\n", options->mac, options->image);
        });
      });
  add_overlay_file_commands(*overlay, context);
}

}  // namespace bootferry::app
