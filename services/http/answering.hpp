// SPDX-License-Identifier: Apache-2.0
// What all handlers have in common, around the call of one: retries that do nothing twice, edits that lose nothing
// (If-Match), answers that have not changed (304), the audit log, and addresses behind a proxy's prefix. Called by
// connection where the route says that its handler runs. RFC 9110 13.
#pragma once

#include "http/answer.hpp"
#include "http/request.hpp"
#include "http/router.hpp"
#include "http/site.hpp"

namespace bootferry::http {

/// Never throws: what a handler throws is logged and answered with 500.
[[nodiscard]] Answer answer_request(const Route& route, const Request& request, const Site& site);

}  // namespace bootferry::http
