// SPDX-License-Identifier: Apache-2.0
// A disk: what the iSCSI target reads and writes, whatever is below (file, block special file, overlay, a test's fault
// layer). Synchronous and thread-safe: called by disk workers; try_read also by network loops. Offsets and lengths are
// bytes and must be multiples of block_size() and inside size(); the caller checks that against LBA and transfer
// length, a device checks it again.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

namespace bootferry::images {

struct Capabilities {
  bool writable = false;
  bool trims = false;               ///< trim() gives space back
  bool zeroes = false;              ///< zero() is cheaper than writing zeros
  bool trimmed_reads_zero = false;  ///< after trim(), reads return zeros (SBC-3 LBPRZ)
};

/// A run of bytes that is alike: holes read as zeros.
struct Extent {
  ByteCount offset;
  ByteCount length;
  bool allocated = true;
};

enum class TryRead { done, would_block };

class BlockDevice {
 public:
  virtual ~BlockDevice() = default;

  [[nodiscard]] virtual ByteCount size() const = 0;
  [[nodiscard]] virtual std::uint32_t block_size() const = 0;  ///< 512 or 4096; 2048 of a CD
  [[nodiscard]] virtual Capabilities capabilities() const = 0;

  /// Fills all of `out`.
  [[nodiscard]] virtual Result<void> read(ByteCount offset, MutableByteView out) = 0;
  /// Not durable until flush(). ErrorKind::exhausted when the disk below is full, denied when not writable.
  [[nodiscard]] virtual Result<void> write(ByteCount offset, ByteView data) = 0;
  /// Everything written before is durable when this returns.
  [[nodiscard]] virtual Result<void> flush() = 0;
  [[nodiscard]] virtual Result<void> trim(ByteCount offset, ByteCount length) = 0;
  [[nodiscard]] virtual Result<void> zero(ByteCount offset, ByteCount length) = 0;
  [[nodiscard]] virtual Result<std::vector<Extent>> extents(ByteCount offset, ByteCount length) = 0;

  /// Looks whether what is below has grown: size() tells it from here on. A disk never gets smaller while it is in use.
  [[nodiscard]] virtual Result<void> refresh_size() { return {}; }

  /// Never blocks: fills `out` from memory, or says would_block and leaves `out` undefined.
  [[nodiscard]] virtual Result<TryRead> try_read(ByteCount, MutableByteView) { return TryRead::would_block; }
};

}  // namespace bootferry::images
