// SPDX-License-Identifier: Apache-2.0
// A disk that somebody takes home: its bytes, and what they are called. Implemented by app over the library's layers,
// and by fakes in the tests of http; read by the doors.
#pragma once

#include <memory>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

namespace bootferry::boot {

class DiskReader {
 public:
  virtual ~DiskReader() = default;
  [[nodiscard]] virtual ByteCount size() const = 0;
  /// Fills all of `out` from any place inside. Blocks: a disk thread; thread-safe.
  [[nodiscard]] virtual Result<void> read(ByteCount offset, MutableByteView out) = 0;
};

struct OpenDisk {
  std::shared_ptr<DiskReader> reader;
  std::string title;      ///< for sentences: "version 2 of image win"
  std::string file_name;  ///< that it may have elsewhere: "win-2.raw"
  /// Another one whenever the bytes may be others; empty: nothing tells (a disk of the server's own).
  std::string revision;
};

}  // namespace bootferry::boot
