// SPDX-License-Identifier: Apache-2.0
// The floor below reads: one thread that reads a file and sends its bytes, as a stream or when asked, with no protocol.
#pragma once

#include "load/options.hpp"

namespace bootferry::bench {

/// file=, port=, size= of each pread and send, or ask=1: serves connections one after the other until it is killed.
int serve_floor(const Options& options);
/// host=, port=, seconds=, pid=: receives, and prints what serve_floor's process `pid` needed for it.
int read_floor(const Options& options);
/// The same with ask=1: one question of 48 bytes at a time, answered by 4096 of the file.
int ask_floor(const Options& options);

}  // namespace bootferry::bench
