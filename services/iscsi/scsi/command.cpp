// SPDX-License-Identifier: Apache-2.0
#include "iscsi/scsi/command.hpp"

#include "iscsi/scsi/command_table.hpp"
#include "iscsi/scsi/disk.hpp"
#include "iscsi/scsi/extended_copy.hpp"

namespace bootferry::iscsi::scsi {

Command::Command(Disk& disk, std::uint64_t nexus, bool lun_exists, const std::array<std::uint8_t, 16>& cdb)
    : disk_(disk), nexus_(nexus), cdb_(cdb), lun_exists_(lun_exists) {}

Command::~Command() = default;

void Command::keep(std::unique_ptr<ExtendedCopy> copy) { copy_ = std::move(copy); }

// The order of the checks is SAM-5 5.3.3's: LUN, opcode, unit attention, reservation, then what the command itself
// needs.
Step Command::start() {
  const CommandTable& commands = disk_.commands();
  const CommandRow* row = commands.find(cdb_.opcode(), cdb_.service_action());
  if (row == nullptr) {
    if (!lun_exists_) return refuse(lun_not_supported());
    return refuse(commands.knows(cdb_.opcode()) ? invalid_field(1) : invalid_opcode());
  }
  if (!lun_exists_) return start_on_absent_lun();
  seals_ = disk_.gated()->seals();  // before the sanitizer is asked: what begins in between is seen by one of both
  const CommandNeeds& needs = row->needs;
  if (!needs.keeps_attention) {
    if (auto pending = disk_.attentions().take(nexus_)) return refuse(*pending);
  }
  if ((cdb_.control() & 0x04) != 0)
    return refuse(invalid_field(static_cast<std::uint16_t>(cdb_.length() - 1)));  // NACA
  if (disk_.reservations().conflicts(nexus_, needs)) return status(Status::reservation_conflict);
  if (disk_.sanitizer().state() != Sanitizer::State::idle) {
    if (auto wrong = check_sanitizer(*row)) return refuse(*wrong);
  }
  if (needs.medium && !disk_.medium().loaded()) return refuse(medium_not_present());
  if (needs.writable && !disk_.writable()) return refuse(write_protected());
  return row->handler(*this);
}

// SBC-3 4.11.2: while it runs only those answer that report no attention either; when it failed, SANITIZE too.
std::optional<Sense> Command::check_sanitizer(const CommandRow& row) const {
  if (row.needs.keeps_attention) return std::nullopt;
  if (disk_.sanitizer().state() == Sanitizer::State::running) return sanitize_in_progress(disk_.sanitizer().progress());
  const bool touches_blocks = row.needs.medium && !row.needs.passes_reserve6;  // READ CAPACITY does not
  if (row.handler == sanitize || !touches_blocks) return std::nullopt;
  return sanitize_failed();
}

// SPC-4 6.6.1, SAM-5 4.6.4: these three answer on any LUN, everything else is refused.
Step Command::start_on_absent_lun() {
  switch (cdb_.opcode()) {
    case 0x03:
      return request_sense(*this);
    case 0x12:
      return inquiry(*this);
    case 0xa0:
      return report_luns(*this);
    default:
      return refuse(lun_not_supported());
  }
}

Step Command::on_data_out(ByteView data) { return on_data_(*this, data); }

Step Command::on_job_done(const Result<void>& result, ByteView data) { return on_job_(*this, result, data); }

Step Command::good(Bytes data, std::size_t allocation_length) const {
  if (data.size() > allocation_length) data.resize(allocation_length);
  Answer answer;
  answer.data_in = std::move(data);
  return answer;
}

Step Command::refuse(Sense sense) const {
  sense.descriptor_format = disk_.modes().descriptor_sense();
  Answer answer;
  answer.status = Status::check_condition;
  answer.sense = sense;
  return answer;
}

Step Command::status(Status status) const {
  Answer answer;
  answer.status = status;
  return answer;
}

Step Command::need_data(std::uint32_t length, OnData then) {
  on_data_ = then;
  return NeedData{length};
}

Step Command::run(DiskJob job, OnJob then) {
  on_job_ = then;
  job.seals = seals_;
  return job;
}

Step Command::run(std::shared_ptr<DiskWork> work, OnJob then) {
  work_ = std::move(work);
  on_job_ = then;
  DiskJob job;
  job.kind = DiskJob::Kind::work;
  job.work = work_;
  job.seals = seals_;
  return job;
}

Step Command::wait_for(std::shared_ptr<Completion> until, OnJob then) {
  on_job_ = then;
  return WaitFor{std::move(until)};
}

Step finish_read(Command& command, const Result<void>& result, ByteView) {
  if (!result) return command.refuse(sense_of(result.error(), Direction::read));
  return command.good();
}

Step finish_write(Command& command, const Result<void>& result, ByteView) {
  if (!result) return command.refuse(sense_of(result.error(), Direction::write));
  return command.good();
}

}  // namespace bootferry::iscsi::scsi
