// SPDX-License-Identifier: Apache-2.0
#include "http/first_visit.hpp"

#include <fmt/format.h>

namespace bootferry::http {

std::string render_first_visit_url(const Settings& settings, std::string_view code) {
  const bool secure = settings.require_https;
  return fmt::format("{}://{}:{}/#code={}", secure ? "https" : "http", settings.address.to_string(),
                     secure ? settings.https_port : settings.port, code);
}

}  // namespace bootferry::http
