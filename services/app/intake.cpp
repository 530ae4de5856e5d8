// SPDX-License-Identifier: Apache-2.0
#include "app/intake.hpp"

#include "base/log.hpp"

namespace bootferry::app {

/// The folder's writer, and the job once it is whole.
class ApplianceIntake::Writer final : public boot::UploadWriter {
 public:
  Writer(ApplianceIntake& intake, std::string id, std::unique_ptr<boot::UploadWriter> file)
      : intake_(intake), id_(std::move(id)), file_(std::move(file)) {}
  /// It may be whole also when the connection was lost before anybody could say so.
  ~Writer() override { let_go(); }

  Result<void> append(ByteView bytes) override { return file_->append(bytes); }
  Result<ByteCount> finish() override {
    auto offset = file_->finish();
    let_go();
    return offset;
  }

 private:
  void let_go() {
    if (!file_) return;
    file_.reset();  // the upload is free, and may be read now
    intake_.begin_upload(id_);
  }
  ApplianceIntake& intake_;
  const std::string id_;
  std::unique_ptr<boot::UploadWriter> file_;
};

ApplianceIntake::ApplianceIntake(Parts parts, std::filesystem::path upload_folder)
    : parts_(parts), uploads_(std::move(upload_folder), parts.random, parts.clock) {}

void ApplianceIntake::start() {
  const auto whole = uploads_.whole();
  for (const auto& upload : whole) begin_upload(upload.id);
}

void ApplianceIntake::stop() {
  stopping_ = true;
  worker_.stop();
}

Result<boot::AddedImage> ApplianceIntake::run(std::uint64_t job, const boot::NewImage& image,
                                              const std::filesystem::path& source, bool may_wait) {
  const incoming::StepReport report = [this, job](std::string_view step, ByteCount done, ByteCount total) {
    return parts_.jobs.report(job, step, done, total);
  };
  auto added = stopping_ ? Result<boot::AddedImage>(fail(ErrorKind::unavailable, "the server stops"))
                         : parts_.administration.import_image(image, source, report, may_wait);
  parts_.jobs.end_adding(job, added);
  return added;
}

Result<boot::AddedImage> ApplianceIntake::import_image(const boot::NewImage& image,
                                                       const std::filesystem::path& source) {
  const auto job = parts_.jobs.add("add-image", image.name);
  if (!job) return std::unexpected(job.error());
  return run(job->id, image, source, false);
}

Result<boot::JobView> ApplianceIntake::start_import(const boot::NewImage& image, const std::filesystem::path& source) {
  if (auto good = parts_.administration.check_import(image); !good) return std::unexpected(good.error());
  auto job = parts_.jobs.add("add-image", image.name);
  if (!job) return job;
  worker_.post([this, id = job->id, image, source] { (void)run(id, image, source, true); });
  return job;
}

Result<boot::UploadView> ApplianceIntake::create_upload(const boot::NewUpload& upload) {
  if (auto good = parts_.administration.check_import(upload.image); !good) return std::unexpected(good.error());
  if (upload.length.value == 0) return fail(ErrorKind::invalid, "an image needs a length above 0");
  return uploads_.create(upload);
}

Result<std::unique_ptr<boot::UploadWriter>> ApplianceIntake::write_upload(std::string_view id, ByteCount offset) {
  {
    std::lock_guard lock(begun_mutex_);
    if (begun_.contains(id)) return fail(ErrorKind::conflict, "this upload is whole, and becomes an image now");
  }
  auto file = uploads_.write(id, offset);
  if (!file) return std::unexpected(file.error());
  return std::make_unique<Writer>(*this, std::string(id), std::move(*file));
}

Result<void> ApplianceIntake::remove_upload(std::string_view id) {
  std::lock_guard lock(begun_mutex_);
  // Its job ends first, and takes the files along.
  if (const auto job = begun_.find(id); job != begun_.end()) return parts_.jobs.cancel(job->second);
  return uploads_.remove(id);
}

void ApplianceIntake::begin_upload(const std::string& id) {
  auto upload = uploads_.find_whole(id);
  if (!upload) return;
  std::lock_guard lock(begun_mutex_);
  if (begun_.contains(id)) return;
  const auto job = parts_.jobs.add("add-image", upload->upload.image.name, id);
  if (!job) return log::warning("UPLOAD_WAITS", {{"id", id}, {"why", job.error().message}});
  begun_.emplace(id, job->id);
  worker_.post([this, job = job->id, whole = std::move(*upload)] {
    (void)run(job, whole.upload.image, whole.file, true);  // its job says what became of it
    {
      std::lock_guard alone(begun_mutex_);
      begun_.erase(whole.id);
      if (stopping_) return;
      (void)uploads_.remove(whole.id);
    }
    start();  // there is room for one that had to wait
  });
}

}  // namespace bootferry::app
