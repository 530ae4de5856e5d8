// SPDX-License-Identifier: Apache-2.0
// One file system in an image, as folders and files. Made by browse; implemented by FatFiles and IsoFiles. Hostile
// bytes: invalid says what is wrong, and every answer is bounded. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

namespace bootferry::images::files {

/// A folder or file, and where its content is.
struct Node {
  std::string name;  ///< UTF-8; not empty, holds no '/' and no control characters
  bool folder = false;
  ByteCount size;           ///< 0 of a folder
  std::string modified;     ///< "2026-03-01T09:30:00", by the clock of who wrote it; empty: it says none
  std::uint64_t place = 0;  ///< of its content, as the file system counts
  bool readable = true;     ///< false: its content lies in pieces that the file system cannot read
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;  ///< "FAT16", "ISO 9660 (Joliet)"
  [[nodiscard]] virtual Node root() const = 0;
  /// In the order of the disk; without "." and "..".
  [[nodiscard]] virtual Result<std::vector<Node>> list(const Node& folder) = 0;
  /// All of it; the caller has looked at its size.
  [[nodiscard]] virtual Result<Bytes> read(const Node& file) = 0;
};

/// What is no UTF-8 and what no name may hold becomes U+FFFD: a path always means one thing, and a terminal obeys no
/// name.
[[nodiscard]] std::string safe_name(std::string_view name);

/// "2026-03-01T09:30:00", or empty when there is no such day or time.
[[nodiscard]] std::string render_local_time(unsigned year, unsigned month, unsigned day, unsigned hour, unsigned minute,
                                            unsigned second);

}  // namespace bootferry::images::files
