// SPDX-License-Identifier: Apache-2.0
// PERSISTENT RESERVE OUT (SPC-4 6.16). What it changes is stored before it is answered.
#include "iscsi/scsi/command_table.hpp"
#include "iscsi/scsi/disk.hpp"
#include "iscsi/scsi/transport_id.hpp"

namespace bootferry::iscsi::scsi {
namespace {

enum class Action : std::uint8_t {
  register_key = 0,
  reserve = 1,
  release = 2,
  clear = 3,
  preempt = 4,
  preempt_and_abort = 5,
  register_and_ignore = 6,
  register_and_move = 7,
};

constexpr std::size_t basic_length = 24;         // SPC-4 6.16.3
constexpr std::uint32_t longest_length = 16384;  // with TransportIDs

Action action_of(const Command& command) { return static_cast<Action>(command.cdb().service_action()); }
ReservationType type_of(const Command& command) { return static_cast<ReservationType>(command.cdb().u8(2) & 0x0f); }
bool is_type(std::uint8_t type) { return type == 1 || type == 3 || (type >= 5 && type <= 8); }

/// The unit outlives it: who runs the work holds the unit.
class SaveWork final : public DiskWork {
 public:
  SaveWork(Reservations& reservations, std::vector<std::uint64_t> nexuses)
      : aborted(std::move(nexuses)), reservations_(reservations) {}
  Result<void> run(images::BlockDevice&) override { return reservations_.save(); }

  std::vector<std::uint64_t> aborted;

 private:
  Reservations& reservations_;
};

Step good_and_abort(std::vector<std::uint64_t> nexuses) {
  Answer answer;
  answer.aborts = std::move(nexuses);
  return answer;
}

// What could not be stored is in force all the same, and the initiator is told that it may not last.
Step on_saved(Command& command, const Result<void>& result, ByteView) {
  if (!result) return command.refuse(sense_of(result.error(), Direction::write));
  return good_and_abort(std::move(command.work_as<SaveWork>().aborted));
}

Step answer(Command& command, ReserveResult result, std::vector<std::uint64_t> aborted = {}) {
  Reservations& reservations = command.disk().reservations();
  switch (result) {
    case ReserveResult::good:
      if (!reservations.kept()) return good_and_abort(std::move(aborted));
      return command.run(std::make_shared<SaveWork>(reservations, std::move(aborted)), on_saved);
    case ReserveResult::conflict:
      return command.status(Status::reservation_conflict);
    case ReserveResult::invalid_release:
      return command.refuse(invalid_release());
    case ReserveResult::invalid_ports:
      return command.refuse(invalid_parameter(20));
    case ReserveResult::exhausted:
      return command.refuse(make_sense(SenseKey::illegal_request, 0x5504));  // INSUFFICIENT REGISTRATION RESOURCES
    case ReserveResult::invalid_parameter:
      break;
  }
  return command.refuse(invalid_parameter(8));
}

Step on_move_parameters(Command& command, ByteView data) {  // SPC-4 6.16.4
  ByteReader in(data);
  MoveRequest request;
  request.key = in.u64();
  request.new_key = in.u64();
  in.skip(1);
  const std::uint8_t flags = in.u8();
  const std::uint16_t target_port = in.u16();
  const std::uint32_t length = in.u32();
  request.unregister = (flags & 0x02) != 0;
  request.through_power_loss = (flags & 0x01) != 0;
  if (length != in.remaining()) return command.refuse(parameter_list_length_error());
  if (request.new_key == 0) return command.refuse(invalid_parameter(8));
  if (request.through_power_loss && !command.disk().reservations().kept()) return command.refuse(invalid_parameter(17));
  if (target_port != 1) return command.refuse(invalid_parameter(18));
  auto ports = parse_transport_ids(data.subspan(basic_length));
  if (!ports || ports->size() != 1) return command.refuse(invalid_parameter(basic_length));
  request.to_port = std::move(ports->front());
  return answer(command, command.disk().reservations().register_and_move(command.nexus(), request));
}

/// SPEC_I_PT: the ports behind the fixed part; a refusal when they are not what they must be.
std::optional<Sense> take_ports(const Command& command, ByteView data, bool named, RegisterRequest& request) {
  if (!named) {
    if (data.size() != basic_length) return parameter_list_length_error();
    return std::nullopt;
  }
  if (action_of(command) != Action::register_key || request.key == 0) return invalid_parameter(20);
  if (data.size() < basic_length + 4) return parameter_list_length_error();
  ByteReader in(data.subspan(basic_length));
  if (in.u32() != in.remaining()) return parameter_list_length_error();
  auto ports = parse_transport_ids(data.subspan(basic_length + 4));
  if (!ports) return invalid_parameter(basic_length + 4);
  request.other_ports = std::move(*ports);
  return std::nullopt;
}

Step on_register_parameters(Command& command, ByteView data) {
  ByteReader in(data);
  const std::uint64_t key = in.u64();
  RegisterRequest request;
  request.key = in.u64();
  in.skip(4);
  const std::uint8_t flags = in.u8();
  if (action_of(command) == Action::register_key) request.expected = key;
  // ALL_TG_PT is true of every registration: this target has one port.
  request.through_power_loss = (flags & 0x01) != 0;
  if (request.through_power_loss && !command.disk().reservations().kept()) return command.refuse(invalid_parameter(20));
  if (auto wrong = take_ports(command, data, (flags & 0x08) != 0, request)) return command.refuse(*wrong);
  return answer(command, command.disk().reservations().register_key(command.nexus(), request));
}

Step on_parameters(Command& command, ByteView data) {
  if (data.size() != command.cdb().u32(5)) return command.refuse(parameter_list_length_error());
  const Action action = action_of(command);
  if (action == Action::register_and_move) return on_move_parameters(command, data);
  if (action == Action::register_key || action == Action::register_and_ignore)
    return on_register_parameters(command, data);
  if (data.size() != basic_length) return command.refuse(parameter_list_length_error());
  ByteReader in(data);
  const std::uint64_t key = in.u64();
  const std::uint64_t action_key = in.u64();
  if ((data[20] & 0x08) != 0) return command.refuse(invalid_parameter(20));  // SPEC_I_PT

  Reservations& reservations = command.disk().reservations();
  const ReservationType type = type_of(command);
  if (action == Action::reserve) return answer(command, reservations.reserve(command.nexus(), key, type));
  if (action == Action::release) return answer(command, reservations.release(command.nexus(), key, type));
  if (action == Action::clear) return answer(command, reservations.clear(command.nexus(), key));
  std::vector<std::uint64_t> victims;
  const ReserveResult result = reservations.preempt(command.nexus(), key, action_key, type, victims);
  if (action == Action::preempt) victims.clear();
  return answer(command, result, std::move(victims));
}

}  // namespace

Step persistent_reserve_out(Command& command) {
  const Cdb& cdb = command.cdb();
  const std::uint8_t action = cdb.service_action();
  const bool typed = action == 1 || action == 2 || action == 4 || action == 5;
  if (typed && (cdb.u8(2) >> 4 != 0 || !is_type(cdb.u8(2) & 0x0f))) return command.refuse(invalid_field(2));
  if (cdb.u32(5) < basic_length || cdb.u32(5) > longest_length) return command.refuse(parameter_list_length_error());
  return command.need_data(cdb.u32(5), on_parameters);
}

}  // namespace bootferry::iscsi::scsi
