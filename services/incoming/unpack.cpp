// SPDX-License-Identifier: Apache-2.0
#include "incoming/unpack.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "base/bytes.hpp"
#include "base/sparse_write.hpp"

namespace bootferry::incoming {
namespace {

constexpr std::uint64_t tell_every = 4ull << 20;  // bytes that came out

using Archive = std::unique_ptr<archive, int (*)(archive*)>;

std::unexpected<Error> archive_fail(archive* reader) {
  const char* why = archive_error_string(reader);
  return fail(ErrorKind::invalid, fmt::format("It cannot be unpacked: {}.", why ? why : "it is damaged"));
}

Result<void> write_out(int fd, ByteView data, std::uint64_t at) {
  const int failed = write_sparse(fd, data, at);
  if (failed == 0) return {};
  const bool full = failed == ENOSPC || failed == EDQUOT || failed == EFBIG;
  return fail(full ? ErrorKind::exhausted : ErrorKind::io,
              fmt::format("What comes out cannot be written: {}.", std::strerror(failed)));
}

/// Only the packings, and none of the formats that would make a folder of it.
Result<void> open_packed(archive* reader, int input) {
  archive_read_support_filter_gzip(reader);
  archive_read_support_filter_xz(reader);
  archive_read_support_filter_zstd(reader);
  archive_read_support_filter_bzip2(reader);
  archive_read_support_format_raw(reader);
  archive_entry* entry = nullptr;
  if (archive_read_open_fd(reader, input, 1 << 20) != ARCHIVE_OK ||
      archive_read_next_header(reader, &entry) != ARCHIVE_OK)
    return archive_fail(reader);
  if (archive_filter_count(reader) < 2) return fail(ErrorKind::invalid, "It is not packed after all.");
  return {};
}

}  // namespace

Result<ByteCount> unpack(int input, int output, ByteCount most, const std::function<void(std::uint64_t)>& progress) {
  const Archive reader(archive_read_new(), archive_read_free);
  if (auto opened = open_packed(reader.get(), input); !opened) return std::unexpected(opened.error());
  std::uint64_t size = 0, told = 0;
  for (;;) {
    const void* data = nullptr;
    std::size_t count = 0;
    la_int64_t at = 0;
    const int got = archive_read_data_block(reader.get(), &data, &count, &at);
    if (got == ARCHIVE_EOF) break;
    if (got != ARCHIVE_OK) return archive_fail(reader.get());
    if (size + count > most.value)
      return fail(ErrorKind::exhausted,
                  fmt::format("More than {} come out of it, which the disk of the library could not "
                              "hold if they were data.",
                              render_byte_count(most)));
    const ByteView piece(static_cast<const std::uint8_t*>(data), count);
    if (auto written = write_out(output, piece, size); !written) return std::unexpected(written.error());
    size += count;
    if (size - told < tell_every) continue;
    told = size;
    progress(static_cast<std::uint64_t>(std::max<la_int64_t>(0, archive_filter_bytes(reader.get(), -1))));
  }
  if (size == 0) return fail(ErrorKind::invalid, "It holds nothing when it is unpacked.");
  if (::ftruncate(output, static_cast<off_t>(size)) != 0)
    return fail(ErrorKind::io, "What came out cannot get its size.");
  return ByteCount{size};
}

int unpack_main(int argc, char** argv) {
  std::uint64_t most = 0;
  const std::string_view text = argc == 2 ? argv[1] : "";
  if (std::from_chars(text.data(), text.data() + text.size(), most).ec != std::errc{}) return 127;
  const auto done = unpack(3, 4, {most}, [](std::uint64_t read) {
    fmt::print("read {}\n", read);
    std::fflush(stdout);
  });
  if (done) return 0;
  fmt::print(stderr, "{}", done.error().message);
  return 1 + static_cast<int>(done.error().kind);
}

}  // namespace bootferry::incoming
