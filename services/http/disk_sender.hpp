// SPDX-License-Identifier: Apache-2.0
// A part of a disk on its way to a person: read by a disk thread, a piece at a time, whatever the disk's size. Called
// by connection, on its loop, which never waits for a disk.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "base/worker_pool.hpp"
#include "http/answer.hpp"
#include "http/channel.hpp"
#include "http/site.hpp"

namespace bootferry::http {

/// `head` first, then `part`. False: the connection is gone, or the disk cannot be read, which only closing can tell
/// the reader.
boost::asio::awaitable<bool> send_disk(Channel& channel, std::string head, DiskPart part, const Settings& settings,
                                       WorkerPool& disk);

}  // namespace bootferry::http
