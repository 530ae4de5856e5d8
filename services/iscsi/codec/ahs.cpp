// SPDX-License-Identifier: Apache-2.0
#include "iscsi/codec/ahs.hpp"

namespace bootferry::iscsi {
namespace {
constexpr std::uint8_t type_extended_cdb = 1;
constexpr std::uint8_t type_bidirectional_read_length = 2;
constexpr std::size_t longest_extended_cdb = 244;  // SPC-4: CDBs have at most 260 bytes
}  // namespace

Result<AdditionalHeaders> decode_additional_headers(ByteView ahs) {
  AdditionalHeaders headers;
  ByteReader reader(ahs);
  while (!reader.done()) {
    const std::uint16_t length = reader.u16();  // of what is specific, reserved byte included
    const std::uint8_t type = reader.u8();
    const ByteView specific = reader.take(length);
    reader.skip(std::min<std::size_t>((4 - (length + 3u) % 4) % 4, reader.remaining()));
    if (!reader.ok() || specific.empty())
      return fail(ErrorKind::invalid, "an additional header segment runs over its end");
    if (type == type_extended_cdb) {
      if (specific.size() - 1 > longest_extended_cdb) return fail(ErrorKind::invalid, "a CDB is longer than 260 bytes");
      headers.extended_cdb.assign(specific.begin() + 1, specific.end());
    } else if (type == type_bidirectional_read_length && specific.size() == 5) {
      headers.bidirectional_read_length = ByteReader(specific.subspan(1)).u32();
    } else {
      return fail(ErrorKind::invalid, "an additional header segment has an unknown type");
    }
  }
  return headers;
}

Bytes encode_additional_headers(const AdditionalHeaders& headers) {
  Bytes out;
  ByteWriter writer(out);
  if (!headers.extended_cdb.empty()) {
    writer.u16(static_cast<std::uint16_t>(headers.extended_cdb.size() + 1));
    writer.u8(type_extended_cdb);
    writer.u8(0);
    writer.bytes(headers.extended_cdb);
    writer.pad_to(4);
  }
  if (headers.bidirectional_read_length) {
    writer.u16(5);
    writer.u8(type_bidirectional_read_length);
    writer.u8(0);
    writer.u32(*headers.bidirectional_read_length);
  }
  return out;
}

}  // namespace bootferry::iscsi
