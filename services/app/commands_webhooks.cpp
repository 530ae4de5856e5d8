// SPDX-License-Identifier: Apache-2.0
// bootferry webhook list, webhook test [NUMBER]: who is told of events, and does it work.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <memory>

#include "app/command_line.hpp"
#include "app/text_table.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;

std::string state_of(const json& hook) {
  if (hook["failing_since"].is_string()) return "fails since " + hook["failing_since"].get<std::string>();
  return hook["last"].is_null() ? "not used yet" : "works";
}

void print_webhooks(const json& answer) {
  TextTable table({"NUMBER", "TO", "EVENTS", "SIGNED", "STATE", "TOLD", "LOST", "WAITING"});
  std::string faults;
  for (const json& hook : answer["webhooks"]) {
    std::string events;
    for (const json& name : hook["events"]) events += (events.empty() ? "" : ",") + name.get<std::string>();
    table.add({hook["number"].dump(), hook["address"], events, hook["signed"].get<bool>() ? "yes" : "no",
               state_of(hook), hook["delivered"].dump(), hook["lost"].dump(), hook["waiting"].dump()});
    if (hook["last"].is_object() && !hook["last"]["delivered"].get<bool>())
      faults += fmt::format("{}: {}\n", hook["number"].dump(), hook["last"]["text"].get<std::string>());
  }
  fmt::print("{}{}", table.render("No webhooks; \"bootferry config show\" explains [[webhooks]] of the settings file."),
             faults);
}

void print_result(const json& result) {
  fmt::print("{}: {} ({} ms)\n", result["delivered"].get<bool>() ? "delivered" : "not delivered",
             result["text"].get<std::string>(), result["milliseconds"].dump());
}

}  // namespace

void add_webhook_commands(CLI::App& app, CommandContext& context) {
  CLI::App* webhook = app.add_subcommand("webhook", "Programs that are told of events (settings: [[webhooks]])");
  webhook->require_subcommand(1);
  webhook->add_subcommand("list", "All of them, and whether they work")->callback([&context] {
    context.action = [&context] { context.show(context.client().get("/api/v1/webhooks"), print_webhooks); };
  });
  auto number = std::make_shared<unsigned>(1);
  CLI::App* test = webhook->add_subcommand("test", "Tell one now, and say what came back");
  test->add_option("NUMBER", *number, "Which one of the list")->capture_default_str();
  test->callback([&context, number] {
    context.action = [&context, number] {
      const auto answer = context.client().post(fmt::format("/api/v1/webhooks/{}/test", *number), json::object());
      context.show(answer, print_result);
      if (answer && !(*answer)["delivered"].get<bool>()) context.exit_status = 1;
    };
  });
}

}  // namespace bootferry::app
