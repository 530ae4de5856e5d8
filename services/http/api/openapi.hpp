// SPDX-License-Identifier: Apache-2.0
// The OpenAPI 3.1 document: made of the route table (methods, paths, rights), of openapi/routes.json (what each takes
// and answers) and of openapi/schemas.json. A route that is described nowhere, or a description without a route, fails
// a unit test. Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "http/api/json.hpp"
#include "http/router.hpp"

namespace bootferry::http::api {

[[nodiscard]] Json make_openapi(std::span<const Route> routes);
/// "GET /api/v1/clients": of the API and of /metrics; what booting machines and the page read is not in the document.
[[nodiscard]] std::vector<std::string> described_routes(std::span<const Route> routes);
/// The keys of openapi/routes.json.
[[nodiscard]] std::vector<std::string> route_descriptions();

}  // namespace bootferry::http::api
