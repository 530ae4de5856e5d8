// SPDX-License-Identifier: Apache-2.0
// One command on its way: the Task that every handler works on. A handler answers at once, or names the function that
// goes on when Data-Out or a disk job is there. Made by Disk::make_task; lives on its session's loop; the Disk outlives
// it.
#pragma once

#include "iscsi/scsi/cdb.hpp"
#include "iscsi/scsi/device_server.hpp"
#include "iscsi/scsi/sense.hpp"

namespace bootferry::iscsi::scsi {

class Disk;
class ExtendedCopy;
struct CommandRow;

class Command final : public Task {
 public:
  using OnData = Step (*)(Command&, ByteView);
  using OnJob = Step (*)(Command&, const Result<void>&, ByteView);

  Command(Disk& disk, std::uint64_t nexus, bool lun_exists, const std::array<std::uint8_t, 16>& cdb);
  ~Command() override;

  [[nodiscard]] Step start() override;
  [[nodiscard]] Step on_data_out(ByteView data) override;
  [[nodiscard]] Step on_job_done(const Result<void>& result, ByteView data) override;
  void expect_data_out(std::uint32_t length) override { expected_data_out_ = length; }

  [[nodiscard]] Disk& disk() const { return disk_; }
  [[nodiscard]] std::uint64_t nexus() const { return nexus_; }
  [[nodiscard]] const Cdb& cdb() const { return cdb_; }
  /// GatedDevice::seals() when it was let in.
  [[nodiscard]] std::uint64_t seals() const { return seals_; }
  [[nodiscard]] bool lun_exists() const { return lun_exists_; }
  [[nodiscard]] std::optional<std::uint32_t> expected_data_out() const { return expected_data_out_; }

  [[nodiscard]] Step good() const { return Answer{}; }
  /// Cut to the allocation length: shorter is no error (SPC-4 4.2.5.6).
  [[nodiscard]] Step good(Bytes data, std::size_t allocation_length) const;
  [[nodiscard]] Step refuse(Sense sense) const;
  [[nodiscard]] Step status(Status status) const;
  [[nodiscard]] Step need_data(std::uint32_t length, OnData then);
  [[nodiscard]] Step run(DiskJob job, OnJob then);
  /// Runs `work`, which `work_as` gives back to `then`.
  [[nodiscard]] Step run(std::shared_ptr<DiskWork> work, OnJob then);
  /// `then` gets how it ended.
  [[nodiscard]] Step wait_for(std::shared_ptr<Completion> until, OnJob then);
  template <class Work>
  [[nodiscard]] Work& work_as() const {
    return static_cast<Work&>(*work_);
  }
  void keep(std::unique_ptr<ExtendedCopy> copy);
  /// What was kept.
  [[nodiscard]] ExtendedCopy& extended_copy() const { return *copy_; }

 private:
  [[nodiscard]] Step start_on_absent_lun();
  [[nodiscard]] std::optional<Sense> check_sanitizer(const CommandRow& row) const;

  Disk& disk_;
  const std::uint64_t nexus_;
  const Cdb cdb_;
  const bool lun_exists_;
  std::uint64_t seals_ = 0;
  std::optional<std::uint32_t> expected_data_out_;
  OnData on_data_ = nullptr;
  OnJob on_job_ = nullptr;
  std::shared_ptr<DiskWork> work_;
  std::unique_ptr<ExtendedCopy> copy_;
};

/// GOOD, or what the error of a job says.
[[nodiscard]] Step finish_read(Command& command, const Result<void>& result, ByteView data);
[[nodiscard]] Step finish_write(Command& command, const Result<void>& result, ByteView data);

}  // namespace bootferry::iscsi::scsi
