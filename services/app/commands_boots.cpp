// SPDX-License-Identifier: Apache-2.0
// bootferry boot list|show|pcap: how far each boot got, and why no further.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "app/client_finder.hpp"
#include "app/command_line.hpp"
#include "app/text_table.hpp"
#include "base/mac_address.hpp"
#include "base/units.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;

constexpr std::string_view boots_path = "/api/v1/boots";

std::string text_or_dash(const json& value) { return value.is_string() ? value.get<std::string>() : "-"; }

void print_boots(const json& answer) {
  TextTable table({"ID", "MAC", "CLIENT", "STARTED", "STATE", "STEP", "READ", "WHY"});
  for (const json& boot : answer["boots"]) {
    table.add({std::to_string(boot["id"].get<std::uint64_t>()), boot["mac"], text_or_dash(boot["client"]),
               boot["started"], boot["state"], boot["stage"],
               render_byte_count({boot["bytes_read"].get<std::uint64_t>()}), text_or_dash(boot["reason"])});
  }
  fmt::print("{}", table.render("No boots yet; a machine that netboots begins one."));
}

/// "+12.345" seconds; repetitions with the time of the last one.
std::string time_of(const json& step) {
  const double at = step["ms"].get<double>() / 1000, last = step["last_ms"].get<double>() / 1000;
  const auto count = step["count"].get<unsigned>();
  return count == 1 ? fmt::format("+{:.3f}", at) : fmt::format("+{:.3f} to +{:.3f}, {} times", at, last, count);
}

/// With how far a download is, or broke off.
std::string text_of(const json& step) {
  const auto text = step["text"].get<std::string>();
  const auto percent = step["fields"].value("percent", "100");
  return percent == "100" ? text : fmt::format("{} ({} %)", text, percent);
}

void print_boot(const json& boot) {
  fmt::print("boot {} of {} ({}), {}\n", boot["id"].get<std::uint64_t>(), boot["mac"].get<std::string>(),
             text_or_dash(boot["client"]), boot["started"].get<std::string>());
  fmt::print("  firmware {}, script {}, image {}\n", text_or_dash(boot["firmware"]), text_or_dash(boot["decision"]),
             text_or_dash(boot["image"]));
  TextTable table({"SECONDS", "STEP", "WHAT"});
  for (const json& step : boot["steps"]) table.add({time_of(step), step["kind"], text_of(step)});
  fmt::print("{}", table.render());
  fmt::print("  {} at {}; read {}, written {}, last access {}\n", boot["state"].get<std::string>(),
             boot["stage"].get<std::string>(), render_byte_count({boot["bytes_read"].get<std::uint64_t>()}),
             render_byte_count({boot["bytes_written"].get<std::uint64_t>()}), text_or_dash(boot["last_io"]));
  if (!boot["reason"].is_string()) return;
  fmt::print("  why:  {}\n  mend: {}\n", boot["reason"].get<std::string>(), boot["mend"].get<std::string>());
}

/// The boot of that number, or the newest of that client.
Result<json> find_boot(const ApiClient& client, const std::string& which) {
  const bool is_number =
      !which.empty() && std::all_of(which.begin(), which.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (is_number) return client.get(fmt::format("{}/{}", boots_path, which));
  const auto mac = require_client(client, which);
  if (!mac) return std::unexpected(mac.error());
  const auto list = client.get(fmt::format("{}?mac={}&limit=1", boots_path, mac->to_string()));
  if (!list) return list;
  if ((*list)["boots"].empty())
    return fail(ErrorKind::not_found,
                fmt::format("nothing is known of a boot of {}; does it ask the network to boot it?", mac->to_string()));
  return client.get(fmt::format("{}/{}", boots_path, (*list)["boots"][0]["id"].get<std::uint64_t>()));
}

bool is_over(const json& boot) { return boot["ended"].is_string(); }

void save_packets(CommandContext& context, const std::string& which, const std::string& file) {
  const auto print = [&](const json& done) {
    fmt::print("{} bytes written to {}\n", done["bytes"].get<std::size_t>(), file);
  };
  const auto mac = require_client(context.client(), which);
  if (!mac) return context.show(std::unexpected(mac.error()), print);
  const auto bytes = context.client().get_bytes(fmt::format("/api/v1/clients/{}/pcap", mac->to_string()));
  if (!bytes) return context.show(std::unexpected(bytes.error()), print);
  if (auto written = write_file(file, *bytes); !written) return context.show(std::unexpected(written.error()), print);
  context.show(json{{"file", file}, {"bytes", bytes->size()}}, print);
}

}  // namespace

void add_boot_commands(CLI::App& app, CommandContext& context) {
  CLI::App* boot = app.add_subcommand("boot", "How far boots got, and why no further");
  boot->require_subcommand(1);
  auto mac = std::make_shared<std::string>();
  auto limit = std::make_shared<unsigned>(50);
  CLI::App* list = boot->add_subcommand("list", "All boots that are kept, or those of one client, newest first");
  list->add_option("MAC", *mac, "A client: its MAC address or name");
  list->add_option("--limit", *limit, "At most this many")->capture_default_str()->check(CLI::Range(1, 1000));
  add_watch(*list, context);
  list->callback([&context, mac, limit] {
    context.action = [&context, mac, limit] {
      std::string path = fmt::format("{}?limit={}", boots_path, *limit);
      if (!mac->empty()) {
        const auto parsed = require_client(context.client(), *mac);
        if (!parsed) return context.show(std::unexpected(parsed.error()), print_boots);
        path += "&mac=" + parsed->to_string();
      }
      context.show_live({Topic::boots, [&] { return context.client().get(path); }, print_boots});
    };
  });
  CLI::App* show = boot->add_subcommand("show", "One boot, step by step");
  auto which = std::make_shared<std::string>();
  show->add_option("BOOT", *which, "Its number in the list, or a MAC address: the newest boot of that client")
      ->required();
  add_watch(*show, context);
  show->callback([&context, which] {
    context.action = [&context, which] {
      context.show_live({Topic::boots, [&] { return find_boot(context.client(), *which); }, print_boot, is_over});
    };
  });
  CLI::App* pcap = boot->add_subcommand("pcap", "Save the packets of a client's last boot, for Wireshark or tcpdump");
  auto file = std::make_shared<std::string>();
  pcap->add_option("MAC", *which, "A client: its MAC address or name")->required();
  pcap->add_option("FILE", *file, "Where to")->required();
  pcap->callback(
      [&context, which, file] { context.action = [&context, which, file] { save_packets(context, *which, *file); }; });
}

}  // namespace bootferry::app
