// SPDX-License-Identifier: Apache-2.0
// bootferry config show|diff|check: the settings file, without a running server.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <memory>

#include "app/command_line.hpp"
#include "app/dhcp_range.hpp"
#include "app/network_interface.hpp"
#include "app/settings_text.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;
using File = std::shared_ptr<std::filesystem::path>;

/// The file that was named, or the usual one, or the defaults where there is none.
Result<Settings> settings_of(const std::filesystem::path& file) {
  if (file.empty() && !std::filesystem::exists(default_settings_file)) return Settings{};
  auto settings = read_settings(file.empty() ? default_settings_file : file);
  if (!settings) return settings;
  if (auto good = check_ports(*settings); !good) return std::unexpected(good.error());
  return settings;
}

/// What only the machine that serves can tell.
Result<void> check_here(const Settings& settings) {
  if (auto good = check_https(settings); !good) return good;
  if (settings.dhcp_mode != DhcpMode::server) return {};
  const auto interface = choose_interface(list_interfaces(), settings.interface);
  if (!interface) return std::unexpected(interface.error());
  const auto range = choose_dhcp_range(settings.dhcp_range, interface->network, interface->name);
  return range ? Result<void>() : std::unexpected(range.error());
}

json values_of(const Settings& settings, bool changed_only) {
  json list = json::array();
  for (const SettingValue& one : settings_values(settings)) {
    if (changed_only && !one.changed()) continue;
    list.push_back(
        {{"key", one.key}, {"value", one.value}, {"default", one.default_value}, {"changed", one.changed()}});
  }
  return {{"settings", std::move(list)}};
}

void print_diff(const json& answer) {
  if (answer["settings"].empty()) fmt::print("Every key has its default; options of serve count before the file.\n");
  for (const json& one : answer["settings"])
    fmt::print("{} = {}  (default {})\n", one["key"].get<std::string>(), one["value"].get<std::string>(),
               one["default"].get<std::string>());
}

void run_check(CommandContext& context, const std::filesystem::path& file) {
  const auto settings = settings_of(file);
  const auto good = settings ? check_here(*settings) : std::unexpected(settings.error());
  if (!good) return context.show(std::unexpected(good.error()), [](const json&) {});
  context.show(values_of(*settings, false), [](const json&) { fmt::print("The settings are good.\n"); });
}

void run(CommandContext& context, const std::filesystem::path& file, bool changed_only,
         const std::function<void(const Settings&, const json&)>& print) {
  const auto settings = settings_of(file);
  if (!settings) return context.show(std::unexpected(settings.error()), [](const json&) {});
  context.show(values_of(*settings, changed_only), [&](const json& answer) { print(*settings, answer); });
}

}  // namespace

void add_config_commands(CLI::App& app, CommandContext& context) {
  CLI::App* config = app.add_subcommand("config", "The settings file");
  config->require_subcommand(1);
  auto add = [&](const char* name, const char* help, std::function<void(const std::filesystem::path&)> action) {
    auto file = std::make_shared<std::filesystem::path>();
    CLI::App* command = config->add_subcommand(name, help);
    command->add_option("FILE", *file, fmt::format("Settings file ({} if left out)", default_settings_file));
    command->callback([&context, file, action] { context.action = [file, action] { action(*file); }; });
  };
  add("show", "All keys with their meaning, those that were changed marked: a settings file again",
      [&context](const std::filesystem::path& file) {
        run(context, file, false,
            [](const Settings& settings, const json&) { fmt::print("{}", render_settings(settings)); });
      });
  add("diff", "Only the keys that were changed", [&context](const std::filesystem::path& file) {
    run(context, file, true, [](const Settings&, const json& answer) { print_diff(answer); });
  });
  add("check", "Is the file right, and can this machine serve by it; else what is wrong and the mend",
      [&context](const std::filesystem::path& file) { run_check(context, file); });
}

}  // namespace bootferry::app
