// SPDX-License-Identifier: Apache-2.0
#include "tftp/loader_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <system_error>
#include <utility>

namespace bootferry::tftp {
namespace {

struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

std::unexpected<Error> cannot_read(const std::filesystem::path& file, int code) {
  return fail(ErrorKind::io,
              fmt::format("the server cannot read {}: {}", file.string(), std::generic_category().message(code)));
}

}  // namespace

Bytes to_netascii(ByteView octets) {
  Bytes out;
  out.reserve(octets.size() + octets.size() / 64);
  for (const std::uint8_t octet : octets) {
    if (octet == '\n') out.push_back('\r');
    out.push_back(octet);
    if (octet == '\r') out.push_back(0);
  }
  return out;
}

Result<LoaderFiles::Content> LoaderFiles::require(const std::filesystem::path& file, bool netascii) {
  const Descriptor descriptor{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (descriptor.number < 0) return cannot_read(file, errno);
  struct stat info{};
  if (::fstat(descriptor.number, &info) != 0) return cannot_read(file, errno);
  if (!S_ISREG(info.st_mode)) return fail(ErrorKind::io, fmt::format("{} is not a plain file", file.string()));
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size > max_size) return fail(ErrorKind::io, fmt::format("{} is larger than 64 MiB", file.string()));
  const Identity identity{info.st_ino, size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
  Entry& entry = entries_[file];
  if (!entry.octets || entry.identity != identity) {
    auto content = std::make_shared<FileContent>(size);
    const MutableByteView bytes = content->bytes();
    std::size_t filled = 0;
    while (filled < size) {
      const ssize_t count = ::read(descriptor.number, bytes.data() + filled, size - filled);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return cannot_read(file, errno);
      if (count == 0) break;  // cut short while we read
      filled += static_cast<std::size_t>(count);
    }
    content->shrink(filled);
    entry = {identity, std::move(content), nullptr};
  }
  if (!netascii) return entry.octets;
  if (!entry.netascii)
    entry.netascii = std::make_shared<FileContent>(to_netascii(std::as_const(*entry.octets).bytes()));
  return entry.netascii;
}

}  // namespace bootferry::tftp
