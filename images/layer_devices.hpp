// SPDX-License-Identifier: Apache-2.0
// The devices of the library's files that are open now. One device writes a file; those who read it share one, so that
// fifty disks on one base have one base device and one cache of its tables. Used by ImageLibrary, which has asked
// ImageUses before; thread-safe, opening blocks (and only those who want the same file).
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "images/block_device.hpp"
#include "images/layer_file.hpp"
#include "images/open_mode.hpp"
#include "images/qcow2/device.hpp"

namespace bootferry::images {

class LayerDevices {
 public:
  explicit LayerDevices(std::filesystem::path folder);

  /// `layers`: top first, at least one, checked. All below the top are opened for reading.
  [[nodiscard]] Result<std::shared_ptr<BlockDevice>> open(std::span<const LayerFile> layers, OpenMode mode,
                                                          const StackOptions& options);
  /// A qcow2 top, open or not; all devices of it tell the new size when this returns.
  [[nodiscard]] Result<void> grow(std::span<const LayerFile> layers, ByteCount size, const StackOptions& options);
  /// Tells all open devices of a file to look how big they are; the first error, after all have been told.
  [[nodiscard]] Result<void> refresh_sizes(const std::string& key);
  /// The file is another one from here on, or none: devices that somebody still has are not given out again.
  void forget(const std::string& key);

 private:
  using Below = std::shared_ptr<BlockDevice>;
  /// The devices of one file.
  struct File {
    std::mutex opening;  ///< held while one is opened
    std::weak_ptr<BlockDevice> writer;
    std::weak_ptr<qcow2::Device> qcow2_writer;                  ///< the same one
    std::map<std::string, std::weak_ptr<BlockDevice>> readers;  ///< by block size and what is below
  };

  [[nodiscard]] std::shared_ptr<File> file_of(const std::string& key);
  [[nodiscard]] Result<Below> open_below(std::span<const LayerFile> layers, const StackOptions& options);
  [[nodiscard]] Result<std::shared_ptr<BlockDevice>> open_reader(File& file, std::span<const LayerFile> layers,
                                                                 Below below, const StackOptions& options);
  [[nodiscard]] Result<std::shared_ptr<BlockDevice>> open_writer(File& file, const LayerFile& layer, Below below,
                                                                 const StackOptions& options);
  [[nodiscard]] Result<std::shared_ptr<qcow2::Device>> open_qcow2(const LayerFile& layer, OpenMode mode, Below below,
                                                                  const StackOptions& options) const;
  [[nodiscard]] Result<std::shared_ptr<BlockDevice>> open_raw(const LayerFile& layer, OpenMode mode,
                                                              const StackOptions& options) const;
  [[nodiscard]] std::filesystem::path path_of(const LayerFile& layer) const;

  const std::filesystem::path folder_;
  const std::array<std::uint8_t, 16> boot_id_;  ///< of this run of the machine
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<File>> files_;
};

}  // namespace bootferry::images
