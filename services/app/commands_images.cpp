// SPDX-License-Identifier: Apache-2.0
// bootferry image list|show|create|add|attach|grow|check|remove|path|versions|publish|clone|remove-version
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <memory>

#include "app/command_line.hpp"
#include "app/export_command.hpp"
#include "app/image_sender.hpp"
#include "app/job_follower.hpp"
#include "app/text_table.hpp"
#include "base/units.hpp"
#include "boot/image.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;

std::string size_text(const json& bytes) { return render_byte_count({bytes.get<std::uint64_t>()}); }

std::string users_text(const json& users) {
  std::string text;
  for (const json& user : users) text += (text.empty() ? "" : " ") + user.get<std::string>();
  return text.empty() ? "-" : text;
}

/// How to mend that it cannot be opened; nothing when its files are there. Older servers do not tell.
void print_missing(const json& image) {
  const std::string name = image["name"];
  for (const json& path : image.value("missing_files", json::array()))
    fmt::print("image {}: {} is gone; put it back there, or remove the image: bootferry image remove {}\n", name,
               path.get<std::string>(), name);
}

void print_images(const json& answer) {
  TextTable table({"NAME", "FORMAT", "SIZE", "ON DISK", "USED BY"});
  for (const json& image : answer["images"]) {
    const bool lost = !image.value("missing_files", json::array()).empty();
    table.add({image["name"], image["format"], size_text(image["size"]),
               lost ? "FILE GONE" : size_text(image["allocated"]), users_text(image["used_by"])});
  }
  fmt::print(
      "{}", table.render("No images yet; \"bootferry image create\" makes one, \"bootferry image add\" takes one in."));
  for (const json& image : answer["images"]) print_missing(image);
}

void print_image(const json& image) {
  fmt::print(
      "image {}\n  format: {}, blocks of {}{}{}\n  size: {} ({} on disk)\n  created: {}\n  version: {}\n  used by: "
      "{}\n",
      image["name"].get<std::string>(), image["format"].get<std::string>(), image["block_size"].get<unsigned>(),
      image["removable"].get<bool>() ? ", removable" : "", image["thick"].get<bool>() ? ", thick" : "",
      size_text(image["size"]), size_text(image["allocated"]), image["created"].get<std::string>(),
      image["version"].get<unsigned>(), users_text(image["used_by"]));
  print_missing(image);
  if (!image.contains("source")) return;
  const json& source = image["source"];
  fmt::print("  made of: {}{}\n", source["recognised"].get<std::string>(),
             source["packing"].is_null() ? "" : " in " + source["packing"].get<std::string>());
  if (!source["sha256"].is_null()) fmt::print("  SHA-256 of the file: {}\n", source["sha256"].get<std::string>());
}

void print_versions(const json& answer) {
  TextTable table({"VERSION", "CREATED", "SIZE", "ON DISK", "USED BY", "COMMENT"});
  for (const json& version : answer["versions"]) {
    table.add({version["number"].dump(), version["created"], size_text(version["size"]),
               size_text(version["allocated"]), std::to_string(version["used_by"].size()), version["comment"]});
  }
  fmt::print("{}", table.render());
}

struct ImageOptions {
  std::string name, size, comment, new_name;
  std::optional<unsigned> version;
  std::filesystem::path file;
  std::uint32_t block_size = 512;
  std::uint32_t physical_block_size = 0;
  bool removable = false, thick = false, repair = false;
  std::string format, sha256, preset;

  [[nodiscard]] json wanted() const {
    json body{{"name", name}, {"block_size", block_size}, {"removable", removable}, {"thick", thick}};
    // When left out, the server takes what fits the preset.
    if (physical_block_size != 0) body["physical_block_size"] = physical_block_size;
    return body;
  }
};

void print_findings(const json& findings) {
  for (const json& finding : findings) {
    const std::string severity = finding["severity"];
    const std::string mend = finding["mend"];
    fmt::print("  {:8} {}\n", severity == "ok" ? "ok" : severity + ":", finding["sentence"].get<std::string>());
    if (!mend.empty())
      fmt::print("           {}{}\n", mend, finding["repairable"].get<bool>() ? " (--repair does)" : "");
  }
}

void print_check(const json& check) {
  fmt::print("image {}: {}\n", check["image"].get<std::string>(), check["kind"].get<std::string>());
  for (const json& finding : check["mended"]) fmt::print("  mended   {}\n", finding["sentence"].get<std::string>());
  print_findings(check["findings"]);
}

// Exit status 1 says that something is wrong, so that scripts can ask.
void run_check(CommandContext& context, const ImageOptions& options) {
  const std::string path = "/api/v1/images/" + options.name;
  const auto answer =
      options.repair ? context.client().post(path + "/repair", json::object()) : context.client().get(path + "/check");
  context.show(answer, print_check);
  if (answer && answer->at("worst") == "error") context.exit_status = 1;
}

