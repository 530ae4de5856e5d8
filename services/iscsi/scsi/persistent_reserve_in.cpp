// SPDX-License-Identifier: Apache-2.0
// PERSISTENT RESERVE IN (SPC-4 6.15).
#include "iscsi/scsi/command_table.hpp"
#include "iscsi/scsi/disk.hpp"
#include "iscsi/scsi/transport_id.hpp"

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

Bytes read_keys(const ReservationState& now) {
  Bytes body;
  ByteWriter out(body);
  for (const auto& registration : now.registrations) out.u64(registration.key);
  return with_header(now.generation, body);
}

Bytes read_reservation(const ReservationState& now) {
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

Bytes report_capabilities(const ReservationState& now, bool kept) {
  const auto can = static_cast<std::uint8_t>(0x0c | (kept ? 0x01 : 0x00));                     // SIP_C, ATP_C, PTPL_C
  const auto does = static_cast<std::uint8_t>(0x80 | (now.through_power_loss ? 0x01 : 0x00));  // TMV, PTPL_A
  return {0, 8, can, does, 0xea, 0x01, 0, 0};                                                  // all six types
}

Bytes read_full_status(const ReservationState& now) {
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

}  // namespace

Step persistent_reserve_in(Command& command) {
  const ReservationState now = command.disk().reservations().snapshot();
  const std::size_t room = command.cdb().u16(7);
  switch (command.cdb().service_action()) {
    case 0:
      return command.good(read_keys(now), room);
    case 1:
      return command.good(read_reservation(now), room);
    case 2:
      return command.good(report_capabilities(now, command.disk().reservations().kept()), room);
    default:
      return command.good(read_full_status(now), room);
  }
}

}  // namespace bootferry::iscsi::scsi
