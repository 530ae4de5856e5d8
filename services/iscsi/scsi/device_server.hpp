// SPDX-License-Identifier: Apache-2.0
// The SCSI device server of one logical unit (SAM-5, SPC-4, SBC-3): a command comes in as a CDB and leaves as an
// Answer, asking on its way for Data-Out bytes or for a job on the disk. Knows nothing of iSCSI, does no I/O itself.
// Called by the target's shell on a session's loop; one LogicalUnit is shared by all sessions of its target and is
// thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "images/block_device.hpp"

namespace bootferry::iscsi::scsi {

enum class Status : std::uint8_t {  // SAM-5 5.3.1
  good = 0x00,
  check_condition = 0x02,
  busy = 0x08,
  reservation_conflict = 0x18,
  task_set_full = 0x28,
  aca_active = 0x30,
  task_aborted = 0x40,
};

enum class SenseKey : std::uint8_t {  // SPC-4 4.5.6
  no_sense = 0,
  recovered_error = 1,
  not_ready = 2,
  medium_error = 3,
  hardware_error = 4,
  illegal_request = 5,
  unit_attention = 6,
  data_protect = 7,
  copy_aborted = 0xa,
  aborted_command = 0xb,
  miscompare = 0xe,
};

/// Sense data as a value; encoded in fixed format (SPC-4 4.5.3) unless the control page asks for descriptors.
struct Sense {
  SenseKey key = SenseKey::no_sense;
  std::uint8_t asc = 0;
  std::uint8_t ascq = 0;
  std::optional<std::uint64_t> information;
  std::optional<std::uint16_t> field;     ///< byte of the CDB that is wrong (sense-key specific)
  bool field_in_data = false;             ///< `field` counts in the parameter list, not in the CDB
  std::optional<std::uint16_t> progress;  ///< of 65536, of what is in the way (sense-key specific)
  bool descriptor_format = false;         ///< the control mode page's D_SENSE was set
};
[[nodiscard]] Bytes encode_sense(const Sense& sense);

/// A command's end. `data_in` is already cut to the allocation length; when `data_in_is_job`, the bytes are those that
/// the read job brought into the caller's buffer.
struct Answer {
  Status status = Status::good;
  std::optional<Sense> sense;
  Bytes data_in;
  bool data_in_is_job = false;
  /// Nexuses whose commands must have ended before this leaves (PREEMPT AND ABORT, SPC-4 5.13.11.2.6).
  std::vector<std::uint64_t> aborts;
};

/// The command takes this many Data-Out bytes from the initiator before it goes on (on_data_out).
struct NeedData {
  std::uint32_t length = 0;
};

/// Work of several device calls (WRITE SAME, VERIFY, UNMAP...): run on a disk worker, owns all that it touches.
class DiskWork {
 public:
  virtual ~DiskWork() = default;
  [[nodiscard]] virtual Result<void> run(images::BlockDevice& device) = 0;
};

/// Work for the disk; the caller runs it (run_job, or try_run_job first) and reports with on_job_done.
struct DiskJob {
  enum class Kind { read, write, flush, work };
  Kind kind = Kind::read;
  ByteCount offset;                ///< on the device
  ByteCount length;                ///< read: bytes into the caller's buffer; write: bytes of the Data-Out buffer
  bool force_unit_access = false;  ///< FUA: durable before the answer
  std::uint64_t seals = 0;         ///< GatedDevice::seals() when the command was let in
  std::shared_ptr<DiskWork> work;  ///< Kind::work: what to run; it needs no buffer
};

class Completion;

/// The command goes on when something that runs by itself is through: the caller asks `until` to tell it, and reports
/// that with on_job_done.
struct WaitFor {
  std::shared_ptr<Completion> until;
};

using Step = std::variant<Answer, NeedData, DiskJob, WaitFor>;

/// Who sends a command: an I_T nexus (SAM-5 4.7); its pending unit attentions and reservations hang on it.
struct Nexus {
  std::uint64_t id = 0;        ///< unique while the server runs
  std::string initiator_port;  ///< "iqn...,i,0x00023d000001" (SPC-4 7.6.4.5.5)
};

class LogicalUnit;
class ReservationStore;

/// One command from its CDB to its Answer. Steps are asked for in turn: start, then on_data_out or on_job_done as the
/// Step says.
class Task {
 public:
  virtual ~Task() = default;
  /// Told before start(): how many Data-Out bytes the initiator means to send (0: none). Some commands refuse a wrong
  /// number.
  virtual void expect_data_out(std::uint32_t) {}
  [[nodiscard]] virtual Step start() = 0;
  /// All bytes that NeedData asked for, or fewer when the initiator's expected length was shorter (the Task then
  /// answers so).
  [[nodiscard]] virtual Step on_data_out(ByteView data) = 0;
  /// `data`: for a read job the bytes that were read, else empty.
  [[nodiscard]] virtual Step on_job_done(const Result<void>& result, ByteView data) = 0;
};

enum class DeviceType : std::uint8_t {  // SPC-4 6.6.2, peripheral device type
  disk = 0x00,
  cdrom = 0x05,  ///< CD or DVD (MMC-6); its device has blocks of 2048 bytes
};

/// What makes a unit itself: stable over restarts (VPD 80h and 83h).
struct Identity {
  std::string target_name;  ///< IQN
  std::string serial;       ///< VPD 80h; printable ASCII
  bool read_only = false;
  bool removable = false;
  DeviceType type = DeviceType::disk;
  /// What initiators align to, and what UNMAP frees whole: the page size of the file systems below (READ CAPACITY(16),
  /// VPD B0h).
  std::uint32_t physical_block_size = 4096;
};

/// NAA designator of VPD page 83h: names a unit in other units' EXTENDED COPY.
using Naa = std::array<std::uint8_t, 8>;

class LogicalUnit {
 public:
  virtual ~LogicalUnit() = default;
  /// A nexus begins: it gets POWER ON OCCURRED (29h/00h) as its first unit attention.
  virtual void on_nexus_begin(const Nexus& nexus) = 0;
  virtual void on_nexus_end(const Nexus& nexus) = 0;
  /// LOGICAL UNIT RESET (SAM-5 7.7): a unit attention for every nexus, the resetting one too.
  virtual void on_reset(const Nexus& by) = 0;
  /// Another nexus' CLEAR TASK SET took the commands of `of` (SAM-5 7.5): COMMANDS CLEARED BY ANOTHER INITIATOR.
  virtual void on_commands_cleared(const Nexus& of) { (void)of; }
  /// The size of the device changed (it was grown): CAPACITY DATA HAS CHANGED for every nexus.
  virtual void on_capacity_changed() = 0;
  /// The disk's changes take nearly all of DiskServices::quota: THIN PROVISIONING SOFT THRESHOLD REACHED for every
  /// nexus.
  virtual void on_space_low() {}
  /// Runs `change`, which puts another medium into a removable disk, while no command is at work; what was written
  /// before is durable by then. Then NOT READY TO READY CHANGE, MEDIUM MAY HAVE CHANGED for every nexus. conflict
  /// while an initiator forbids it (PREVENT ALLOW MEDIUM REMOVAL), or a SANITIZE runs. Blocks.
  [[nodiscard]] virtual Result<void> change_medium(const std::function<Result<void>()>& change) {
    (void)change;
    return fail(ErrorKind::unsupported, "Its medium cannot be changed.");
  }
  /// `lun` is the 8-byte field as on the wire; a LUN that is not 0 is answered as SAM-5 4.7.4 says (INQUIRY qualifier
  /// 3, REPORT LUNS, else 25h/00h).
  [[nodiscard]] virtual std::unique_ptr<Task> make_task(const Nexus& nexus, std::uint64_t lun,
                                                        const std::array<std::uint8_t, 16>& cdb) = 0;
  /// Runs a job that one of its tasks asked for; blocks. `buffer`: a read job fills it, a write job takes from it
  /// (job.length bytes); else unused. Errors: the device's, and unavailable when a SANITIZE has begun since.
  [[nodiscard]] virtual Result<void> run_job(const DiskJob& job, MutableByteView buffer) = 0;
  [[nodiscard]] virtual images::BlockDevice& device() = 0;
  [[nodiscard]] virtual const Naa& naa() const = 0;
};

class CopyScope;
class SanitizeMark;

/// What a disk asks of the world around it; each may be missing.
struct DiskServices {
  std::shared_ptr<CopyScope> copy_scope;           ///< missing: EXTENDED COPY reaches this disk alone
  std::shared_ptr<ReservationStore> reservations;  ///< missing: none outlives the unit
  std::shared_ptr<SanitizeMark> sanitize_mark;
  /// Runs a job on a thread of its own, until it ends or is told to stop. Missing: no SANITIZE.
  std::function<void(std::move_only_function<void(std::stop_token)>)> background;
  ByteCount quota;  ///< what its changes may take; 0: no limit, and no threshold before it
};

/// Blocks while reservations are read.
[[nodiscard]] std::shared_ptr<LogicalUnit> make_disk(std::shared_ptr<images::BlockDevice> device, Identity identity,
                                                     DiskServices services = {});

/// A read that memory can answer at once; everything else says would_block.
[[nodiscard]] Result<images::TryRead> try_run_job(const DiskJob& job, images::BlockDevice& device,
                                                  MutableByteView buffer);

}  // namespace bootferry::iscsi::scsi
