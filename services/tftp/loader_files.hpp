// SPDX-License-Identifier: Apache-2.0
// The loaders' bytes in memory: read once, read again when the file has changed. Called by server on its thread; a
// loader is about 1 MB and almost always in the page cache, so reading it there is a matter of a millisecond.
#pragma once

#include <filesystem>
#include <map>
#include <memory>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "tftp/file_content.hpp"

namespace bootferry::tftp {

class LoaderFiles {
 public:
  using Content = std::shared_ptr<FileContent>;
  static constexpr std::uint64_t max_size = 64u << 20;  ///< no firmware loads more by TFTP

  /// The same Content as before while size, time and inode are the same; a transfer keeps its own until it ends.
  [[nodiscard]] Result<Content> require(const std::filesystem::path& file, bool netascii);

 private:
  struct Identity {
    std::uint64_t inode = 0, size = 0;
    std::int64_t seconds = 0, nanoseconds = 0;
    friend bool operator==(const Identity&, const Identity&) = default;
  };
  struct Entry {
    Identity identity;
    Content octets;
    Content netascii;  ///< made when first asked for
  };

  std::map<std::filesystem::path, Entry> entries_;  ///< bounded by the catalog
};

/// RFC 764 as RFC 1350 uses it: LF becomes CR LF, CR becomes CR NUL.
[[nodiscard]] Bytes to_netascii(ByteView octets);

}  // namespace bootferry::tftp
