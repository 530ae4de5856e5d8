// SPDX-License-Identifier: Apache-2.0
// The dashboard, out of the binary. Called by the router on a loop.
#pragma once

#include "http/answer.hpp"
#include "http/request.hpp"
#include "http/site.hpp"

namespace bootferry::http {

[[nodiscard]] Answer get_page(const Request& request, const Site& site);

}  // namespace bootferry::http
