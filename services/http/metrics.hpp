// SPDX-License-Identifier: Apache-2.0
// GET /metrics: what Prometheus collects. Called by the router on a worker.
#pragma once

#include "http/answer.hpp"
#include "http/request.hpp"
#include "http/site.hpp"

namespace bootferry::http {

[[nodiscard]] Answer get_metrics(const Request& request, const Site& site);

}  // namespace bootferry::http
