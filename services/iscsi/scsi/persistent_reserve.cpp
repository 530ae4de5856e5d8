// SPDX-License-Identifier: Apache-2.0
// PERSISTENT RESERVE IN and OUT (SPC-4 6.15, 6.16).
#include "iscsi/scsi/command_table.hpp"
#include "iscsi/scsi/disk.hpp"

namespace bootferry::iscsi::scsi {
namespace {

Bytes with_header(std::uint32_t generation, const Bytes& body) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u32(generation);
  out.u32(static_cast<std::uint32_t>(body.size()));
  out.bytes(body);
  return bytes;
}

Bytes read_keys(const Reservations::Snapshot& now) {
  Bytes body;
  ByteWriter out(body);
  for (const auto& registration : now.registrations) out.u64(registration.key);
  return with_header(now.generation, body);
}

Bytes read_reservation(const Reservations::Snapshot& now) {
  Bytes body;
  ByteWriter out(body);
  if (now.type) {
    out.u64(now.holder_key);
    out.zeros(5);
    out.u8(static_cast<std::uint8_t>(*now.type));  // scope 0: the logical unit
    out.zeros(2);
  }
  return with_header(now.generation, body);
}

Bytes report_capabilities() {
  return {0, 8, 0x04, 0x80, 0xea, 0x01, 0, 0};  // ATP_C; TMV; all six types
}

// SPC-4 7.6.4.5: TransportID of an iSCSI initiator port, format 01b.
void put_transport_id(ByteWriter& out, const std::string& port) {
  const std::size_t name = (port.size() + 1 + 3) / 4 * 4;
  const std::size_t padded = name < 20 ? 20 : name;
  out.u8(0x45);
  out.u8(0);
  out.u16(static_cast<std::uint16_t>(padded));
  out.text(port);
  out.zeros(padded - port.size());
}

Bytes read_full_status(const Reservations::Snapshot& now) {
  Bytes body;
  ByteWriter out(body);
  for (const auto& registration : now.registrations) {
    Bytes id;
    ByteWriter id_out(id);
    put_transport_id(id_out, registration.port);
    out.u64(registration.key);
    out.zeros(4);
    out.u8(registration.holder ? 0x01 : 0x00);
    out.u8(registration.holder ? static_cast<std::uint8_t>(*now.type) : 0);
    out.zeros(4);
    out.u16(1);  // relative target port
    out.u32(static_cast<std::uint32_t>(id.size()));
    out.bytes(id);
  }
  return with_header(now.generation, body);
}

bool is_type(std::uint8_t type) { return type == 1 || type == 3 || (type >= 5 && type <= 8); }

Step answer(Command& command, ReserveResult result) {
  switch (result) {
    case ReserveResult::good:
      return command.good();
    case ReserveResult::conflict:
      return command.status(Status::reservation_conflict);
    case ReserveResult::invalid_release:
      return command.refuse(invalid_release());
    case ReserveResult::invalid_parameter:
      break;
  }
  return command.refuse(invalid_parameter(8));
}

constexpr std::uint32_t parameter_length = 24;  // SPC-4 6.16.3, without additional data

Step on_parameters(Command& command, ByteView data) {
  if (data.size() != parameter_length) return command.refuse(parameter_list_length_error());
  ByteReader in(data);
  const std::uint64_t key = in.u64();
  const std::uint64_t action_key = in.u64();
  in.skip(4);
  const std::uint8_t flags = in.u8();
  if ((flags & 0x08) != 0 || (flags & 0x01) != 0) return command.refuse(invalid_parameter(20));  // SPEC_I_PT, APTPL

  Reservations& reservations = command.disk().reservations();
  const auto type = static_cast<ReservationType>(command.cdb().u8(2) & 0x0f);
  switch (command.cdb().service_action()) {
    case 0:
      return answer(command, reservations.register_key(command.nexus(), key, action_key));
    case 1:
      return answer(command, reservations.reserve(command.nexus(), key, type));
    case 2:
      return answer(command, reservations.release(command.nexus(), key, type));
    case 3:
      return answer(command, reservations.clear(command.nexus(), key));
    case 4:
    case 5:
      return answer(command, reservations.preempt(command.nexus(), key, action_key, type));
    default:
      return answer(command, reservations.register_key(command.nexus(), std::nullopt, action_key));
  }
}

}  // namespace

Step persistent_reserve_in(Command& command) {
  const Reservations::Snapshot now = command.disk().reservations().snapshot();
  const std::size_t room = command.cdb().u16(7);
  switch (command.cdb().service_action()) {
    case 0:
      return command.good(read_keys(now), room);
    case 1:
      return command.good(read_reservation(now), room);
    case 2:
      return command.good(report_capabilities(), room);
    default:
      return command.good(read_full_status(now), room);
  }
}

Step persistent_reserve_out(Command& command) {
  const Cdb& cdb = command.cdb();
  const std::uint8_t action = cdb.service_action();
  const bool typed = action == 1 || action == 2 || action == 4 || action == 5;
  if (typed && (cdb.u8(2) >> 4 != 0 || !is_type(cdb.u8(2) & 0x0f))) return command.refuse(invalid_field(2));
  if (cdb.u32(5) != parameter_length) return command.refuse(parameter_list_length_error());
  return command.need_data(parameter_length, on_parameters);
}

}  // namespace bootferry::iscsi::scsi
