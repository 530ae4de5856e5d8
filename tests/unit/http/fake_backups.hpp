// SPDX-License-Identifier: Apache-2.0
// Backups that are one text: "a backup".
#pragma once

#include <atomic>
#include <fstream>

#include "boot/backups.hpp"

namespace bootferry::http::test {

class FakeBackups final : public boot::Backups {
 public:
  static constexpr std::string_view content = "a backup";

  explicit FakeBackups(std::filesystem::path folder) : folder_(std::move(folder)) {}

  Result<std::filesystem::path> make() override {
    std::ofstream(folder_ / "draft") << content;
    return folder_ / "draft";
  }
  Result<std::unique_ptr<boot::IncomingBackup>> receive() override { return std::make_unique<Incoming>(*this); }
  void restart() override { ++restarts; }

  std::atomic<int> restarts{0};
  std::string kept;

 private:
  class Incoming final : public boot::IncomingBackup {
   public:
    explicit Incoming(FakeBackups& backups) : backups_(backups) {}
    Result<void> append(ByteView bytes) override {
      text_ += text_of(bytes);
      return text_.size() < 1'000'000 ? Result<void>() : fail(ErrorKind::exhausted, "The disk is full.");
    }
    Result<boot::BackupFacts> finish(bool keep) override {
      if (text_ != content) return fail(ErrorKind::invalid, "This is no backup.");
      if (keep) backups_.kept = text_;
      return boot::BackupFacts{{}, 3, 2, {"server-key"}, {"bootferry.toml"}};
    }

   private:
    FakeBackups& backups_;
    std::string text_;
  };

  std::filesystem::path folder_;
};

}  // namespace bootferry::http::test
