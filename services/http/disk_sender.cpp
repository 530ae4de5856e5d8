// SPDX-License-Identifier: Apache-2.0
#include "http/disk_sender.hpp"

#include "base/async_run.hpp"
#include "base/log.hpp"
#include "http/file_sender.hpp"

namespace bootferry::http {
namespace asio = boost::asio;

namespace {

/// The job owns what it fills: the connection may end while it runs.
asio::awaitable<Result<void>> read_piece(std::shared_ptr<boot::DiskReader> disk, std::shared_ptr<Bytes> into,
                                         std::uint64_t offset, WorkerPool& pool) {
  auto job = [disk, into, offset] { return disk->read({offset}, *into); };
  auto running = async_run(pool, std::move(job));
  co_return co_await std::move(running);
}

}  // namespace

asio::awaitable<bool> send_disk(Channel& channel, std::string head, DiskPart part, const Settings& settings,
                                WorkerPool& disk) {
  const auto piece = std::make_shared<Bytes>();
  while (part.length > 0) {
    piece->resize(std::min<std::uint64_t>(send_piece, part.length));
    channel.expect_nothing();
    auto reading = read_piece(part.disk, piece, part.offset, disk);
    const Result<void> read = co_await std::move(reading);
    if (!read) {
      log::warning("DOWNLOAD_BROKEN", {{"at", std::to_string(part.offset)}, {"why", read.error().message}});
      co_return false;
    }
    channel.expect_within(settings.send_limit);
    const std::string_view bytes = text_of(*piece);
    const bool there = co_await channel.send(head, bytes);
    if (!there) co_return false;
    head.clear();
    part.offset += piece->size();
    part.length -= piece->size();
  }
  co_return true;
}

}  // namespace bootferry::http
