// SPDX-License-Identifier: Apache-2.0
// A part of a file on its way to a reader: read where it is in memory, by a disk thread where it is not, and copied or
// handed over by the kernel, whichever is cheaper. Called by connection, on its loop, which never waits for a disk.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "base/worker_pool.hpp"
#include "http/answer.hpp"
#include "http/channel.hpp"
#include "http/site.hpp"

namespace bootferry::http {

inline constexpr std::size_t send_piece = 256 * 1024;

/// `head` first, then the answer's FilePart. False: the connection is gone, or the file became shorter, which only
/// closing can tell the reader.
boost::asio::awaitable<bool> send_file(Channel& channel, std::string head, const Answer& answer,
                                       const Settings& settings, WorkerPool& disk);

}  // namespace bootferry::http
