// SPDX-License-Identifier: Apache-2.0
// Which of a request's options we take, and with which value (RFC 2347; blksize RFC 2348, timeout and tsize RFC 2349,
// windowsize RFC 7440). Pure; called by server before it makes a Transfer. An option that makes no sense is left out of
// the answer, as RFC 2347 wants.
#pragma once

#include <chrono>

#include "tftp/message.hpp"

namespace bootferry::tftp {

struct TransferLimits {
  std::size_t max_block_size = 1468;  ///< one 1500-byte frame: IP, UDP and TFTP headers are 32 bytes
  std::size_t max_window = 64;        ///< blocks
  std::size_t max_window_bytes = std::size_t{192} * 1024;  ///< what a UDP socket's default buffer takes
  std::chrono::seconds max_timeout{60};  ///< a longer one would hold the transfer for a quarter of an hour
};

struct Terms {
  std::size_t block_size = 512;
  std::size_t window = 1;
  std::chrono::seconds timeout{0};  ///< 0: not asked for, Transfer has its own
  bool size_asked = false;
  std::vector<Option> accepted;  ///< for the OACK, in the order asked; empty: answer with DATA 1
};

[[nodiscard]] Terms negotiate(const ReadRequest& request, std::uint64_t size, const TransferLimits& limits);

}  // namespace bootferry::tftp
