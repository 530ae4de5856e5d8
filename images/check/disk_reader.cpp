// SPDX-License-Identifier: Apache-2.0
#include "images/check/disk_reader.hpp"

namespace bootferry::images::check {

Result<Bytes> DiskReader::read(std::uint64_t offset, std::uint64_t length) {
  if (!holds(offset, length)) return fail(ErrorKind::invalid, "A structure lies beyond the end of the image.");
  if (length == 0) return Bytes{};
  const std::uint64_t block = device_.block_size();
  const std::uint64_t first = offset / block * block;
  const std::uint64_t whole = (offset + length - first + block - 1) / block * block;
  if (!holds(first, whole)) return fail(ErrorKind::invalid, "A structure lies beyond the end of the image.");
  if (whole > left_)
    return fail(ErrorKind::exhausted, "The check has read as much as it may; the rest is not looked at.");
  left_ -= whole;
  Bytes bytes(whole);
  if (auto done = device_.read({first}, bytes); !done) return std::unexpected(done.error());
  if (first == offset && whole == length) return bytes;
  const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(offset - first);
  return Bytes(begin, begin + static_cast<std::ptrdiff_t>(length));
}

}  // namespace bootferry::images::check
