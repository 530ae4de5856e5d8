// SPDX-License-Identifier: Apache-2.0
// A new file: header, refcount table, one refcount block, L1 table, in this order.
#include "images/qcow2/device.hpp"
#include "images/qcow2/header.hpp"

namespace bootferry::images::qcow2 {

Result<void> lay_out(ByteFile& file, const NewFile& wanted) {
  Header header;
  header.cluster_bits = wanted.cluster_bits;
  header.size = wanted.size.value;
  header.backing_name = wanted.backing_name;
  header.backing_format = wanted.backing_format;
  header.l1_entries = static_cast<std::uint32_t>(needed_l1_entries(header));
  const std::uint64_t cluster = header.cluster_size();
  const std::uint64_t l1_clusters = (std::uint64_t{header.l1_entries} * 8 + cluster - 1) / cluster;
  header.refcount_table_offset = cluster;
  header.refcount_table_clusters = 1;
  header.l1_offset = 3 * cluster;
  const std::uint64_t used = 3 + l1_clusters;
  if (used > cluster / 2) return fail(ErrorKind::invalid, "A disk of this size needs larger clusters than these.");

  Bytes start = encode_header(header);
  if (start.size() > cluster) return fail(ErrorKind::invalid, "The name of the backing file is too long.");
  start.resize(3 * cluster);
  Bytes table, counts;
  ByteWriter(table).u64(2 * cluster);
  ByteWriter count_writer(counts);
  for (std::uint64_t i = 0; i < used; ++i) count_writer.u16(1);
  std::ranges::copy(table, start.begin() + static_cast<std::ptrdiff_t>(cluster));
  std::ranges::copy(counts, start.begin() + static_cast<std::ptrdiff_t>(2 * cluster));
  if (auto written = file.write({0}, start); !written) return written;
  // The L1 table takes its room now: no flush may find the disk too full for it.
  constexpr std::uint64_t page = 4096;
  const Bytes l1((std::uint64_t{header.l1_entries} * 8 + page - 1) / page * page);
  if (auto written = file.write({header.l1_offset}, l1); !written) return written;
  if (auto grown = file.truncate({used * cluster}); !grown) return grown;
  return file.flush();
}

}  // namespace bootferry::images::qcow2
