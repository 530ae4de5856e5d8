// SPDX-License-Identifier: Apache-2.0
// The floor below a sequential read: one thread that reads a file and sends its bytes, with no protocol.
#pragma once

#include "load/options.hpp"

namespace bootferry::bench {

/// file=, port=, size= of each pread and send: serves connections one after the other until it is killed.
int serve_floor(const Options& options);
/// host=, port=, seconds=, pid=: receives, and prints what serve_floor's process `pid` needed for it.
int read_floor(const Options& options);

}  // namespace bootferry::bench
