// SPDX-License-Identifier: Apache-2.0
// The header of a qcow2 file, versions 2 and 3: decoded with every limit that QEMU sets, so that nothing behind it can
// be made to allocate or read more than the file deserves. Pure; used by Qcow2 devices and by fuzzers.
#pragma once

#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

namespace bootferry::images::qcow2 {

enum class Compression : std::uint8_t { zlib = 0, zstd = 1 };

struct Header {
  std::uint32_t version = 3;
  std::uint32_t cluster_bits = 16;
  std::uint64_t size = 0;  ///< of the disk, in bytes
  std::uint64_t l1_offset = 0;
  std::uint32_t l1_entries = 0;
  std::uint64_t refcount_table_offset = 0;
  std::uint32_t refcount_table_clusters = 0;
  std::uint32_t refcount_order = 4;  ///< a refcount has 2^order bits
  bool dirty = false;                ///< refcounts may be wrong (lazy refcounts)
  bool corrupt = false;
  bool extended_l2 = false;
  std::uint64_t autoclear = 0;
  Compression compression = Compression::zlib;
  std::string backing_name;  ///< for people: it is never followed
  std::string backing_format;

  [[nodiscard]] std::uint64_t cluster_size() const { return std::uint64_t{1} << cluster_bits; }
  [[nodiscard]] std::uint32_t l2_entry_size() const { return extended_l2 ? 16 : 8; }
  [[nodiscard]] std::uint64_t l2_entries() const { return cluster_size() / l2_entry_size(); }
  [[nodiscard]] std::uint64_t clusters() const { return (size + cluster_size() - 1) >> cluster_bits; }
};

/// Where the fields lie that are changed in a living file.
namespace field {
inline constexpr std::uint64_t size = 24, l1_entries = 36, l1_offset = 40, refcount_table_offset = 48,
                               refcount_table_clusters = 56, incompatible = 72, autoclear = 88;
}
inline constexpr std::uint64_t incompatible_dirty = 1, incompatible_corrupt = 2, incompatible_compression = 8,
                               incompatible_extended_l2 = 16;

/// `start`: the first 64 KiB, or all of a shorter file. Errors: invalid (not qcow2, or broken), unsupported (encrypted,
/// internal snapshots, an external data file, features that nobody here knows).
[[nodiscard]] Result<Header> decode_header(ByteView start, ByteCount file_size);
/// Version 3; at most a cluster.
[[nodiscard]] Bytes encode_header(const Header& header);

/// L1 entries that a disk of `size` bytes needs.
[[nodiscard]] std::uint64_t needed_l1_entries(const Header& header);

}  // namespace bootferry::images::qcow2
