// SPDX-License-Identifier: Apache-2.0
#include "images/files/iso_record.hpp"

#include "images/check/little_endian.hpp"
#include "images/check/utf16.hpp"

namespace bootferry::images::files {
namespace {

using check::u32_at, check::u8_at;

constexpr std::size_t fixed_size = 33;  // up to its name
constexpr std::uint8_t directory_flag = 0x02, associated_flag = 0x04, goes_on_flag = 0x80;
constexpr unsigned most_continuations = 8;

ByteView name_field(ByteView record) {
  const std::size_t length = u8_at(record, 32);
  return fixed_size + length <= record.size() ? record.subspan(fixed_size, length) : ByteView{};
}

/// Behind the name and its padding byte.
ByteView system_use(ByteView record) {
  const std::size_t begin = fixed_size + u8_at(record, 32) + (u8_at(record, 32) % 2 == 0 ? 1 : 0);
  return begin < record.size() ? record.subspan(begin) : ByteView{};
}

/// "README.TXT;1" and "README.;1" without version and empty extension.
std::string without_version(std::string name) {
  if (const std::size_t at = name.rfind(';'); at != std::string::npos && at > 0) name.resize(at);
  if (name.size() > 1 && name.ends_with('.')) name.pop_back();
  return name;
}

std::string joliet_name(ByteView field) {
  std::vector<char16_t> units;
  for (std::size_t i = 0; i + 2 <= field.size(); i += 2)
    units.push_back(static_cast<char16_t>(field[i] << 8 | field[i + 1]));
  return check::utf8_of(units);
}

/// The pieces of the name in the NM fields; empty when there are none.
std::string rock_ridge_name(ByteView fields, const Continuation& continuation) {
  std::string name;
  Bytes next;
  for (unsigned hops = 0; hops <= most_continuations; ++hops) {
    Bytes following;
    for (std::size_t at = 0; at + 4 <= fields.size();) {
      const ByteView field = fields.subspan(at);
      const std::size_t length = field[2];
      if (length < 4 || length > field.size()) break;
      const std::string_view kind = text_of(field.first(2));
      if (kind == "NM" && length > 5 && (field[4] & 0x06) == 0) name += text_of(field.subspan(5, length - 5));
      if (kind == "CE" && length >= 28)
        following = continuation(u32_at(field, 4), u32_at(field, 12), u32_at(field, 20));
      if (kind == "ST") break;
      at += length;
    }
    if (following.empty()) break;
    next = std::move(following);
    fields = next;
  }
  return name;
}

std::string name_of(ByteView record, IsoNames names, const Continuation& continuation) {
  const ByteView field = name_field(record);
  if (names == IsoNames::joliet) return without_version(joliet_name(field));
  if (names == IsoNames::rock_ridge) {
    if (std::string name = rock_ridge_name(system_use(record), continuation); !name.empty()) return name;
  }
  return without_version(std::string(text_of(field)));
}

// ECMA-119 9.1.5: years since 1900; the last byte is the zone, which is left out: it is the clock of who wrote it.
std::string time_of(ByteView record) {
  return render_local_time(1900u + u8_at(record, 18), u8_at(record, 19), u8_at(record, 20), u8_at(record, 21),
                           u8_at(record, 22), u8_at(record, 23));
}

bool is_self_or_parent(ByteView field) { return field.size() == 1 && field[0] <= 1; }

}  // namespace

Result<Node> decode_iso_record(ByteView record) {
  const std::size_t length = u8_at(record, 0);
  if (length < fixed_size + 1 || length > record.size() || fixed_size + u8_at(record, 32) > length)
    return fail(ErrorKind::invalid, "The disc is damaged: it has a broken directory record.");
  const std::uint8_t flags = u8_at(record, 25);
  Node node;
  node.folder = (flags & directory_flag) != 0;
  // An extended attribute record stands before the content.
  node.place = std::uint64_t{u32_at(record, 2)} + u8_at(record, 1);
  node.size = {u32_at(record, 10)};
  node.modified = time_of(record);
  node.readable = u8_at(record, 26) == 0 && (flags & goes_on_flag) == 0;  // neither interleaved nor in pieces
  return node;
}

bool has_susp(ByteView first_sector) {
  const std::size_t length = u8_at(first_sector, 0);
  if (length < fixed_size + 1 || length > first_sector.size()) return false;
  return text_of(system_use(first_sector.first(length))).starts_with("SP");
}

std::vector<Node> decode_iso_folder(ByteView bytes, IsoNames names, std::size_t most,
                                    const Continuation& continuation) {
  std::vector<Node> nodes;
  bool goes_on = false;
  for (std::size_t at = 0; at < bytes.size() && nodes.size() < most;) {
    const std::size_t length = bytes[at];
    // No record reaches over a sector's end: what is left there is zeros.
    if (length == 0) {
      at = (at / iso_sector + 1) * iso_sector;
      continue;
    }
    if (length > bytes.size() - at) break;
    const ByteView record = bytes.subspan(at, length);
    at += length;
    auto node = decode_iso_record(record);
    if (!node) break;
    if (is_self_or_parent(name_field(record)) || (u8_at(record, 25) & associated_flag) != 0) continue;
    const bool more = (u8_at(record, 25) & goes_on_flag) != 0;
    if (goes_on && !nodes.empty()) {
      // The next piece of a file of 4 GiB and more.
      nodes.back().size.value += node->size.value;
      goes_on = more;
      continue;
    }
    goes_on = more;
    node->name = safe_name(name_of(record, names, continuation));
    nodes.push_back(std::move(*node));
  }
  return nodes;
}

}  // namespace bootferry::images::files
