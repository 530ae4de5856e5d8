// SPDX-License-Identifier: Apache-2.0
// Images that come in from outside, as the doors see it: jobs that take minutes, and uploads that survive a lost
// connection and a restart. Implemented by app, and by a fake in the tests of http. Calls may block: on a worker.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "boot/administration.hpp"
#include "boot/job.hpp"

namespace bootferry::boot {

struct NewUpload {
  NewImage image;
  std::string file_name = {};  ///< what the person calls the file: shown, never opened
  ByteCount length = {};
};

struct UploadView {
  std::string id = {};
  NewUpload wanted;
  ByteCount offset = {};
  WallTime expires = {};
};

/// The one who may append to an upload now; the next may when this one is gone.
class UploadWriter {
 public:
  virtual ~UploadWriter() = default;
  /// invalid when it would become longer than it was said to be.
  [[nodiscard]] virtual Result<void> append(ByteView bytes) = 0;
  /// All of it is on the disk; the offset that it has now. When that is the length, the image is being added: see jobs.
  [[nodiscard]] virtual Result<ByteCount> finish() = 0;
};

class Intake {
 public:
  virtual ~Intake() = default;

  /// To its end, as a job that others see.
  [[nodiscard]] virtual Result<AddedImage> import_image(const NewImage& image, const std::filesystem::path& source) = 0;
  /// The same, and answers at once.
  [[nodiscard]] virtual Result<JobView> start_import(const NewImage& image, const std::filesystem::path& source) = 0;
  /// Those that run or wait, and the last that ended; oldest first.
  [[nodiscard]] virtual std::vector<JobView> jobs() = 0;
  [[nodiscard]] virtual Result<void> cancel_job(std::uint64_t id) = 0;

  /// exhausted when it would not fit beside the others; unavailable when there are too many.
  [[nodiscard]] virtual Result<UploadView> create_upload(const NewUpload& upload) = 0;
  [[nodiscard]] virtual std::vector<UploadView> uploads() = 0;
  [[nodiscard]] virtual Result<UploadView> require_upload(std::string_view id) = 0;
  /// conflict when `offset` is not where it is, or somebody else appends.
  [[nodiscard]] virtual Result<std::unique_ptr<UploadWriter>> write_upload(std::string_view id, ByteCount offset) = 0;
  [[nodiscard]] virtual Result<void> remove_upload(std::string_view id) = 0;
};

}  // namespace bootferry::boot