void run_create(CommandContext& context, const ImageOptions& options) {
  json wanted = options.wanted();
  if (!options.preset.empty()) wanted["preset"] = options.preset;
  if (options.preset.empty() || !options.size.empty()) {
    auto size = parse_byte_count(options.size);
    if (!size) return context.show(std::unexpected(size.error()), print_image);
    wanted["size"] = size->value;
  }
  context.show(context.client().post("/api/v1/images", wanted), print_image);
}

void run_grow(CommandContext& context, const ImageOptions& options) {
  auto size = parse_byte_count(options.size);
  if (!size) return context.show(std::unexpected(size.error()), print_image);
  context.show(context.client().post("/api/v1/images/" + options.name + "/grow", {{"size", size->value}}), print_image);
}

/// The server on this machine reads the file itself; far away it has to be sent.
Result<json> add_file(const CommandContext& context, const std::filesystem::path& source, json wanted,
                      ProgressLine& progress) {
  const ApiClient client = context.client();
  if (context.server.is_remote()) return send_image(client, source, std::move(wanted), progress);
  wanted["source"] = source.string();
  wanted["wait"] = false;
  const auto begun = client.post("/api/v1/images", wanted);
  if (!begun) return begun;
  const auto source_told = follow_job(client, *begun, progress);
  return source_told ? image_made_of(client, wanted["name"], *source_told) : source_told;
}

void run_add(CommandContext& context, const ImageOptions& options) {
  std::error_code failed;
  const auto source = std::filesystem::absolute(options.file, failed);
  ProgressLine progress(!context.json);
  if (!context.json && !progress.draws()) fmt::print(stderr, "Adding {} to the library ...\n", source.string());
  json wanted = options.wanted();
  if (!options.format.empty()) wanted["format"] = options.format;
  if (!options.sha256.empty()) wanted["sha256"] = options.sha256;
  const auto image = add_file(context, source, std::move(wanted), progress);
  progress.clear();
  context.show(image, print_image);
}

void run_attach(CommandContext& context, const ImageOptions& options) {
  std::error_code failed;
  json wanted = options.wanted();
  wanted.erase("block_size");
  wanted["device"] = std::filesystem::absolute(options.file, failed).lexically_normal().string();
  context.show(context.client().post("/api/v1/images", wanted), print_image);
}

}  // namespace

