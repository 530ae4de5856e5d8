// SPDX-License-Identifier: Apache-2.0
#include "http/metrics.hpp"

namespace bootferry::http {

Answer get_metrics(const Request&, const Site& site) {
  if (site.services.metrics == nullptr) return make_problem(501, "This server collects no metrics.");
  Answer answer(200, "text/plain; version=0.0.4; charset=utf-8", site.services.metrics->render_metrics());
  answer.add_header("Cache-Control", "no-store");
  return answer;
}

}  // namespace bootferry::http
