// SPDX-License-Identifier: Apache-2.0
// For tests of the SCSI device server: sends a CDB with its Data-Out as one nexus and plays the shell's part until the
// answer.
#pragma once

#include <future>
#include <initializer_list>

#include "images/memory_device.hpp"
#include "iscsi/scsi/completion.hpp"
#include "iscsi/scsi/device_server.hpp"

namespace bootferry::test {

class ScsiInitiator {
 public:
  struct Reply {
    std::vector<std::uint64_t> aborts;
    iscsi::scsi::Status status = iscsi::scsi::Status::good;
    std::optional<iscsi::scsi::Sense> sense;
    Bytes data;
    std::optional<std::uint32_t> asked_for;  ///< Data-Out bytes that the command wanted

    [[nodiscard]] bool good() const { return status == iscsi::scsi::Status::good; }
    /// ASC and ASCQ, 0xffff when there is no sense data.
    [[nodiscard]] int code() const { return sense ? sense->asc << 8 | sense->ascq : 0xffff; }
    [[nodiscard]] iscsi::scsi::SenseKey key() const { return sense ? sense->key : iscsi::scsi::SenseKey::no_sense; }
  };

  ScsiInitiator(iscsi::scsi::LogicalUnit& unit, std::uint64_t id, bool forget_power_on = true)
      : unit_(unit), nexus_{id, "iqn.2026-01.test:pc" + std::to_string(id) + ",i,0x000000000001"} {
    unit_.on_nexus_begin(nexus_);
    if (forget_power_on) (void)send({0x00});
  }
  ~ScsiInitiator() { log_out(); }
  ScsiInitiator(const ScsiInitiator&) = delete;
  ScsiInitiator& operator=(const ScsiInitiator&) = delete;

  Reply send(std::initializer_list<std::uint8_t> cdb, ByteView data_out = {}, std::uint64_t lun = 0) {
    std::array<std::uint8_t, 16> padded{};
    std::copy(cdb.begin(), cdb.end(), padded.begin());
    return send(padded, data_out, lun);
  }

  Reply send(const std::array<std::uint8_t, 16>& cdb, ByteView data_out = {}, std::uint64_t lun = 0) {
    auto task = unit_.make_task(nexus_, lun, cdb);
    task->expect_data_out(static_cast<std::uint32_t>(data_out.size()));
    Reply reply;
    Bytes buffer;
    iscsi::scsi::Step step = task->start();
    for (;;) {
      if (auto* answer = std::get_if<iscsi::scsi::Answer>(&step)) {
        reply.status = answer->status;
        reply.sense = answer->sense;
        reply.aborts = answer->aborts;
        reply.data = answer->data_in_is_job ? std::move(buffer) : std::move(answer->data_in);
        return reply;
      }
      if (auto* need = std::get_if<iscsi::scsi::NeedData>(&step)) {
        reply.asked_for = need->length;
        const ByteView sent = data_out.first(std::min<std::size_t>(need->length, data_out.size()));
        buffer.assign(sent.begin(), sent.end());
        step = task->on_data_out(buffer);
        continue;
      }
      if (auto* wait = std::get_if<iscsi::scsi::WaitFor>(&step)) {
        std::promise<Result<void>> through;
        wait->until->when_done([&](const Result<void>& result) { through.set_value(result); });
        step = task->on_job_done(through.get_future().get(), {});
        continue;
      }
      iscsi::scsi::DiskJob job = std::get<iscsi::scsi::DiskJob>(step);
      if (job.kind == iscsi::scsi::DiskJob::Kind::read) buffer.assign(job.length.value, 0xdd);
      const auto result = unit_.run_job(job, buffer);
      step = task->on_job_done(result, job.kind == iscsi::scsi::DiskJob::Kind::read ? ByteView(buffer) : ByteView{});
    }
  }

  void log_out() {
    if (!logged_in_) return;
    unit_.on_nexus_end(nexus_);
    logged_in_ = false;
  }
  [[nodiscard]] const iscsi::scsi::Nexus& nexus() const { return nexus_; }

 private:
  iscsi::scsi::LogicalUnit& unit_;
  iscsi::scsi::Nexus nexus_;
  bool logged_in_ = true;
};

}  // namespace bootferry::test