void add_image_commands(CLI::App& app, CommandContext& context) {
  CLI::App* image = app.add_subcommand("image", "Disk images");
  image->require_subcommand(1);
  auto options = std::make_shared<ImageOptions>();
  auto named = [&](const char* verb, const char* help) {
    CLI::App* command = image->add_subcommand(verb, help);
    command->add_option("NAME", options->name, "The image's name")->required();
    return command;
  };
  auto act = [&context](CLI::App* command, std::function<void()> what) {
    command->callback([&context, what] { context.action = what; });
  };

  // A name becomes a part of a path: with a '?' or a space in it, another image might be meant.
  auto act_on_name = [&context, options, act](CLI::App* command, std::function<void()> what) {
    act(command, [&context, options, what] {
      if (auto good = boot::check_image_name(options->name); !good)
        return context.show(std::unexpected(good.error()), print_image);
      what();
    });
  };

  CLI::App* list = image->add_subcommand("list", "All images");
  add_watch(*list, context);
  act(list, [&context] {
    context.show_live({Topic::images, [&] { return context.client().get("/api/v1/images"); }, print_images});
  });
  CLI::App* show = named("show", "One image");
  add_watch(*show, context);
  act_on_name(show, [&context, options] {
    const std::string path = "/api/v1/images/" + options->name;
    context.show_live({Topic::images, [&] { return context.client().get(path); }, print_image});
  });
  act_on_name(named("remove", "Delete an image that no client uses"), [&context, options] {
    context.show(context.client().remove("/api/v1/images/" + options->name),
                 [options](const json&) { fmt::print("image {} removed\n", options->name); });
  });
  act_on_name(named("path", "Where its file is"), [&context, options] {
    context.show(context.client().get("/api/v1/images/" + options->name + "/path"),
                 [](const json& answer) { fmt::print("{}\n", answer["path"].get<std::string>()); });
  });
  act_on_name(named("versions", "What it was and is"), [&context, options] {
    context.show(context.client().get("/api/v1/images/" + options->name + "/versions"), print_versions);
  });
  CLI::App* publish = named("publish", "Begin a new version: for changes through a master drive, or to go back");
  publish->add_option("--comment", options->comment, "What it is for, for people");
  publish->add_option("--from", options->version, "The version that it is the same as; the current one when left out");
  act_on_name(publish, [&context, options] {
    json body{{"comment", options->comment}};
    if (options->version) body["from"] = *options->version;
    context.show(context.client().post("/api/v1/images/" + options->name + "/publish", body), print_image);
  });
  CLI::App* clone = named("clone", "Make another image that is the same, at once and without copying");
  clone->add_option("NEW", options->new_name, "The new image's name")->required();
  clone->add_option("--from", options->version, "The version that it is the same as; the current one when left out");
  act_on_name(clone, [&context, options] {
    json body{{"name", options->new_name}};
    if (options->version) body["from"] = *options->version;
    context.show(context.client().post("/api/v1/images/" + options->name + "/clone", body), print_image);
  });
  CLI::App* out = named("export", "Write a version, with all that it lies on, into a file of its own");
  out->add_option("FILE", options->file, "The file to make")->required();
  out->add_option("--from", options->version, "Which version; the current one when left out");
  out->add_option("--format", options->format, "raw, or qcow2 (smaller; for other tools)")
      ->check(CLI::IsMember({"raw", "qcow2"}));
  act_on_name(out, [&context, options] {
    ExportOrder order{.disk = "/api/v1/images/" + options->name, .file = options->file, .format = options->format};
    if (options->version) {
      order.words["version"] = *options->version;
      order.content_query = fmt::format("?version={}", *options->version);
    }
    run_export(context, order);
  });
  CLI::App* forget = named("remove-version", "Forget an old version that nothing lies on");
  forget->add_option("VERSION", options->version, "Its number")->required();
  act_on_name(forget, [&context, options] {
    context.show(
        context.client().remove(fmt::format("/api/v1/images/{}/versions/{}", options->name, *options->version)),
        print_image);
  });
  CLI::App* create = named("create", "A new image, blank or formatted");
  create->add_option("--size", options->size, "Its size, for example 8G; a preset may have one of its own");
  create->add_option("--preset", options->preset,
                     "blank, linux, dos, floppy-360, floppy-720, floppy-1200, floppy-1440 or floppy-2880");
  auto with_traits = [options](CLI::App* command) {
    command
        ->add_option("--physical-block-size", options->physical_block_size,
                     "What the machine aligns to: 4096, or 512 for systems that refuse more")
        ->check(CLI::IsMember({512, 4096}));
    command->add_flag("--removable", options->removable, "The machine may take the medium out, as of a floppy drive");
    command->add_flag("--thick", options->thick, "Reserve all of its space now; nothing is given back by trimming");
  };
  auto with_block_size = [options, with_traits](CLI::App* command) {
    command->add_option("--block-size", options->block_size, "Bytes of a block: 512, or 4096 (no BIOS boots from that)")
        ->check(CLI::IsMember({512, 4096}));
    with_traits(command);
  };
  with_block_size(create);
  act_on_name(create, [&context, options] { run_create(context, *options); });
  CLI::App* check = named("check", "What is wrong with an image: partitions, DOS geometry, boot sectors, CONFIG.SYS");
  check->add_flag("--repair", options->repair, "Mend what can be mended; no machine may use the image meanwhile");
  act_on_name(check, [&context, options] { run_check(context, *options); });
  CLI::App* grow = named("grow", "Make an image bigger, also while machines use it");
  grow->add_option("SIZE", options->size, "The size it has afterwards, for example 16G")->required();
  act_on_name(grow, [&context, options] { run_grow(context, *options); });
  CLI::App* add = named("add",
                        "Take a disk image, or the ISO image of a CD, into the library; packed ones (gzip, xz, zstd, "
                        "bzip2) are unpacked, foreign ones (qcow2, VMDK, VDI, VHD, VHDX) converted");
  add->add_option("FILE", options->file, "The file to copy")->required()->check(CLI::ExistingFile);
  with_block_size(add);
  add->add_option("--format", options->format, "What it is, once unpacked; when left out, the file itself shows it")
      ->check(CLI::IsMember({"raw", "iso", "floppy", "qcow2", "vmdk", "vdi", "vhd", "vhdx"}));
  add->add_option("--sha256", options->sha256, "What the SHA-256 of the file must be");
  act_on_name(add, [&context, options] { run_add(context, *options); });
  CLI::App* attach =
      named("attach", "Use a disk of this machine as an image, where it is: a whole one, a partition, RAID, LVM");
  attach
      ->add_option("DEVICE", options->file,
                   "The block device, best by a name that stays: /dev/vg0/win, "
                   "/dev/disk/by-id/...")
      ->required();
  with_traits(attach);
  act_on_name(attach, [&context, options] { run_attach(context, *options); });
  add_image_file_commands(*image, context);
}

}  // namespace bootferry::app
