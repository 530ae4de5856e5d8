// SPDX-License-Identifier: Apache-2.0
// A file that grows, as the formats above it need it (qcow2): the seam between a format and the disk below.
// Thread-safe; every call but try_read may block. Tests put a file in its place that forgets what was not flushed.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "images/block_device.hpp"

namespace bootferry::images {

class ByteFile {
 public:
  virtual ~ByteFile() = default;
  [[nodiscard]] virtual Result<ByteCount> size() const = 0;
  /// Fills all of `out`; what lies behind the end is zeros.
  [[nodiscard]] virtual Result<void> read(ByteCount offset, MutableByteView out) = 0;
  [[nodiscard]] virtual Result<TryRead> try_read(ByteCount offset, MutableByteView out) = 0;
  /// The file becomes longer when need be. ErrorKind::exhausted when the disk below is full.
  [[nodiscard]] virtual Result<void> write(ByteCount offset, ByteView data) = 0;
  [[nodiscard]] virtual Result<void> flush() = 0;
  /// Gives the space back where that is possible; the bytes must not be relied on any more.
  virtual void discard(ByteCount offset, ByteCount length) = 0;
  [[nodiscard]] virtual Result<void> truncate(ByteCount size) = 0;
};

}  // namespace bootferry::images
