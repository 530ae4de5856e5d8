// SPDX-License-Identifier: Apache-2.0
#include "app/export_command.hpp"

#include <fmt/format.h>

#include "app/disk_receiver.hpp"
#include "app/job_follower.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;

Result<void> export_on_server(const ApiClient& client, const ExportOrder& order, const std::string& path,
                              ProgressLine& progress) {
  json body = order.words;
  body["path"] = path;
  if (!order.format.empty()) body["format"] = order.format;
  const auto begun = client.post(order.disk + "/export" + order.export_query, body);
  if (!begun) return std::unexpected(begun.error());
  if (const auto done = follow_job(client, *begun, progress); !done) return std::unexpected(done.error());
  return {};
}

}  // namespace

void run_export(CommandContext& context, const ExportOrder& order) {
  std::error_code failed;
  const std::filesystem::path file = std::filesystem::absolute(order.file, failed);
  const ApiClient client = context.client();
  ProgressLine progress(!context.json);
  const auto done = context.server.is_remote() ? receive_disk(client, order.disk + "/content" + order.content_query,
                                                              file, order.format == "qcow2", progress)
                                               : export_on_server(client, order, file.string(), progress);
  progress.clear();
  const auto print = [](const json& answer) { fmt::print("{}\n", answer["path"].get<std::string>()); };
  if (!done) return context.show(std::unexpected(done.error()), print);
  context.show(json{{"path", file.string()}}, print);
}

}  // namespace bootferry::app
