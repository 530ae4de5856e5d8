// SPDX-License-Identifier: Apache-2.0
// Where uploads and imports go: one upload, kept in memory, and one job.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "boot/administration.hpp"
#include "boot/intake.hpp"

namespace bootferry::http::test {

/// One upload, kept in memory.
class FakeIntake final : public boot::Intake {
 public:
  class Writer final : public boot::UploadWriter {
   public:
    explicit Writer(std::string& into) : into_(into) {}
    Result<void> append(ByteView bytes) override {
      if (bytes.size() > 2'000'000) return fail(ErrorKind::invalid, "too large a piece");
      if (into_.size() + bytes.size() > 3'000'000) return fail(ErrorKind::exhausted, "the disk is full");
      into_ += text_of(bytes);
      return {};
    }
    Result<ByteCount> finish() override { return ByteCount{into_.size()}; }

   private:
    std::string& into_;
  };
  explicit FakeIntake(boot::Administration& administration) : administration_(administration) {}
  Result<boot::AddedImage> import_image(const boot::NewImage& image, const std::filesystem::path& source) override {
    return administration_.import_image(image, source);
  }
  Result<boot::JobView> start_import(const boot::NewImage& image, const std::filesystem::path&) override {
    job.image = image.name;
    return job;
  }
  std::vector<boot::JobView> jobs() override { return {job}; }
  Result<void> cancel_job(std::uint64_t id) override {
    if (id != job.id) return fail(ErrorKind::not_found, "no such job");
    return {};
  }
  Result<boot::UploadView> create_upload(const boot::NewUpload& wanted) override {
    upload = wanted;
    return view();
  }
  std::vector<boot::UploadView> uploads() override { return {view()}; }
  Result<boot::UploadView> require_upload(std::string_view id) override {
    if (id != "u1") return fail(ErrorKind::not_found, "no such upload");
    return view();
  }
  Result<std::unique_ptr<boot::UploadWriter>> write_upload(std::string_view, ByteCount offset) override {
    if (offset.value != bytes.size()) return fail(ErrorKind::conflict, "not there");
    return std::make_unique<Writer>(bytes);
  }
  Result<void> remove_upload(std::string_view) override { return {}; }
  [[nodiscard]] boot::UploadView view() const { return {"u1", upload, {bytes.size()}, {}}; }

  boot::NewUpload upload;
  boot::JobView job{.id = 5, .kind = "add-image"};
  std::string bytes;

 private:
  boot::Administration& administration_;
};

}  // namespace bootferry::http::test
