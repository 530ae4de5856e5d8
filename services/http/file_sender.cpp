// SPDX-License-Identifier: Apache-2.0
#include "http/file_sender.hpp"

#include "base/async_run.hpp"

namespace bootferry::http {
namespace asio = boost::asio;

namespace {

constexpr std::size_t smallest_handed_over = 16 * 1024;  // below it a copy costs less than a second call

/// Bytes of a file for the next send, by a disk thread. 0: the file ended early.
asio::awaitable<std::size_t> read_piece(std::shared_ptr<const OpenFile> file, std::shared_ptr<char[]> into,
                                        std::size_t count, std::uint64_t offset, WorkerPool& disk) {
  auto job = [file, into, count, offset] { return file->read_some(into.get(), count, offset); };
  auto running = async_run(disk, std::move(job));
  const long got = co_await std::move(running);
  co_return got > 0 ? static_cast<std::size_t>(got) : 0;
}

/// The next bytes of a file, copied: the head leaves with them. 0: the file ended early; -1: the connection is gone.
asio::awaitable<long> copy_piece(Channel& channel, std::string_view head, const FilePart& part, std::size_t wanted,
                                 std::shared_ptr<char[]> piece, WorkerPool& disk, const Settings& settings) {
  long got = part.file->try_read_some(piece.get(), wanted, part.offset);
  if (got <= 0) {  // not in memory
    channel.expect_nothing();
    auto reading = read_piece(part.file, piece, wanted, part.offset, disk);
    got = static_cast<long>(co_await std::move(reading));
  }
  if (got == 0) co_return 0;
  channel.expect_within(settings.send_limit);
  const std::string_view bytes(piece.get(), static_cast<std::size_t>(got));
  const bool there = co_await channel.send(head, bytes);
  co_return there ? got : -1;
}

/// As copy_piece, by the kernel, which hands its pages over: for what is in memory only, or the loop waits for a disk.
asio::awaitable<long> hand_over_piece(Channel& channel, std::string_view head, const FilePart& part, std::size_t wanted,
                                      const Settings& settings) {
  channel.expect_within(settings.send_limit);
  const bool there = co_await channel.send(head, {}, true);
  if (!there) co_return -1;
  const int file = part.file->descriptor();
  co_return co_await channel.send_from(file, part.offset, wanted);
}

bool is_better_handed_over(const Channel& channel, const FilePart& part, std::size_t wanted) {
  return channel.is_tcp() && wanted >= smallest_handed_over && part.file->is_in_memory(wanted, part.offset);
}

}  // namespace

asio::awaitable<bool> send_file(Channel& channel, std::string head, const Answer& answer, const Settings& settings,
                                WorkerPool& disk) {
  FilePart part = std::get<FilePart>(answer.body());
  const std::uint64_t begin = part.offset;
  std::shared_ptr<char[]> piece;
  while (part.length > 0) {
    const std::size_t wanted = std::min<std::uint64_t>(send_piece, part.length);
    long sent = 0;
    if (is_better_handed_over(channel, part, wanted)) {
      auto sending = hand_over_piece(channel, head, part, wanted, settings);
      sent = co_await std::move(sending);
    } else {
      if (!piece) piece = std::make_shared_for_overwrite<char[]>(wanted);
      auto sending = copy_piece(channel, head, part, wanted, piece, disk, settings);
      sent = co_await std::move(sending);
    }
    if (sent <= 0) co_return false;  // cut short while it is sent: closing is the only way to tell
    head.clear();
    part.offset += static_cast<std::uint64_t>(sent);
    part.length -= static_cast<std::uint64_t>(sent);
    if (answer.progress_action() && part.length > 0) answer.progress_action()(part.offset - begin);
  }
  if (head.empty()) co_return true;
  channel.expect_within(settings.send_limit);
  co_return co_await channel.send(head, {});
}

}  // namespace bootferry::http
