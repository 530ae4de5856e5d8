// SPDX-License-Identifier: Apache-2.0
// The mark of an unfinished SANITIZE: a small file beside the image, gone when the image is wiped or removed. Made by
// DiskDirectory for each disk that it opens; blocks, called on disk workers and background threads.
#pragma once

#include <filesystem>

#include "iscsi/scsi/sanitizer.hpp"

namespace bootferry::app {

class SanitizeFile final : public iscsi::scsi::SanitizeMark {
 public:
  explicit SanitizeFile(std::filesystem::path file) : file_(std::move(file)) {}

  [[nodiscard]] Bytes load() override;
  [[nodiscard]] Result<void> store(ByteView bytes) override;
  [[nodiscard]] Result<void> clear() override;

 private:
  [[nodiscard]] Result<void> sync_folder() const;

  const std::filesystem::path file_;
};

}  // namespace bootferry::app
