// SPDX-License-Identifier: Apache-2.0
// Disks for the checks: made by the tools that people use, or by our presets, then broken byte by byte.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "images/check/check_image.hpp"
#include "images/memory_device.hpp"
#include "images/presets/dos_layout.hpp"
#include "images/presets/finish_preset.hpp"
#include "images/raw_device.hpp"
#include "support/temporary_folder.hpp"

namespace bootferry::test {

/// A file with a disk in it, and the check of it.
class DiskFile {
 public:
  explicit DiskFile(ByteCount size) {
    std::ofstream(path()).close();
    std::filesystem::resize_file(path(), size.value);
  }

  [[nodiscard]] std::filesystem::path path() const { return folder_ / "disk.img"; }
  [[nodiscard]] std::filesystem::path folder() const { return folder_ / ""; }

  /// `command` runs in the disk's folder; the disk is disk.img.
  void run(const std::string& command) const {
    const std::string line = "cd '" + (folder_ / "").string() + "' && ( " + command + " ) > out.txt 2>&1";
    const int status = std::system(line.c_str());  // NOLINT(concurrency-mt-unsafe): tests have one thread
    std::ifstream out(folder_ / "out.txt");
    const std::string said{std::istreambuf_iterator<char>(out), {}};
    ASSERT_EQ(status, 0) << command << ":\n" << said;
  }
  [[nodiscard]] std::string output() const {
    std::ifstream out(folder_ / "out.txt");
    return {std::istreambuf_iterator<char>(out), {}};
  }
  void write(const std::string& name, std::string_view text) const { std::ofstream(folder_ / name) << text; }

  [[nodiscard]] std::shared_ptr<images::BlockDevice> open(std::uint32_t block_size = 512) const {
    auto device = images::make_raw_device(path(), images::OpenMode::read_write, images::Symlinks::follow, block_size);
    EXPECT_TRUE(device) << device.error().message;
    return device.value_or(nullptr);
  }
  [[nodiscard]] images::check::Report check(std::uint32_t block_size = 512) const {
    auto report = images::check::check_image(*open(block_size));
    EXPECT_TRUE(report) << report.error().message;
    return report.value_or(images::check::Report{});
  }
  [[nodiscard]] images::check::Repaired repair() const {
    auto repaired = images::check::repair_image(*open());
    EXPECT_TRUE(repaired) << repaired.error().message;
    return repaired.value_or(images::check::Repaired{});
  }
  void poke(std::uint64_t at, const Bytes& bytes) const {
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at));
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  [[nodiscard]] Bytes peek(std::uint64_t at, std::size_t count) const {
    Bytes bytes(count);
    std::ifstream file(path(), std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(count));
    return bytes;
  }

  /// As `image create --preset` does.
  void make(std::string_view preset_name) const {
    const auto preset = images::presets::require_preset(preset_name);
    ASSERT_TRUE(preset);
    const ByteCount size{std::filesystem::file_size(path())};
    std::string line;
    for (const std::string& word : images::presets::format_command(*preset, size, path())) line += "'" + word + "' ";
    run(line);
    const auto done = images::presets::finish_preset(*preset, *open());
    ASSERT_TRUE(done) << done.error().message;
  }

 private:
  TemporaryFolder folder_;
};

/// "error fat-geometry" of all that is not ok, in order.
inline std::vector<std::string> complaints(const images::check::Report& report) {
  static constexpr const char* names[] = {"ok", "note", "warning", "error"};
  std::vector<std::string> out;
  for (const auto& finding : report.findings) {
    if (finding.severity == images::check::Severity::ok) continue;
    out.push_back(std::string(names[static_cast<int>(finding.severity)]) + " " + finding.code);
  }
  return out;
}

inline const images::check::Finding* find_finding(const images::check::Report& report, std::string_view code) {
  const auto found = std::ranges::find(report.findings, code, &images::check::Finding::code);
  return found == report.findings.end() ? nullptr : &*found;
}

}  // namespace bootferry::test
