// SPDX-License-Identifier: Apache-2.0
// `image export` and `overlay export`: the server on this machine writes the file itself, as a job; from one far away
// it is downloaded. Called by the commands on the main thread.
#pragma once

#include <filesystem>
#include <string>

#include "app/command_line.hpp"

namespace bootferry::app {

struct ExportOrder {
  std::string disk;  ///< its address in the API: "/api/v1/images/win"
  std::string export_query{}, content_query{};
  nlohmann::json words = nlohmann::json::object();  ///< what the export is told beside path and format
  std::filesystem::path file;
  std::string format{};  ///< "raw", "qcow2"; empty: raw
};

void run_export(CommandContext& context, const ExportOrder& order);

}  // namespace bootferry::app
