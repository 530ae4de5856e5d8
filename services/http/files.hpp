// SPDX-License-Identifier: Apache-2.0
// Loaders and the files below STATE_DIR/files, with ranges and validators. Called by the router, on the loop first and
// on a file thread if the disk is needed. RFC 9110 13 (conditional requests), 14 (ranges).
#pragma once

#include "http/answer.hpp"
#include "http/request.hpp"
#include "http/site.hpp"

namespace bootferry::http {

[[nodiscard]] Answer get_loader(const Request& request, const Site& site);
[[nodiscard]] Answer get_file(const Request& request, const Site& site);

/// 200, 206, 304 or 416 for an open file.
[[nodiscard]] Answer answer_file(const Request& request, std::shared_ptr<const OpenFile> file, std::string_view name);
[[nodiscard]] std::string_view content_type_of(std::string_view name);

}  // namespace bootferry::http
