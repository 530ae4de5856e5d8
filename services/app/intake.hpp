// SPDX-License-Identifier: Apache-2.0
// The one implementation of boot::Intake: images that come in, as jobs on a worker of their own, and uploads that
// become such jobs when they are whole. Owned by Appliance; thread-safe; import_image blocks to the end.
#pragma once

#include "app/administration.hpp"
#include "app/job_list.hpp"
#include "app/upload_folder.hpp"
#include "base/worker_pool.hpp"

namespace bootferry::app {

class ApplianceIntake final : public boot::Intake {
 public:
  struct Parts {
    ApplianceAdministration& administration;
    Random& random;
    const Clock& clock;
    JobList& jobs;  ///< those of others too: people see and cancel all of them here
  };
  ApplianceIntake(Parts parts, std::filesystem::path upload_folder);
  ~ApplianceIntake() override { stop(); }

  /// Begins with the uploads that were whole when the server ended.
  void start();
  /// After ImageLibrary::stop_imports: waits for the job that runs; uploads stay for the next start.
  void stop();

  [[nodiscard]] Result<boot::AddedImage> import_image(const boot::NewImage& image,
                                                      const std::filesystem::path& source) override;
  [[nodiscard]] Result<boot::JobView> start_import(const boot::NewImage& image,
                                                   const std::filesystem::path& source) override;
  [[nodiscard]] std::vector<boot::JobView> jobs() override { return parts_.jobs.all(); }
  [[nodiscard]] Result<void> cancel_job(std::uint64_t id) override { return parts_.jobs.cancel(id); }
  [[nodiscard]] Result<boot::UploadView> create_upload(const boot::NewUpload& upload) override;
  [[nodiscard]] std::vector<boot::UploadView> uploads() override { return uploads_.all(); }
  [[nodiscard]] Result<boot::UploadView> require_upload(std::string_view id) override { return uploads_.require(id); }
  [[nodiscard]] Result<std::unique_ptr<boot::UploadWriter>> write_upload(std::string_view id,
                                                                         ByteCount offset) override;
  [[nodiscard]] Result<void> remove_upload(std::string_view id) override;

 private:
  class Writer;
  /// The upload's job, unless it has one.
  void begin_upload(const std::string& id);
  [[nodiscard]] Result<boot::AddedImage> run(std::uint64_t job, const boot::NewImage& image,
                                             const std::filesystem::path& source, bool may_wait);

  Parts parts_;
  UploadFolder uploads_;
  std::mutex begun_mutex_;
  std::map<std::string, std::uint64_t, std::less<>> begun_;  ///< uploads whose jobs wait or run
  std::atomic<bool> stopping_{false};
  WorkerPool worker_{"intake", 1};
};

}  // namespace bootferry::app
