// SPDX-License-Identifier: Apache-2.0
#include "iscsi/scsi/disk.hpp"

#include <bit>
#include <exception>

#include "base/log.hpp"
#include "iscsi/scsi/admitted_device.hpp"
#include "iscsi/scsi/command_table.hpp"

namespace bootferry::iscsi::scsi {
namespace {

// SAM-5 4.6: LUN 0 as a peripheral (00b, bus 0) or a flat address (01b), first level only.
bool is_lun_zero(std::uint64_t lun) { return lun == 0 || lun == 0x4000'0000'0000'0000; }

// FNV-1a, then mixed: names that differ in one letter must differ everywhere, and never change over versions of ours.
std::uint64_t hash_of(const Identity& identity) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (char letter : identity.target_name + '\n' + identity.serial) {
    hash = (hash ^ static_cast<std::uint8_t>(letter)) * 0x100000001b3;
  }
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
  return hash ^ (hash >> 33);
}

Naa naa_of(const Identity& identity) {
  const std::uint64_t number = hash_of(identity) >> 4 | 0x3000'0000'0000'0000;  // NAA 3h: locally assigned
  Naa naa;
  for (std::size_t i = 0; i < naa.size(); ++i) naa[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
  return naa;
}

Result<void> run_on(const DiskJob& job, images::BlockDevice& device, MutableByteView buffer) {
  switch (job.kind) {
    case DiskJob::Kind::read:
      // What the cache holds and the medium not yet must be written first (SBC-3 5.11, FUA).
      if (job.force_unit_access && device.capabilities().writable) {
        if (auto flushed = device.flush(); !flushed) return flushed;
      }
      return device.read(job.offset, buffer.first(job.length.value));
    case DiskJob::Kind::write: {
      auto written = device.write(job.offset, buffer.first(job.length.value));
      if (!written || !job.force_unit_access) return written;
      return device.flush();
    }
    case DiskJob::Kind::flush:
      return device.flush();
    case DiskJob::Kind::work:
      return job.work->run(device);
  }
  return fail(ErrorKind::unsupported, "unknown disk job");
}

}  // namespace

Disk::Disk(std::shared_ptr<images::BlockDevice> device, Identity identity, DiskServices services)
    : device_(std::make_shared<GatedDevice>(std::move(device))),
      identity_(std::move(identity)),
      commands_(identity_.type == DeviceType::cdrom ? cdrom_commands() : disk_commands()),
      services_(std::move(services)),
      naa_(naa_of(identity_)),
      block_size_(device_->block_size()),
      capabilities_(device_->capabilities()),
      reservations_(attentions_, services_.reservations) {}

void Disk::on_nexus_begin(const Nexus& nexus) {
  attentions_.on_nexus_begin(nexus.id);
  reservations_.on_nexus_begin(nexus);
  // A machine that starts anew finds the tray closed: what was in it before it ejected may be what it boots from.
  if (is_cdrom()) (void)medium_.load();
}

void Disk::on_nexus_end(const Nexus& nexus) {
  attentions_.on_nexus_end(nexus.id);
  reservations_.on_nexus_end(nexus.id);
  copies_.on_nexus_end(nexus.id);
  medium_.allow(nexus.id);
}

void Disk::on_reset(const Nexus&) {
  modes_.reset();
  medium_.allow_all();
  reservations_.on_reset();
  copies_.on_reset();
  attentions_.reset_all(attention::device_reset);
}

void Disk::on_commands_cleared(const Nexus& of) { attentions_.raise(of.id, attention::commands_cleared); }

void Disk::on_capacity_changed() { attentions_.raise_for_all(attention::capacity_changed); }

void Disk::on_space_low() {
  if (threshold()) attentions_.raise_for_all(attention::soft_threshold);
}

Result<void> Disk::change_medium(const std::function<Result<void>()>& change) {
  if (!identity_.removable) return fail(ErrorKind::unsupported, "Its medium cannot be taken out.");
  if (medium_.prevented())
    return fail(ErrorKind::conflict, "The machine keeps the medium in: unmount or eject it there first.");
  if (sanitizer_.state() == Sanitizer::State::running)
    return fail(ErrorKind::conflict, "The medium is being wiped (SANITIZE): wait for its end.");
  {
    const AccessGate::Alone alone(device_->gate());
    if (auto flushed = device_->below().flush(); !flushed) return flushed;
    if (auto changed = change(); !changed) return changed;
    device_->turn_away();
    changed_ = true;
  }
  (void)medium_.load();
  attentions_.raise_for_all(attention::medium_may_have_changed);
  return {};
}

std::optional<Disk::Threshold> Disk::threshold() const {
  constexpr std::uint64_t set_size = 64u << 10;
  const std::uint64_t sets = services_.quota.value / 10 * 9 / set_size;
  if (sets == 0 || sets > 0xffffffffu || !thin()) return std::nullopt;
  return Threshold{static_cast<std::uint8_t>(std::countr_zero(set_size / block_size_)),
                   static_cast<std::uint32_t>(sets)};
}

// The job keeps the disk: a SANITIZE goes on when the last session ends, and is found by the next one.
Result<std::shared_ptr<Completion>> Disk::start_sanitizer(SanitizePlan plan) {
  auto completion = sanitizer_.try_begin(std::move(plan));
  if (!completion) return fail(ErrorKind::conflict, "A SANITIZE runs already.");
  auto started = sanitizer_.store_mark();
  try {
    if (started)
      services_.background([self = shared_from_this()](std::stop_token stop) { self->sanitizer_.run(stop); });
  } catch (const std::exception& error) {  // no thread to be had: it must not seem to run for ever
    started = fail(ErrorKind::exhausted, error.what());
  }
  if (started) return completion;
  sanitizer_.give_up(started.error());
  return std::unexpected(started.error());
}

void Disk::resume_sanitizer() {
  auto plan = sanitizer_.find_unfinished(services_.background && writable_medium());
  if (!plan) return;
  const auto resumed = start_sanitizer(std::move(*plan));  // initiators are told of a failure until one clears it
  if (!resumed)
    log::error("SANITIZE_NOT_RESUMED", {{"target", identity_.target_name}, {"why", resumed.error().message}});
}

std::unique_ptr<Task> Disk::make_task(const Nexus& nexus, std::uint64_t lun, const std::array<std::uint8_t, 16>& cdb) {
  return std::make_unique<Command>(*this, nexus.id, is_lun_zero(lun), cdb);
}

std::shared_ptr<LogicalUnit> make_disk(std::shared_ptr<images::BlockDevice> device, Identity identity,
                                       DiskServices services) {
  auto disk = std::make_shared<Disk>(std::move(device), std::move(identity), std::move(services));
  disk->resume_sanitizer();
  return disk;
}

Result<void> Disk::run_job(const DiskJob& job, MutableByteView buffer) {
  AdmittedDevice admitted(*device_, job.seals);
  return run_on(job, admitted, buffer);
}

Result<images::TryRead> try_run_job(const DiskJob& job, images::BlockDevice& device, MutableByteView buffer) {
  if (job.kind != DiskJob::Kind::read || job.force_unit_access) return images::TryRead::would_block;
  return device.try_read(job.offset, buffer.first(job.length.value));
}

}  // namespace bootferry::iscsi::scsi
