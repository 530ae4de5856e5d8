// SPDX-License-Identifier: Apache-2.0
// FAT12, FAT16 and FAT32 as a FileSystem, by images/check's FatVolume. Made by browse; one thread.
#pragma once

#include "images/check/fat.hpp"
#include "images/files/file_system.hpp"

namespace bootferry::images::files {

class FatFiles final : public FileSystem {
 public:
  /// `first`: its boot sector, in sectors of 512 bytes of the disk.
  FatFiles(check::DiskReader& reader, std::uint64_t first, const check::FatBoot& boot)
      : boot_(boot), volume_(reader, first, boot) {}

  std::string_view name() const override;
  Node root() const override { return {"", true, {}, "", 0}; }
  Result<std::vector<Node>> list(const Node& folder) override;
  Result<Bytes> read(const Node& file) override;

 private:
  const check::FatBoot boot_;
  check::FatVolume volume_;
};

}  // namespace bootferry::images::files
