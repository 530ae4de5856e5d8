// SPDX-License-Identifier: Apache-2.0
// The logical unit of a disk or CD: geometry, limits and the state that its commands share. Made by make_disk, used by
// command handlers on every session's loop; thread-safe: nothing here is locked on the way of a READ or WRITE unless a
// reservation is held.
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>

#include "iscsi/scsi/attentions.hpp"
#include "iscsi/scsi/cdb.hpp"
#include "iscsi/scsi/copy_log.hpp"
#include "iscsi/scsi/copy_scope.hpp"
#include "iscsi/scsi/device_server.hpp"
#include "iscsi/scsi/gated_device.hpp"
#include "iscsi/scsi/medium.hpp"
#include "iscsi/scsi/modes.hpp"
#include "iscsi/scsi/reservations.hpp"
#include "iscsi/scsi/sanitizer.hpp"

namespace bootferry::iscsi::scsi {

class CommandTable;

class Disk final : public LogicalUnit, public std::enable_shared_from_this<Disk> {
 public:
  Disk(std::shared_ptr<images::BlockDevice> device, Identity identity, DiskServices services);

  void on_nexus_begin(const Nexus& nexus) override;
  void on_nexus_end(const Nexus& nexus) override;
  void on_reset(const Nexus& by) override;
  void on_commands_cleared(const Nexus& of) override;
  void on_capacity_changed() override;
  void on_space_low() override;
  [[nodiscard]] Result<void> change_medium(const std::function<Result<void>()>& change) override;
  [[nodiscard]] std::unique_ptr<Task> make_task(const Nexus& nexus, std::uint64_t lun,
                                                const std::array<std::uint8_t, 16>& cdb) override;
  [[nodiscard]] Result<void> run_job(const DiskJob& job, MutableByteView buffer) override;
  [[nodiscard]] images::BlockDevice& device() override { return *device_; }
  [[nodiscard]] const Naa& naa() const override { return naa_; }

  [[nodiscard]] const Identity& identity() const { return identity_; }
  [[nodiscard]] bool is_cdrom() const { return identity_.type == DeviceType::cdrom; }
  [[nodiscard]] const CommandTable& commands() const { return commands_; }
  [[nodiscard]] const DiskServices& services() const { return services_; }
  [[nodiscard]] std::uint32_t block_size() const { return block_size_; }
  [[nodiscard]] std::uint64_t blocks() const { return device_->size().value / block_size_; }
  [[nodiscard]] bool thin() const { return capabilities_.trims && writable_medium(); }
  [[nodiscard]] const images::Capabilities& capabilities() const { return capabilities_; }
  /// The disk itself can be written; SWP comes on top.
  [[nodiscard]] bool writable_medium() const { return capabilities_.writable && !identity_.read_only; }
  [[nodiscard]] bool writable() const { return writable_medium() && !modes_.write_protect(); }

  /// Limits, in blocks; VPD B0h announces them.
  [[nodiscard]] std::uint32_t max_transfer() const { return (8u << 20) / block_size_; }
  [[nodiscard]] std::uint32_t max_verify() const {
    return (1u << 30) / block_size_;
  }  ///< VERIFY without data: VPD has no field for it
  [[nodiscard]] std::uint32_t max_unmap() const { return 1u << 20; }
  [[nodiscard]] std::uint32_t max_write_same() const { return 65528; }
  /// WSNZ 0: a WRITE SAME of 0 blocks goes to the end. Not on a thin disk: with UNMAP it would give all of it back.
  [[nodiscard]] bool writes_same_to_end() const { return !thin(); }
  [[nodiscard]] std::uint32_t max_compare_and_write() const { return 128; }
  [[nodiscard]] std::uint32_t max_atomic_write() const { return 256; }
  [[nodiscard]] std::uint32_t physical_blocks() const {
    return std::max(identity_.physical_block_size / block_size_, 1u);
  }

  /// Whether it has that service action of SANITIZE.
  [[nodiscard]] bool sanitizes(std::uint8_t service_action) const {
    // The mark is of the medium that was in when the disk was opened.
    return services_.background && writable_medium() && !changed_ && (service_action != 0x02 || thin());
  }
  [[nodiscard]] Sanitizer& sanitizer() { return sanitizer_; }
  /// Marked for good when it returns. A conflict: one runs already. Blocks.
  [[nodiscard]] Result<std::shared_ptr<Completion>> start_sanitizer(SanitizePlan plan);
  /// One that a crash or a stop left goes on. Once, when the disk is opened.
  void resume_sanitizer();

  /// Where initiators are warned before the quota is met (SBC-3 4.7.3.7): its LBAs are counted in sets of 64 KiB.
  struct Threshold {
    std::uint8_t exponent = 0;
    std::uint32_t sets = 0;
  };
  [[nodiscard]] std::optional<Threshold> threshold() const;

  /// What trimming gives back at least: a page of the file system below, whatever initiators are to align to.
  [[nodiscard]] std::uint32_t unmap_granularity() const { return std::max(4096 / block_size_, 1u); }

  [[nodiscard]] Attentions& attentions() { return attentions_; }
  [[nodiscard]] Medium& medium() { return medium_; }
  [[nodiscard]] Modes& modes() { return modes_; }
  [[nodiscard]] const Modes& modes() const { return modes_; }
  [[nodiscard]] Reservations& reservations() { return reservations_; }
  [[nodiscard]] CopyLog& copies() { return copies_; }
  /// For work that must be alone at the device (COMPARE AND WRITE, ORWRITE, WRITE ATOMIC).
  [[nodiscard]] const std::shared_ptr<GatedDevice>& gated() const { return device_; }

  /// A refusal when `range` is not wholly on the disk; zero blocks right behind the last one are (SBC-3 4.4).
  [[nodiscard]] bool contains(BlockRange range) const {
    const std::uint64_t count = blocks();
    return range.lba <= count && range.count <= count - range.lba;
  }
  [[nodiscard]] ByteCount bytes(std::uint64_t count) const { return {count * block_size_}; }

 private:
  const std::shared_ptr<GatedDevice> device_;
  const Identity identity_;
  const CommandTable& commands_;
  const DiskServices services_;
  const Naa naa_;
  const std::uint32_t block_size_;
  const images::Capabilities capabilities_;
  Attentions attentions_;
  Medium medium_;
  Modes modes_;
  Reservations reservations_;
  CopyLog copies_;
  std::atomic<bool> changed_{false};  ///< another medium is in than at first
  Sanitizer sanitizer_{device_, services_.sanitize_mark};
};

}  // namespace bootferry::iscsi::scsi
