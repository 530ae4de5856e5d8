// SPDX-License-Identifier: Apache-2.0
// What the console says of the first visit: the code, and its address as a QR code for a phone. Called at start and by
// `bootferry first-visit`.
#pragma once

#include <string>
#include <string_view>

namespace bootferry::app {

/// The address, and the QR code of it; with colors when standard output is a terminal.
[[nodiscard]] std::string render_first_visit(std::string_view url);

}  // namespace bootferry::app
