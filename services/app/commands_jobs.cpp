// SPDX-License-Identifier: Apache-2.0
// bootferry job list|cancel
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <memory>

#include "app/command_line.hpp"
#include "app/text_table.hpp"
#include "base/units.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;

std::string progress_of(const json& job) {
  const auto done = job["done"].get<std::uint64_t>(), total = job["total"].get<std::uint64_t>();
  if (total == 0) return "-";
  return fmt::format("{} of {}", render_byte_count({done}), render_byte_count({total}));
}

void print_jobs(const json& answer) {
  TextTable table({"ID", "JOB", "IMAGE", "STATE", "STEP", "PROGRESS", "SINCE", "ERROR"});
  const auto text = [](const json& value) { return value.is_null() ? std::string("-") : value.get<std::string>(); };
  for (const json& job : answer["jobs"]) {
    table.add({std::to_string(job["id"].get<std::uint64_t>()), job["kind"], job["image"], job["state"],
               text(job["step"]), progress_of(job), job["started"], text(job["error"])});
  }
  fmt::print("{}", table.render("No jobs."));
}

}  // namespace

void add_job_commands(CLI::App& app, CommandContext& context) {
  CLI::App* job = app.add_subcommand("job", "What takes minutes: images that are being added, disks that are exported");
  job->require_subcommand(1);
  CLI::App* list = job->add_subcommand("list", "Those that run, and the last that ended");
  add_watch(*list, context);
  list->callback([&context] {
    context.action = [&context] {
      context.show_live({Topic::jobs, [&] { return context.client().get("/api/v1/jobs"); }, print_jobs});
    };
  });
  CLI::App* cancel = job->add_subcommand("cancel", "End one; nothing is left of what it made");
  auto id = std::make_shared<std::uint64_t>();
  cancel->add_option("ID", *id, "Its number in the list")->required();
  cancel->callback([&context, id] {
    context.action = [&context, id] {
      context.show(context.client().remove(fmt::format("/api/v1/jobs/{}", *id)),
                   [id](const json&) { fmt::print("job {} ends\n", *id); });
    };
  });
}

}  // namespace bootferry::app
