// SPDX-License-Identifier: Apache-2.0
#include "app/job_follower.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "app/interruption.hpp"

namespace bootferry::app {

using nlohmann::json;

Result<std::optional<json>> look_at_job(const json& job, ProgressLine& progress) {
  const json& step = job["step"].is_null() ? job["state"] : job["step"];
  progress.draw(step.get<std::string>(), {job["done"].get<std::uint64_t>()}, {job["total"].get<std::uint64_t>()});
  if (job["ended"].is_null()) return std::nullopt;
  if (job["state"] == "done") return job["source"];
  return fail(ErrorKind::invalid, job["error"].is_string() ? job["error"].get<std::string>() : "it was cancelled");
}

Result<json> follow_job(const ApiClient& client, const json& begun, ProgressLine& progress) {
  const auto id = begun["id"].get<std::uint64_t>();
  const Interruption interruption(
      fmt::format("the server goes on without you: \"bootferry job list\" shows how far it is, "
                  "\"bootferry job cancel {}\" ends it",
                  id));
  for (const std::string path = fmt::format("/api/v1/jobs/{}", id);;) {
    const auto job = client.get(path);
    if (!job) return job;
    const auto over = look_at_job(*job, progress);
    if (!over) return std::unexpected(over.error());
    if (*over) return **over;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace bootferry::app
