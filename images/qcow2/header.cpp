// SPDX-License-Identifier: Apache-2.0
#include "images/qcow2/header.hpp"

#include "images/qcow2/encoding.hpp"

namespace bootferry::images::qcow2 {
namespace {

constexpr std::uint32_t magic = 0x514649fb;
constexpr std::uint32_t v2_length = 72, v3_length = 104;
constexpr std::uint32_t backing_format_extension = 0xe2792aca, data_file_extension = 0x44415441;
constexpr std::uint64_t max_l1_bytes = 32u << 20, max_refcount_table_bytes = 8u << 20;
constexpr std::uint64_t max_offset = std::uint64_t{1} << 56;
constexpr std::uint32_t max_backing_name = 1023;
constexpr std::uint64_t known_incompatible = 0x1f;
constexpr std::uint64_t incompatible_data_file = 4;

std::unexpected<Error> unsupported(std::string what) { return fail(ErrorKind::unsupported, std::move(what)); }

struct Layout {
  std::uint64_t backing_offset = 0;
  std::uint32_t backing_length = 0, crypt_method = 0, snapshots = 0, header_length = v2_length;
  std::uint64_t incompatible = 0;
};

bool lies_inside(std::uint64_t offset, std::uint64_t length, std::uint64_t file_size) {
  return offset < max_offset && offset <= file_size && length <= file_size - offset;
}

Result<void> check_features(const Layout& layout) {
  if (layout.crypt_method != 0)
    return unsupported("This qcow2 file is encrypted; decrypt it with \"qemu-img convert\" first.");
  if (layout.snapshots != 0) {
    return unsupported(
        "This qcow2 file has internal snapshots; \"qemu-img convert -O qcow2\" makes one without them (of its present "
        "state).");
  }
  if ((layout.incompatible & incompatible_data_file) != 0)
    return unsupported("This qcow2 file keeps its data in another file, which is never opened.");
  if ((layout.incompatible & ~known_incompatible) != 0)
    return unsupported("This qcow2 file needs features that are not known here; \"qemu-img convert\" can help.");
  return {};
}

Result<void> check_limits(const Header& header, std::uint64_t file_size) {
  if (header.size == 0 || header.size % 512 != 0) return damaged("its disk is not a whole number of sectors");
  if (header.extended_l2 && header.cluster_bits < 14) return damaged("its subclusters are too small");
  if (header.refcount_order > 6) return damaged("its refcounts are too wide");
  const std::uint64_t cluster_mask = header.cluster_size() - 1;
  const std::uint64_t l1_bytes = std::uint64_t{header.l1_entries} * 8;
  if (l1_bytes > max_l1_bytes) return damaged("its L1 table is too large");
  if (header.l1_entries < needed_l1_entries(header)) return damaged("its L1 table is too short for its disk");
  if ((header.l1_offset & cluster_mask) != 0 || header.l1_offset == 0 ||
      !lies_inside(header.l1_offset, l1_bytes, file_size))
    return damaged("its L1 table is not inside the file");
  const std::uint64_t table_bytes = std::uint64_t{header.refcount_table_clusters} << header.cluster_bits;
  if (table_bytes == 0 || table_bytes > max_refcount_table_bytes) return damaged("its refcount table has a wrong size");
  if ((header.refcount_table_offset & cluster_mask) != 0 || header.refcount_table_offset == 0 ||
      !lies_inside(header.refcount_table_offset, table_bytes, file_size))
    return damaged("its refcount table is not inside the file");
  return {};
}

/// Type, length, data, padded to 8 bytes; type 0 ends them.
Result<void> read_extensions(ByteView extensions, Header& header) {
  ByteReader in(extensions);
  while (in.remaining() >= 8) {
    const std::uint32_t type = in.u32();
    const std::uint32_t length = in.u32();
    if (type == 0) return {};
    const ByteView data = in.take(length);
    if (!in.ok()) return damaged("a header extension is longer than the header");
    in.skip(std::min<std::size_t>((8 - length % 8) % 8, in.remaining()));
    if (type == backing_format_extension)
      header.backing_format = std::string(text_of(data.first(std::min<std::size_t>(length, 64))));
    if (type == data_file_extension)
      return unsupported("This qcow2 file keeps its data in another file, which is never opened.");
  }
  return {};
}

}  // namespace

std::uint64_t needed_l1_entries(const Header& header) {
  const std::uint64_t per_table = header.l2_entries();
  return (header.clusters() + per_table - 1) / per_table;
}

Result<Header> decode_header(ByteView start, ByteCount file_size) {
  ByteReader in(start);
  Header header;
  Layout layout;
  if (in.u32() != magic || !in.ok()) return fail(ErrorKind::invalid, "This is not a qcow2 file.");
  header.version = in.u32();
  layout.backing_offset = in.u64();
  layout.backing_length = in.u32();
  header.cluster_bits = in.u32();
  header.size = in.u64();
  layout.crypt_method = in.u32();
  header.l1_entries = in.u32();
  header.l1_offset = in.u64();
  header.refcount_table_offset = in.u64();
  header.refcount_table_clusters = in.u32();
  layout.snapshots = in.u32();
  in.skip(8);
  if (!in.ok()) return damaged("its header is cut off");
  if (header.version != 2 && header.version != 3)
    return unsupported("This qcow2 file has version " + std::to_string(header.version) + "; 2 and 3 are known.");
  if (header.cluster_bits < 9 || header.cluster_bits > 21) return damaged("its clusters have an impossible size");
  if (header.size > max_offset) return damaged("its disk is impossibly large");
  if (header.version == 3) {
    layout.incompatible = in.u64();
    in.skip(8);  // compatible: lazy refcounts, which nobody has to use
    header.autoclear = in.u64();
    header.refcount_order = in.u32();
    layout.header_length = in.u32();
    if (!in.ok() || layout.header_length < v3_length || layout.header_length > header.cluster_size() ||
        layout.header_length > start.size())
      return damaged("its header is cut off");
    header.dirty = (layout.incompatible & incompatible_dirty) != 0;
    header.corrupt = (layout.incompatible & incompatible_corrupt) != 0;
    header.extended_l2 = (layout.incompatible & incompatible_extended_l2) != 0;
    if ((layout.incompatible & incompatible_compression) != 0) {
      if (layout.header_length <= v3_length || start[v3_length] > 1)
        return unsupported("This qcow2 file is compressed in a way that is not known here.");
      header.compression = static_cast<Compression>(start[v3_length]);
    }
  }
  if (auto good = check_features(layout); !good) return std::unexpected(good.error());
  if (auto good = check_limits(header, file_size.value); !good) return std::unexpected(good.error());

  std::uint64_t extensions_end = std::min<std::uint64_t>(start.size(), header.cluster_size());
  if (layout.backing_offset != 0) {
    if (layout.backing_length > max_backing_name || layout.backing_offset < layout.header_length ||
        layout.backing_offset > extensions_end || layout.backing_length > extensions_end - layout.backing_offset)
      return damaged("the name of its backing file is not inside its header");
    header.backing_name = std::string(text_of(start.subspan(layout.backing_offset, layout.backing_length)));
    extensions_end = layout.backing_offset;
  }
  const ByteView extensions = start.subspan(layout.header_length, extensions_end - layout.header_length);
  if (auto good = read_extensions(extensions, header); !good) return std::unexpected(good.error());
  return header;
}

Bytes encode_header(const Header& header) {
  Bytes extensions;
  ByteWriter more(extensions);
  if (!header.backing_format.empty()) {
    more.u32(backing_format_extension);
    more.u32(static_cast<std::uint32_t>(header.backing_format.size()));
    more.text(header.backing_format);
    more.pad_to(8);
  }
  more.zeros(8);  // the end of the extensions

  Bytes bytes;
  ByteWriter out(bytes);
  out.u32(magic);
  out.u32(3);
  out.u64(header.backing_name.empty() ? 0 : v3_length + extensions.size());
  out.u32(static_cast<std::uint32_t>(header.backing_name.size()));
  out.u32(header.cluster_bits);
  out.u64(header.size);
  out.u32(0);  // not encrypted
  out.u32(header.l1_entries);
  out.u64(header.l1_offset);
  out.u64(header.refcount_table_offset);
  out.u32(header.refcount_table_clusters);
  out.u32(0);  // no snapshots
  out.u64(0);
  out.u64(header.dirty ? incompatible_dirty : 0);
  out.u64(0);
  out.u64(0);
  out.u32(header.refcount_order);
  out.u32(v3_length);
  out.bytes(extensions);
  out.text(header.backing_name);
  return bytes;
}

}  // namespace bootferry::images::qcow2
