// SPDX-License-Identifier: Apache-2.0
// Content-Disposition of what a browser shall keep as a file. Called by the api files; pure, any thread. RFC 6266 4.3.
#pragma once

#include <string>
#include <string_view>

namespace bootferry::http {

/// "attachment" with a name that every browser takes, and beside it the name as it is (RFC 8187).
[[nodiscard]] std::string render_attachment(std::string_view file_name);

}  // namespace bootferry::http
