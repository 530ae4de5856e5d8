// SPDX-License-Identifier: Apache-2.0
// EXTENDED COPY(LID1) (SPC-4 6.4), block to block between the units of a CopyScope, and RECEIVE COPY RESULTS (6.22 to
// 6.25) about it.
#include <algorithm>

#include "iscsi/scsi/command_table.hpp"
#include "iscsi/scsi/copy_work.hpp"
#include "iscsi/scsi/disk.hpp"
#include "iscsi/scsi/extended_copy.hpp"

namespace bootferry::iscsi::scsi {
namespace {

// What another unit would ask of the copy if it came as commands of this initiator's.
constexpr CommandNeeds reads{.medium = true, .conflict = Conflict::read};
constexpr CommandNeeds writes{.medium = true, .writable = true, .conflict = Conflict::write};

constexpr std::uint16_t third_party_failure = 0x0d01;
constexpr std::uint16_t not_reachable = 0x0d02;

Step on_piece(Command& command, const Result<void>& result, ByteView);

}  // namespace

ExtendedCopy::ExtendedCopy(Disk& disk, std::uint64_t nexus, std::uint64_t seals, CopyPlan plan)
    : own_(disk), nexus_(nexus), own_seals_(seals), plan_(std::move(plan)) {}

ExtendedCopy::~ExtendedCopy() {
  if (logged_ && status_.state == CopyStatus::State::running) end(make_sense(SenseKey::aborted_command, 0x0000));
}

bool ExtendedCopy::begin() {
  if (!plan_.has_list_id) return true;
  logged_ = own_.copies().begin(nexus_, plan_.list_id);
  return logged_;
}

std::optional<Sense> ExtendedCopy::resolve() {
  for (const CopyTarget& target : plan_.targets) units_.push_back(unit_of(target));
  for (const CopySegment& segment : plan_.segments) {
    if (auto wrong = check(segment)) return wrong;
  }
  return std::nullopt;
}

ExtendedCopy::Unit ExtendedCopy::unit_of(const CopyTarget& target) const {
  if (!target.naa) return {};
  if (*target.naa == own_.naa()) return {&own_, nullptr, nexus_, own_seals_};
  auto found = own_.services().copy_scope ? own_.services().copy_scope->find(*target.naa) : nullptr;
  auto* disk = dynamic_cast<Disk*>(found.get());
  if (disk == nullptr) return {};
  const auto nexus = disk->reservations().find_nexus(own_.reservations().port_of_nexus(nexus_));
  return {disk, std::move(found), nexus.value_or(0), disk->gated()->seals()};
}

std::optional<Sense> ExtendedCopy::check(const CopySegment& segment) const {
  if (segment.source >= units_.size() || segment.destination >= units_.size()) return copy_aborted(not_reachable);
  const Unit& from = units_[segment.source];
  const Unit& to = units_[segment.destination];
  if (from.disk == nullptr || to.disk == nullptr) return copy_aborted(not_reachable);
  const bool lengths_match = plan_.targets[segment.source].block_length == from.disk->block_size() &&
                             plan_.targets[segment.destination].block_length == to.disk->block_size();
  if (!lengths_match) return make_sense(SenseKey::illegal_request, 0x2600);
  const std::uint64_t length = bytes_of_segment(segment);
  if (length % from.disk->block_size() != 0 || length % to.disk->block_size() != 0)
    return copy_aborted(0x260a);  // UNEXPECTED INEXACT SEGMENT
  if (!from.disk->contains({segment.source_lba, length / from.disk->block_size()})) return copy_aborted(0x0000);
  if (!to.disk->contains({segment.destination_lba, length / to.disk->block_size()})) return copy_aborted(0x0000);
  return check_rights(segment);
}

bool ExtendedCopy::reachable(const Unit& unit) const {
  return unit.disk == &own_ || own_.services().copy_scope->find(unit.disk->naa()) == unit.keep;
}

// Asked again before each piece: while a copy runs the client may lose its other drive, a reservation or a write
// protection may come.
std::optional<Sense> ExtendedCopy::check_rights(const CopySegment& segment) const {
  const Unit& from = units_[segment.source];
  const Unit& to = units_[segment.destination];
  if (!reachable(from) || !reachable(to)) return copy_aborted(not_reachable);
  if (from.disk->reservations().conflicts(from.nexus, reads)) return copy_aborted(third_party_failure);
  if (to.disk->reservations().conflicts(to.nexus, writes)) return copy_aborted(third_party_failure);
  const auto idle = Sanitizer::State::idle;
  if (from.disk->sanitizer().state() != idle || to.disk->sanitizer().state() != idle)
    return copy_aborted(not_reachable);
  if (!from.disk->medium().loaded() || !to.disk->medium().loaded()) return copy_aborted(not_reachable);
  if (!to.disk->writable()) return write_protected();
  return std::nullopt;
}

std::uint64_t ExtendedCopy::bytes_of_segment(const CopySegment& segment) const {
  const Unit& counted = units_[segment.counts_destination ? segment.destination : segment.source];
  return counted.disk->bytes(segment.blocks).value;
}

std::shared_ptr<CopyWork> ExtendedCopy::work_of(const CopySegment& segment) const {
  const Unit& from = units_[segment.source];
  const Unit& to = units_[segment.destination];
  const CopyWork::Range range{
      from.disk->gated(), from.disk->bytes(segment.source_lba),    to.disk->gated(),
      to.seals,           to.disk->bytes(segment.destination_lba), ByteCount{bytes_of_segment(segment)}};
  return std::make_shared<CopyWork>(range, !to.disk->modes().write_cache());
}

std::expected<std::shared_ptr<CopyWork>, Sense> ExtendedCopy::next() {
  if (work_ && work_->finished()) {
    status_.bytes += bytes_of_segment(plan_.segments[status_.segments]);
    ++status_.segments;
    work_.reset();
  }
  while (status_.segments < plan_.segments.size() && plan_.segments[status_.segments].blocks == 0) ++status_.segments;
  if (status_.segments == plan_.segments.size()) {
    end(std::nullopt);
    return nullptr;
  }
  const CopySegment& segment = plan_.segments[status_.segments];
  if (auto wrong = check_rights(segment)) return std::unexpected(end(wrong));
  if (!work_) work_ = work_of(segment);
  tell();
  return work_;
}

Sense ExtendedCopy::on_failure(const Error& error) {
  // The unit that failed decides what is said; a full disk must be told as such (SPC-4 6.4.3: third-party failures).
  const Sense cause = sense_of(error, work_->failed_at_source() ? Direction::read : Direction::write);
  const bool space = error.kind == ErrorKind::exhausted;
  return end(space ? cause : copy_aborted(third_party_failure));
}

Sense ExtendedCopy::end(std::optional<Sense> sense) {
  status_.state = sense ? CopyStatus::State::failed : CopyStatus::State::good;
  status_.sense = sense;
  tell();
  return sense.value_or(no_sense());
}

void ExtendedCopy::tell() {
  if (logged_) own_.copies().set(nexus_, plan_.list_id, status_);
}

namespace {

Step go_on(Command& command) {
  auto work = command.extended_copy().next();
  if (!work) return command.refuse(work.error());
  if (!*work) return command.good();
  return command.run(*work, on_piece);
}

Step on_piece(Command& command, const Result<void>& result, ByteView) {
  if (!result) return command.refuse(command.extended_copy().on_failure(result.error()));
  return go_on(command);
}

Step on_copy_list(Command& command, ByteView data) {
  if (data.size() < command.cdb().u32(10)) return command.refuse(parameter_list_length_error());
  auto plan = decode_copy_plan(data);
  if (!plan) return command.refuse(plan.error());
  Disk& disk = command.disk();
  auto copy = std::make_unique<ExtendedCopy>(disk, command.nexus(), command.seals(), std::move(*plan));
  if (auto wrong = copy->resolve()) return command.refuse(*wrong);
  if (!copy->begin()) return command.refuse(make_sense(SenseKey::illegal_request, 0x0016));  // OPERATION IN PROGRESS
  command.keep(std::move(copy));
  return go_on(command);
}

// SPC-4 6.22, RECEIVE COPY STATUS(LID1): the transfer count in the smallest unit that it fits.
Bytes copy_status(const CopyStatus& status) {
  std::uint8_t unit = 0;
  std::uint64_t count = status.bytes;
  for (; count > 0xffffffffu; count /= 1024) ++unit;
  Bytes bytes;
  ByteWriter out(bytes);
  out.u32(8);
  out.u8(static_cast<std::uint8_t>(status.state));
  out.u16(status.segments);
  out.u8(unit);
  out.u32(static_cast<std::uint32_t>(count));
  return bytes;
}

// SPC-4 6.24.
Bytes operating_parameters() {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u32(42);
  out.u8(0x01);  // SNLID: LIST ID USAGE may say that there is none
  out.zeros(3);
  out.u16(copy_limits::targets);
  out.u16(copy_limits::segments);
  out.u32(copy_limits::list_length);
  out.u32(copy_limits::segment_bytes);
  out.zeros(4 + 4 + 4 + 2);  // neither inline nor held data, no streams
  out.u16(copy_limits::concurrent);
  out.u8(copy_limits::concurrent);
  out.u8(9);  // data segment granularity: 512 bytes
  out.zeros(2 + 3);
  out.u8(2);
  out.u8(copy_limits::block_to_block);
  out.u8(copy_limits::identification);
  return bytes;
}

// SPC-4 6.25, RECEIVE COPY FAILURE DETAILS(LID1).
Bytes failure_details(const Sense& sense) {
  const Bytes encoded = encode_sense(sense);
  Bytes bytes;
  ByteWriter out(bytes);
  out.u32(static_cast<std::uint32_t>(56 + encoded.size()));
  out.zeros(52);
  out.u8(static_cast<std::uint8_t>(Status::check_condition));
  out.u8(0);
  out.u16(static_cast<std::uint16_t>(encoded.size()));
  out.bytes(encoded);
  return bytes;
}

}  // namespace

Step extended_copy(Command& command) {
  const std::uint32_t length = command.cdb().u32(10);
  if (length == 0) return command.good();
  // Longer than any list that is taken: nothing of it needs to cross the wire.
  if (length < 16 || length > 16 + copy_limits::list_length + 4096)
    return command.refuse(parameter_list_length_error());
  return command.need_data(length, on_copy_list);
}

Step receive_copy_results(Command& command) {
  const Cdb& cdb = command.cdb();
  const std::uint32_t room = cdb.u32(10);
  if (cdb.service_action() == 0x03) return command.good(operating_parameters(), room);
  const auto status = command.disk().copies().find(command.nexus(), cdb.u8(2));
  if (!status) return command.refuse(invalid_field(2));
  if (cdb.service_action() == 0x00) return command.good(copy_status(*status), room);
  if (!status->sense) return command.refuse(invalid_field(2));
  return command.good(failure_details(*status->sense), room);
}

}  // namespace bootferry::iscsi::scsi
