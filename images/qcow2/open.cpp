// SPDX-License-Identifier: Apache-2.0
#include "images/qcow2/open.hpp"

#include <algorithm>

#include "images/qcow2/encoding.hpp"

namespace bootferry::images::qcow2 {
namespace {

constexpr std::uint64_t first_bytes = 64u << 10;
constexpr std::uint64_t max_clusters = std::uint64_t{1} << 30;  // one bit of memory each

/// One L2 table through Mapping's own eyes, so that an entry means the same here and later.
Result<void> count_table(ByteFile& file, const Header& header, std::uint64_t place, std::uint64_t file_size,
                         Refcounts& counts) {
  Header one = header;
  Mapping table(one, {place}, header.cluster_size());
  table.set_file_size(file_size);
  for (std::uint64_t at = 0; at < header.cluster_size(); at += table.slice_size()) {
    Bytes slice(table.slice_size());
    if (auto read = file.read({place + at}, slice); !read) return read;
    if (std::ranges::all_of(slice, [](std::uint8_t byte) { return byte == 0; })) continue;
    const std::uint64_t first = at / header.l2_entry_size();
    table.insert(place + at, std::move(slice));
    for (std::uint64_t i = first; i < first + table.slice_size() / header.l2_entry_size(); ++i) {
      const auto run = table.find(i << header.cluster_bits, header.cluster_size());
      if (!run) return std::unexpected(run.error());
      if (!*run) continue;
      const Run& found = **run;
      Result<void> good;
      if (found.kind == Kind::data) good = counts.claim(found.host, header.cluster_size());
      // Its length is known in sectors only; the last one ends in the cluster where the file does, or it is a lie.
      if (found.kind == Kind::compressed) good = counts.claim(found.host, found.compressed_length, true);
      if (!good) return good;
    }
  }
  return {};
}

}  // namespace

Result<Header> read_header(ByteFile& file) {
  const auto size = file.size();
  if (!size) return std::unexpected(size.error());
  Bytes start(std::min(size->value, first_bytes));
  if (auto read = file.read({0}, start); !read) return std::unexpected(read.error());
  return decode_header(start, *size);
}

Result<std::vector<std::uint64_t>> read_l1(ByteFile& file, const Header& header) {
  const auto size = file.size();
  if (!size) return std::unexpected(size.error());
  Bytes raw(std::uint64_t{header.l1_entries} * 8);
  if (auto read = file.read({header.l1_offset}, raw); !read) return std::unexpected(read.error());
  ByteReader in(raw);
  std::vector<std::uint64_t> l1(header.l1_entries);
  for (std::uint64_t& entry : l1) {
    entry = in.u64() & offset_mask;
    if (entry % header.cluster_size() != 0 ||
        (entry != 0 && entry + header.cluster_size() > size->value + header.cluster_size() - 1))
      return damaged("an L2 table does not lie inside the file");
  }
  return l1;
}

Result<std::unique_ptr<Refcounts>> count_references(ByteFile& file, const Header& header,
                                                    const std::vector<std::uint64_t>& l1) {
  const auto size = file.size();
  if (!size) return std::unexpected(size.error());
  if (size->value >> header.cluster_bits > max_clusters)
    return fail(ErrorKind::unsupported, "This qcow2 file is too long for its small clusters to be written.");
  auto counts = std::make_unique<Refcounts>(header, size->value);
  if (auto good = counts->claim(0, header.cluster_size()); !good) return std::unexpected(good.error());
  if (auto good = counts->claim(header.l1_offset, std::uint64_t{header.l1_entries} * 8); !good)
    return std::unexpected(good.error());
  for (const std::uint64_t place : l1) {
    if (place == 0) continue;
    if (auto good = counts->claim(place, header.cluster_size()); !good) return std::unexpected(good.error());
    if (auto good = count_table(file, header, place, size->value, *counts); !good) return std::unexpected(good.error());
  }
  return counts;
}

}  // namespace bootferry::images::qcow2
