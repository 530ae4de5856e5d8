// SPDX-License-Identifier: Apache-2.0
#include "iscsi/scsi/sense.hpp"

namespace bootferry::iscsi::scsi {
namespace {

// Sense-key specific bytes, SPC-4 4.5.2.4.2 and 4.5.2.4.4: SKSV, C/D and field pointer, or how far something is.
void put_key_specific(ByteWriter& out, const Sense& sense) {
  if (sense.progress) {
    out.u8(0x80);
    return out.u16(*sense.progress);
  }
  if (!sense.field) return out.zeros(3);
  out.u8(static_cast<std::uint8_t>(0x80 | (sense.field_in_data ? 0 : 0x40)));
  out.u16(*sense.field);
}

Bytes encode_descriptors(const Sense& sense) {  // SPC-4 4.5.2
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(0x72);
  out.u8(static_cast<std::uint8_t>(sense.key));
  out.u8(sense.asc);
  out.u8(sense.ascq);
  out.zeros(3);
  const bool key_specific = sense.field || sense.progress;
  out.u8(static_cast<std::uint8_t>((sense.information ? 12 : 0) + (key_specific ? 8 : 0)));
  if (sense.information) {
    out.u8(0x00);
    out.u8(0x0a);
    out.u8(0x80);  // VALID
    out.u8(0);
    out.u64(*sense.information);
  }
  if (key_specific) {
    out.u8(0x02);
    out.u8(0x06);
    out.zeros(2);
    put_key_specific(out, sense);
    out.u8(0);
  }
  return bytes;
}

}  // namespace

Bytes encode_sense(const Sense& sense) {
  if (sense.descriptor_format) return encode_descriptors(sense);
  // The fixed format has four bytes for it; a value beyond them is not valid there (SPC-4 4.5.3).
  const bool fits = sense.information && *sense.information <= 0xffffffffu;
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(fits ? 0xf0 : 0x70);
  out.u8(0);
  out.u8(static_cast<std::uint8_t>(sense.key));
  out.u32(fits ? static_cast<std::uint32_t>(*sense.information) : 0);
  out.u8(10);  // additional sense length
  out.zeros(4);
  out.u8(sense.asc);
  out.u8(sense.ascq);
  out.u8(0);
  put_key_specific(out, sense);
  return bytes;
}

Sense sense_of(const Error& error, Direction direction) {
  switch (error.kind) {
    case ErrorKind::exhausted:
      return make_sense(SenseKey::data_protect, 0x2707);
    case ErrorKind::denied:
      return write_protected();
    case ErrorKind::unavailable:
      return make_sense(SenseKey::not_ready, 0x0401);  // in process of becoming ready
    case ErrorKind::io:
      return direction == Direction::read ? make_sense(SenseKey::medium_error, 0x1100)
                                          : make_sense(SenseKey::medium_error, 0x0c00);
    default:
      return make_sense(SenseKey::hardware_error, 0x4400);  // internal target failure
  }
}

}  // namespace bootferry::iscsi::scsi
