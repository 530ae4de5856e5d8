// SPDX-License-Identifier: Apache-2.0
// ISO 9660 as a FileSystem: by its Joliet tree where there is one, else with Rock Ridge names, else as it is. Made by
// browse; one thread.
#pragma once

#include <memory>

#include "images/check/disk_reader.hpp"
#include "images/files/iso_record.hpp"

namespace bootferry::images::files {

class IsoFiles final : public FileSystem {
 public:
  /// Reads the volume descriptors (ECMA-119 8); invalid when there is none to begin from.
  [[nodiscard]] static Result<std::unique_ptr<FileSystem>> open(check::DiskReader& reader);

  std::string_view name() const override;
  Node root() const override { return root_; }
  Result<std::vector<Node>> list(const Node& folder) override;
  Result<Bytes> read(const Node& file) override;

 private:
  IsoFiles(check::DiskReader& reader, Node root, IsoNames names)
      : reader_(reader), root_(std::move(root)), names_(names) {}

  check::DiskReader& reader_;
  const Node root_;
  const IsoNames names_;
};

}  // namespace bootferry::images::files
