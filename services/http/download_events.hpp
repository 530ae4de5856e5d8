// SPDX-License-Identifier: Apache-2.0
// What the boot log is told of a file that a machine downloads: while a long one is on its way, and when it has come.
// Called by files; the events are published on the connection's loop.
#pragma once

#include <string>

#include "http/answer.hpp"
#include "http/request.hpp"
#include "http/site.hpp"

namespace bootferry::http {

/// One file_served event when all was sent: not for HEAD, and not for the later ranges of a file that is read in parts.
/// Of more than 1 MiB, file_progress events before it, at most two a second.
void tell_download(Answer& answer, const Request& request, const Site& site, std::string name);

}  // namespace bootferry::http
