// SPDX-License-Identifier: Apache-2.0
// SANITIZE (SBC-3 5.22): OVERWRITE, BLOCK ERASE, CRYPTOGRAPHIC ERASE and EXIT FAILURE MODE.
#include <algorithm>

#include "iscsi/scsi/command_table.hpp"
#include "iscsi/scsi/disk.hpp"
#include "iscsi/scsi/sanitizer.hpp"
#include "iscsi/scsi/work.hpp"

namespace bootferry::iscsi::scsi {
namespace {

constexpr std::size_t head_length = 4;

/// It takes the mark off the disk below. The unit outlives it: who runs the work holds the unit.
class ExitWork final : public DiskWork {
 public:
  explicit ExitWork(Disk& disk) : disk_(disk) {}
  Result<void> run(images::BlockDevice&) override { return disk_.sanitizer().exit_failure_mode(); }

 private:
  Disk& disk_;
};

Step on_exited(Command& command, const Result<void>& result, ByteView) {
  if (result) return command.good();
  return command.refuse(result.error().kind == ErrorKind::denied ? invalid_field(1) : sanitize_failed());
}

Step on_sanitized(Command& command, const Result<void>& result, ByteView) {
  if (!result) return command.refuse(sanitize_failed());
  return command.good();
}

/// It marks the disk before the answer. The unit outlives it, as above.
class StartWork final : public DiskWork {
 public:
  StartWork(Disk& disk, SanitizePlan plan) : disk_(disk), plan_(std::move(plan)) {}
  Result<void> run(images::BlockDevice&) override {
    auto started = disk_.start_sanitizer(std::move(plan_));
    if (!started) return std::unexpected(started.error());
    through = std::move(*started);
    return {};
  }

  std::shared_ptr<Completion> through;

 private:
  Disk& disk_;
  SanitizePlan plan_;
};

Step on_started(Command& command, const Result<void>& result, ByteView) {
  if (!result && result.error().kind == ErrorKind::conflict)
    return command.refuse(sanitize_in_progress(command.disk().sanitizer().progress()));
  if (!result) return command.refuse(sanitize_failed());
  if (command.cdb().bit(1, 0x80)) return command.good();  // IMMED
  return command.wait_for(std::move(command.work_as<StartWork>().through), on_sanitized);
}

Step begin(Command& command, SanitizePlan plan) {
  plan.unrestricted_exit = command.cdb().bit(1, 0x20);
  return command.run(std::make_shared<StartWork>(command.disk(), std::move(plan)), on_started);
}

// SBC-3 5.22.3, table 83.
Step on_overwrite_list(Command& command, ByteView data) {
  if (data.size() < command.cdb().u16(7)) return command.refuse(parameter_list_length_error());
  SanitizePlan plan;
  plan.inverts = (data[0] & 0x80) != 0;
  if ((data[0] & 0x60) != 0) return command.refuse(invalid_parameter(0));  // TEST: nothing is only tried
  plan.passes = data[0] & 0x1f;
  if (plan.passes == 0) return command.refuse(invalid_parameter(0));
  const std::size_t length = static_cast<std::size_t>(data[2] << 8 | data[3]);
  if (length == 0 || length > command.disk().block_size() || length > data.size() - head_length)
    return command.refuse(invalid_parameter(2));
  plan.pattern = copy_of(data.subspan(head_length, length));
  return begin(command, std::move(plan));
}

}  // namespace

Step sanitize(Command& command) {
  const Cdb& cdb = command.cdb();
  const std::uint32_t length = cdb.u16(7);
  if (!command.disk().sanitizes(cdb.service_action())) return command.refuse(invalid_field(1));
  if (cdb.bit(1, 0x40)) return command.refuse(invalid_field(1));
  for (std::uint16_t at = 2; at < 7; ++at) {
    if (cdb.u8(at) != 0) return command.refuse(invalid_field(at));
  }
  if (cdb.service_action() == 0x01) {
    const bool holds_a_pattern = length > head_length && length <= head_length + command.disk().block_size();
    if (!holds_a_pattern) return command.refuse(invalid_field(7));
    return command.need_data(length, on_overwrite_list);
  }
  if (length != 0) return command.refuse(invalid_field(7));
  if (cdb.service_action() == 0x1f) return command.run(std::make_shared<ExitWork>(command.disk()), on_exited);
  SanitizePlan plan;
  plan.method = static_cast<SanitizePlan::Method>(cdb.service_action());
  return begin(command, std::move(plan));
}

}  // namespace bootferry::iscsi::scsi
