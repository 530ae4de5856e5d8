// SPDX-License-Identifier: Apache-2.0
// bootferry session list|show|drop
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

constexpr const char* sessions_path = "/api/v1/sessions";

std::string text_of(const json& value) {
  return value.is_string() && !value.get_ref<const std::string&>().empty() ? value.get<std::string>() : "-";
}

std::string number_of(const json& value) { return std::to_string(value.get<std::uint64_t>()); }
std::string bytes_of(const json& value) { return render_byte_count({value.get<std::uint64_t>()}); }
const char* yes_or_no(const json& value) { return value.get<bool>() ? "Yes" : "No"; }
const char* digest_of(const json& value) { return value.get<bool>() ? "CRC32C" : "None"; }

std::string duration_of(std::uint64_t microseconds) {
  if (microseconds < 1000) return fmt::format("{} us", microseconds);
  if (microseconds < 1'000'000) return fmt::format("{:.1f} ms", static_cast<double>(microseconds) / 1000);
  if (microseconds < 120'000'000) return fmt::format("{:.1f} s", static_cast<double>(microseconds) / 1'000'000);
  return fmt::format("{} min", microseconds / 60'000'000);
}

std::string latency_of(const json& latency) {
  if (latency.is_null()) return "-";
  return duration_of(latency["p50_us"].get<std::uint64_t>()) + " / " +
         duration_of(latency["p99_us"].get<std::uint64_t>());
}

std::string last_command_of(const json& last) {
  if (last.is_null()) return "-";
  return fmt::format("{}, {} ago", last["name"].get<std::string>(),
                     duration_of(last["ms_ago"].get<std::uint64_t>() * 1000));
}

void print_session(const json& session) {
  const json& limits = session["limits"];
  fmt::print("session {}\n  target: {}\n  initiator: {}\n  client: {}, drive {}, image {}{}\n",
             number_of(session["id"]), text_of(session["target"]), text_of(session["initiator"]),
             text_of(session["mac"]), text_of(session["drive"]), text_of(session["image"]),
             session["read_only"].get<bool>() ? " (read only)" : "");
  fmt::print("  ISID: {}, TSIH: {}\n  address: {}, portal: {}\n  state: {}, since {}\n", text_of(session["isid"]),
             number_of(session["tsih"]), text_of(session["address"]), text_of(session["portal"]),
             text_of(session["state"]), text_of(session["since"]));
  fmt::print("  digests: header {}, data {}\n", digest_of(session["header_digest"]), digest_of(session["data_digest"]));
  fmt::print(
      "  limits: MaxRecvDataSegmentLength {} to it, {} from it; MaxBurstLength {}; FirstBurstLength {}; InitialR2T {}; "
      "ImmediateData {}; MaxOutstandingR2T {}\n",
      number_of(limits["send_segment"]), number_of(limits["receive_segment"]), number_of(limits["max_burst"]),
      number_of(limits["first_burst"]), yes_or_no(limits["initial_r2t"]), yes_or_no(limits["immediate_data"]),
      number_of(limits["max_outstanding_r2t"]));
  const auto others = session["commands"].get<std::uint64_t>() - session["reads"].get<std::uint64_t>() -
                      session["writes"].get<std::uint64_t>();
  fmt::print("  read: {} in {} commands, latency p50 / p99: {}\n  written: {} in {} commands, latency p50 / p99: {}\n",
             bytes_of(session["bytes_read"]), number_of(session["reads"]), latency_of(session["read_latency"]),
             bytes_of(session["bytes_written"]), number_of(session["writes"]), latency_of(session["write_latency"]));
  fmt::print("  other commands: {}, errors: {}\n  queue depth: {} now, {} at most\n  last command: {}\n", others,
             number_of(session["errors"]), number_of(session["queue_depth"]), number_of(session["highest_queue_depth"]),
             last_command_of(session["last_command"]));
}

