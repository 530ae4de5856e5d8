// SPDX-License-Identifier: Apache-2.0
// A qcow2 file as a disk, alone or as an overlay on a backing disk (docs/interop/qcow2 of the QEMU project describes
// the format). Made by ImageLibrary, which also chooses the backing disk: the name in the file is never followed.
// Thread-safe; called by disk workers, try_read also by network loops.
#pragma once

#include <array>
#include <functional>
#include <memory>

#include "images/block_device.hpp"
#include "images/byte_file.hpp"
#include "images/open_mode.hpp"
#include "images/qcow2/journal.hpp"

namespace bootferry::images::qcow2 {

struct Files {
  std::unique_ptr<ByteFile> image;
  Journal::Files journal;  ///< for writing only
};

/// By a disk worker, outside of all locks; must not block.
using SpaceLow = std::function<void(ByteCount used)>;

struct Options {
  OpenMode mode = OpenMode::read_write;
  std::array<std::uint8_t, 16> boot_id{};  ///< of this run of the machine
  std::size_t cached_bytes = 2u << 20;     ///< of L2 tables: this much maps 16 GiB
  std::uint32_t block_size = 512;          ///< 4096 where the disk below has no less
  ByteCount limit;                         ///< the file may grow so far; 0: as the disk below lets it
  SpaceLow on_space_low;                   ///< at 90 % of it
};

class Device : public BlockDevice {
 public:
  /// Of the file: what its clusters take.
  [[nodiscard]] virtual ByteCount used() const = 0;
  /// A longer disk; its new part reads as zeros. invalid when it would become shorter.
  [[nodiscard]] virtual Result<void> grow(ByteCount size) = 0;
  /// Another limit from here on, and somebody else to tell.
  virtual void set_limit(ByteCount limit, SpaceLow on_space_low) = 0;
};

/// `backing`: there exactly when the file says that it has one. Errors: invalid (damaged), unsupported (a feature that
/// is refused, or that can only be read), denied (marked corrupt), io.
[[nodiscard]] Result<std::shared_ptr<Device>> open_device(Files files, std::shared_ptr<BlockDevice> backing,
                                                          const Options& options);

struct NewFile {
  ByteCount size;
  std::uint32_t cluster_bits = 16;
  std::string backing_name, backing_format;  ///< told to other tools
};
/// Lays an empty disk into an empty file, durably.
[[nodiscard]] Result<void> lay_out(ByteFile& file, const NewFile& wanted);

}  // namespace bootferry::images::qcow2
