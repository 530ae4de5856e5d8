// SPDX-License-Identifier: Apache-2.0
// A file in the library's folder that is no image yet: whoever brings an image writes it, then ImageLibrary::name_draft
// makes it one. It goes with this object, and after a crash at the next start. Owned by one thread at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "images/file_descriptor.hpp"

namespace bootferry::images {

class ImageDraft {
 public:
  ImageDraft(std::string name, std::filesystem::path path, FileDescriptor file, std::shared_ptr<void> claim)
      : name_(std::move(name)), path_(std::move(path)), file_(std::move(file)), claim_(std::move(claim)) {}
  ImageDraft(ImageDraft&& other) noexcept
      : name_(std::move(other.name_)),
        path_(std::exchange(other.path_, {})),
        file_(std::move(other.file_)),
        claim_(std::move(other.claim_)) {}
  ImageDraft& operator=(ImageDraft&&) = delete;
  /// Its room is free at once, whoever still holds the file: the kernel takes the Landlock rules of a converter down
  /// after its end, and with them the file that they name.
  ~ImageDraft() {
    if (!path_.empty() && ::unlink(path_.c_str()) == 0) (void)!::ftruncate(file_.get(), 0);
  }

  [[nodiscard]] const std::string& name() const { return name_; }  ///< that the image will have
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] int fd() const { return file_.get(); }  ///< read and write
  void keep() { path_.clear(); }                        ///< it has a name now
  /// What was written, without any name: the claim is free, and the file goes with the descriptor.
  [[nodiscard]] FileDescriptor take_unnamed() {
    ::unlink(std::exchange(path_, {}).c_str());
    claim_.reset();
    return std::move(file_);
  }

 private:
  std::string name_;
  std::filesystem::path path_;
  FileDescriptor file_;
  std::shared_ptr<void> claim_;  ///< of the name, while it is a draft
};

}  // namespace bootferry::images