void print_sessions(const json& answer) {
  TextTable table({"ID", "CLIENT", "DRIVE", "IMAGE", "ADDRESS", "STATE", "SINCE", "READ", "WRITTEN", "COMMANDS",
                   "ERRORS", "QUEUE", "READ P50 / P99", "WRITE P50 / P99", "LAST COMMAND"});
  for (const json& session : answer["sessions"]) {
    table.add({number_of(session["id"]), text_of(session["mac"]), text_of(session["drive"]), text_of(session["image"]),
               text_of(session["address"]), text_of(session["state"]), text_of(session["since"]),
               bytes_of(session["bytes_read"]), bytes_of(session["bytes_written"]), number_of(session["commands"]),
               number_of(session["errors"]),
               number_of(session["queue_depth"]) + " (" + number_of(session["highest_queue_depth"]) + ")",
               latency_of(session["read_latency"]), latency_of(session["write_latency"]),
               last_command_of(session["last_command"])});
  }
  fmt::print("{}", table.render("No sessions."));
}

void print_sessions_long(const json& answer) {
  for (const json& session : answer["sessions"]) print_session(session);
}

/// The ids that `which` means: a number, the sessions of a client, or "all". They may end before they are asked to.
Result<std::vector<std::uint64_t>> ids_of(const CommandContext& context, const std::string& which) {
  const bool digits =
      !which.empty() && which.size() < 19 && std::ranges::all_of(which, [](char c) { return c >= '0' && c <= '9'; });
  if (digits) return std::vector<std::uint64_t>{std::stoull(which)};
  std::optional<MacAddress> mac;
  if (which != "all") {
    const auto found = require_client(context.client(), which);
    if (!found && found.error().kind == ErrorKind::invalid)
      return fail(ErrorKind::invalid, fmt::format("\"{}\" is neither a session's number, a client nor \"all\"; "
                                                  "\"bootferry session list\" shows them",
                                                  which.substr(0, 40)));
    if (!found) return std::unexpected(found.error());
    mac = *found;
  }
  const auto answer = context.client().get(sessions_path);
  if (!answer) return std::unexpected(answer.error());
  std::vector<std::uint64_t> ids;
  for (const json& session : (*answer)["sessions"]) {
    if (!mac || (session["mac"].is_string() && session["mac"] == mac->to_string())) ids.push_back(session["id"]);
  }
  if (ids.empty() && mac)
    return fail(ErrorKind::not_found,
                fmt::format("client {} has no session; \"bootferry session list\" shows all", mac->to_string()));
  return ids;
}

void run_drop(CommandContext& context, const std::string& which) {
  const auto print = [](const json& answer) {
    for (const json& id : answer["dropped"]) fmt::print("session {} dropped\n", id.get<std::uint64_t>());
    if (answer["dropped"].empty()) fmt::print("there is no session\n");
  };
  const auto ids = ids_of(context, which);
  if (!ids) return context.show(std::unexpected(ids.error()), print);
  json dropped = json::array();
  for (const std::uint64_t id : *ids) {
    const auto done = context.client().remove(fmt::format("{}/{}", sessions_path, id));
    if (done) {
      dropped.push_back(id);
    } else if (ids->size() == 1 || done.error().kind != ErrorKind::not_found) {  // of many, one may end by itself
      return context.show(done, print);
    }
  }
  context.show(json{{"dropped", dropped}}, print);
}

}  // namespace

void add_session_commands(CLI::App& app, CommandContext& context) {
  CLI::App* session = app.add_subcommand("session", "iSCSI sessions");
  session->require_subcommand(1);
  CLI::App* list = session->add_subcommand("list", "All sessions");
  auto in_full = std::make_shared<bool>(false);
  list->add_flag("--long", *in_full, "Everything that is known of each");
  add_watch(*list, context);
  list->callback([&context, in_full] {
    context.action = [&context, in_full] {
      context.show_live({Topic::sessions, [&] { return context.client().get(sessions_path); },
                         *in_full ? print_sessions_long : print_sessions});
    };
  });
  CLI::App* show = session->add_subcommand("show", "Everything that is known of one session");
  auto id = std::make_shared<std::uint64_t>();
  show->add_option("ID", *id, "Its number in the list")->required();
  add_watch(*show, context);
  show->callback([&context, id] {
    context.action = [&context, id] {
      const std::string path = fmt::format("{}/{}", sessions_path, *id);
      context.show_live({Topic::sessions, [&] { return context.client().get(path); }, print_session});
    };
  });
  CLI::App* drop = session->add_subcommand("drop", "End sessions; their clients log in again if they still live");
  auto which = std::make_shared<std::string>();
  drop->add_option("ID", *which, "Its number in the list, or a client (MAC address or name), or \"all\"")->required();
  drop->callback([&context, which] { context.action = [&context, which] { run_drop(context, *which); }; });
}

}  // namespace bootferry::app
