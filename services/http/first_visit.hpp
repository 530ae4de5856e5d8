// SPDX-License-Identifier: Apache-2.0
// The address that opens the page with the code of the first visit. The code stands behind '#': a browser keeps that
// part for the page, so it comes into no log on its way. Called by app and by the API; pure.
#pragma once

#include <string>
#include <string_view>

#include "http/site.hpp"

namespace bootferry::http {

/// "http://10.0.0.1:8080/#code=7KQF-2MXP-9DTW"; over HTTPS where everybody must come by that.
[[nodiscard]] std::string render_first_visit_url(const Settings& settings, std::string_view code);

}  // namespace bootferry::http
