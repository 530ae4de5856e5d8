// SPDX-License-Identifier: Apache-2.0
#include "incoming/checksum.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

#include "base/bytes.hpp"

namespace bootferry::incoming {

Result<std::string> sha256_of(int fd, ByteCount size, const Report& report) {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> sum(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (!sum || EVP_DigestInit_ex(sum.get(), EVP_sha256(), nullptr) != 1)
    return fail(ErrorKind::unavailable, "This system computes no SHA-256.");
  (void)::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  Bytes piece(1 << 20);
  std::uint64_t at = 0;
  for (std::uint64_t turn = 0;; ++turn) {
    const ssize_t got = ::pread(fd, piece.data(), piece.size(), static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorKind::io, "The file cannot be read to its end.");
    if (got == 0) break;
    EVP_DigestUpdate(sum.get(), piece.data(), static_cast<std::size_t>(got));
    at += static_cast<std::uint64_t>(got);
    if (turn % 16 != 0) continue;
    if (auto good = report({std::min(at, size.value)}, size); !good) return std::unexpected(good.error());
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_DigestFinal_ex(sum.get(), digest.data(), &length);
  return fmt::format("{:02x}", fmt::join(digest.begin(), digest.begin() + length, ""));
}

}  // namespace bootferry::incoming
