// SPDX-License-Identifier: Apache-2.0
// Unfinished uploads as files: ID.part (what came so far) and ID.json (what it is to become). They survive a restart;
// what was not flushed when the power went is asked for again. Owned by intake; thread-safe; blocks.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>

#include "base/random.hpp"
#include "boot/intake.hpp"

namespace bootferry::app {

class UploadFolder {
 public:
  static constexpr std::size_t most = 32;  ///< at a time
  static constexpr std::chrono::hours lifetime{7 * 24};

  /// Makes the folder, and takes up what the last run left. Throws std::runtime_error with a sentence.
  UploadFolder(std::filesystem::path folder, Random& random, const Clock& clock);
  ~UploadFolder();
  UploadFolder(const UploadFolder&) = delete;
  UploadFolder& operator=(const UploadFolder&) = delete;

  [[nodiscard]] Result<boot::UploadView> create(const boot::NewUpload& upload);
  [[nodiscard]] std::vector<boot::UploadView> all();
  [[nodiscard]] Result<boot::UploadView> require(std::string_view id);
  [[nodiscard]] Result<std::unique_ptr<boot::UploadWriter>> write(std::string_view id, ByteCount offset);
  /// Also while somebody appends: his file goes when he is done.
  [[nodiscard]] Result<void> remove(std::string_view id);

  /// What is whole and waits for its job.
  struct Whole {
    std::string id;
    boot::NewUpload upload;
    std::filesystem::path file;
  };
  [[nodiscard]] std::vector<Whole> whole();
  [[nodiscard]] std::optional<Whole> find_whole(std::string_view id);

 private:
  struct Upload;
  class Writer;
  void take_up();
  void take_up_one(const std::filesystem::path& note);
  void drop_expired();
  [[nodiscard]] boot::UploadView view_of(const Upload& upload) const;
  [[nodiscard]] std::shared_ptr<Upload> find(std::string_view id) const;

  const std::filesystem::path folder_;
  Random& random_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Upload>, std::less<>> uploads_;
};

}  // namespace bootferry::app
