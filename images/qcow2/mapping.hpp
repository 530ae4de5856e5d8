// SPDX-License-Identifier: Apache-2.0
// Where the disk's bytes lie in a qcow2 file: the L1 table, and a bounded cache of slices of the L2 tables. Used by
// Qcow2Device under its lock; reads the file in load() only.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "images/byte_file.hpp"
#include "images/qcow2/header.hpp"
#include "images/qcow2/refcounts.hpp"

namespace bootferry::images::qcow2 {

enum class Kind {
  unallocated,  ///< the backing file's bytes, or zeros
  zero,
  data,
  compressed,
};

/// A part of the disk that is all of one kind and lies in a row.
struct Run {
  Kind kind = Kind::unallocated;
  std::uint64_t length = 0;             ///< bytes, from the offset that was asked for
  std::uint64_t host = 0;               ///< data: of the first byte; compressed: of the cluster's compressed bytes
  std::uint64_t compressed_length = 0;  ///< at most so many
};

class Mapping {
 public:
  /// `file_size`: no entry may point behind it.
  Mapping(const Header& header, std::vector<std::uint64_t> l1, std::size_t cached_bytes);

  /// The run at `offset`, at most `length` bytes; nothing when load(offset) must come first. invalid when the entry is
  /// nonsense.
  [[nodiscard]] Result<std::optional<Run>> find(std::uint64_t offset, std::uint64_t length);
  /// The place in the file of the slice that find() misses.
  [[nodiscard]] std::uint64_t slice_of(std::uint64_t offset) const;
  [[nodiscard]] std::uint64_t slice_size() const { return slice_bytes_; }
  /// Bytes of the disk that one slice maps.
  [[nodiscard]] std::uint64_t slice_span() const { return slice_bytes_ / entry_size_ * cluster_size_; }
  /// Takes a slice that was read.
  void insert(std::uint64_t place, Bytes bytes);
  /// For a file that does not grow: entries behind this are nonsense.
  void set_file_size(std::uint64_t size) { file_size_ = size; }

  // ---- changes; the slice must be there
  [[nodiscard]] bool has_table(std::uint64_t offset) const { return l1_[l1_index(offset)] != 0; }
  /// A new L2 table for `offset`; its cluster is zeros on the disk already.
  void add_table(std::uint64_t offset, std::uint64_t place);
  void set_data(std::uint64_t offset, std::uint64_t host);
  void set_zero(std::uint64_t offset);
  void set_unallocated(std::uint64_t offset);

  struct Writes {
    std::vector<Patch> new_tables;  ///< must be durable before `entries`
    std::vector<Patch> entries;     ///< L2 slices and L1 entries
    std::vector<std::uint64_t> slices;
  };
  [[nodiscard]] Writes take_writes();
  void put_back(const Writes& writes);
  /// They are on the disk: these slices may leave the cache again.
  void on_written(const Writes& writes);
  [[nodiscard]] std::size_t dirty_bytes() const { return dirty_count_ * slice_bytes_; }
  [[nodiscard]] bool dirty() const { return dirty_count_ != 0 || !dirty_l1_.empty(); }

  [[nodiscard]] const std::vector<std::uint64_t>& l1() const { return l1_; }
  void move_l1(std::uint64_t offset, std::uint64_t entries);
  /// As it is on the disk now; for a file that others have made longer.
  void replace_l1(std::uint64_t offset, std::vector<std::uint64_t> l1) {
    l1_offset_ = offset;
    l1_ = std::move(l1);
  }
  [[nodiscard]] std::uint64_t l1_index(std::uint64_t offset) const { return offset >> (cluster_bits_ + table_bits_); }

 private:
  struct Slice {
    Bytes bytes;
    bool dirty = false, pinned = false, used = true;
  };
  [[nodiscard]] std::uint64_t entry_index(std::uint64_t offset) const {
    return (offset >> cluster_bits_) & ((std::uint64_t{1} << table_bits_) - 1);
  }
  [[nodiscard]] Result<Run> decode_entry(const Slice& slice, std::uint64_t offset) const;
  [[nodiscard]] Result<Run> decode_extended(std::uint64_t entry, std::uint64_t bitmap, std::uint64_t offset) const;
  [[nodiscard]] Result<Run> decode_compressed(std::uint64_t entry, std::uint64_t offset) const;
  void set_entry(std::uint64_t offset, std::uint64_t entry);
  void make_room();

  const std::uint32_t cluster_bits_, entry_size_, table_bits_;
  const std::uint64_t cluster_size_, slice_bytes_;
  const bool zeroes_, extended_;
  const std::size_t max_slices_;
  std::uint64_t l1_offset_;
  std::uint64_t file_size_ = ~std::uint64_t{0};
  std::vector<std::uint64_t> l1_;  ///< offsets of the L2 tables; 0: none
  std::unordered_map<std::uint64_t, Slice> slices_;
  std::vector<std::uint64_t> order_;  ///< of eviction: a clock
  std::size_t hand_ = 0, dirty_count_ = 0;
  std::vector<std::uint64_t> new_tables_;
  std::vector<std::uint64_t> dirty_l1_;
};

}  // namespace bootferry::images::qcow2
