// SPDX-License-Identifier: Apache-2.0
// FILE.part: a disk on its way here. It is as long as the disk from the start, its zeros are holes, and behind the last
// byte lies a note of what it is and how much of it is safe; so a lost connection, ^C or a power cut costs little. FILE
// itself is there when it is whole. Used by disk_receiver; blocks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "images/file_descriptor.hpp"

namespace bootferry::app {

class PartFile {
 public:
  /// What is there of `target` already, or a new one. conflict when the target is there, or another process is at it.
  [[nodiscard]] static Result<PartFile> open(const std::filesystem::path& target);

  /// Of the bytes that are here: begin()'s; empty: they can be of no use.
  [[nodiscard]] const std::string& etag() const { return etag_; }
  [[nodiscard]] ByteCount size() const { return {size_}; }
  [[nodiscard]] ByteCount arrived() const { return {arrived_}; }
  [[nodiscard]] bool is_whole() const { return size_ > 0 && arrived_ == size_; }
  [[nodiscard]] const std::filesystem::path& path() const { return part_; }

  /// Nothing has arrived of a disk of this size.
  [[nodiscard]] Result<void> begin(std::string etag, ByteCount size);
  /// The next bytes. invalid when they are more than the disk has.
  [[nodiscard]] Result<void> append(ByteView bytes);
  /// What has arrived is on the disk, and noted.
  [[nodiscard]] Result<void> keep();
  /// Whole: it gets its name, durably. conflict when somebody else has taken that.
  [[nodiscard]] Result<void> finish_raw();
  /// The same as a qcow2 file that is made of it; an error of `progress` ends it, and leaves the part as it is.
  using Progress = std::function<Result<void>(ByteCount done, ByteCount total)>;
  [[nodiscard]] Result<void> finish_qcow2(const Progress& progress);
  /// Nothing of it is left.
  void remove();

 private:
  PartFile(std::filesystem::path target, std::filesystem::path part, images::FileDescriptor fd);
  void read_note();

  std::filesystem::path target_, part_;
  images::FileDescriptor fd_;
  std::string etag_;
  std::uint64_t size_ = 0, arrived_ = 0, kept_ = 0;
};

}  // namespace bootferry::app
