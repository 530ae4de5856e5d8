// SPDX-License-Identifier: Apache-2.0
// Which clusters of a qcow2 file are in use, how often, and how that is said on the disk (refcount table and blocks).
// Built by a walk over all mappings when a file is opened for writing, so it is right even where the disk is not.
// Used by Qcow2Device under its lock; does no I/O but in load().
#pragma once

#include <set>
#include <unordered_map>
#include <vector>

#include "images/byte_file.hpp"
#include "images/qcow2/header.hpp"

namespace bootferry::images::qcow2 {

/// Bytes for a place in the file.
struct Patch {
  std::uint64_t offset = 0;
  Bytes bytes;
};

class Refcounts {
 public:
  Refcounts(const Header& header, std::uint64_t file_size);

  // ---- the walk at opening
  /// One more reference to each cluster. invalid when one is outside of the file, or used already and not `shared`.
  [[nodiscard]] Result<void> claim(std::uint64_t offset, std::uint64_t length, bool shared = false);
  /// Reads what the disk says, claims its place, and notes what must be written anew.
  [[nodiscard]] Result<void> load(ByteFile& file);
  /// Slices on the disk that were wrong.
  [[nodiscard]] std::size_t wrong_slices() const { return wrong_slices_; }

  // ---- the living file
  struct Run {
    std::uint64_t offset = 0;
    std::uint64_t clusters = 0;
  };
  /// Up to `wanted` clusters in a row, at least one; exhausted above `limit` clusters in use (0: no limit).
  [[nodiscard]] Result<Run> allocate(std::uint64_t wanted, std::uint64_t limit);
  /// All `wanted` in a row.
  [[nodiscard]] std::uint64_t allocate_whole(std::uint64_t wanted);
  /// Nothing on the disk refers to it: free at once.
  void give_back(std::uint64_t offset);
  /// Something on the disk may refer to it until the next flush: free after that.
  void retire(std::uint64_t offset, std::uint64_t length);

  /// What a flush writes: `contents` must be durable before `pointers` to them.
  struct Writes {
    std::vector<Patch> contents, pointers;
  };
  [[nodiscard]] Writes take_writes();
  /// They did not reach the disk.
  void put_back(const Writes& writes);
  [[nodiscard]] std::vector<std::uint64_t> take_retired();
  void put_back_retired(std::vector<std::uint64_t> clusters);
  /// No mapping refers to them any more, on the disk either; says which are free now, as offsets.
  [[nodiscard]] std::vector<std::uint64_t> settle(const std::vector<std::uint64_t>& clusters);

  [[nodiscard]] bool dirty() const { return !dirty_slices_.empty() || !dirty_table_.empty() || table_moved_; }
  [[nodiscard]] std::uint64_t used() const { return used_count_; }

 private:
  [[nodiscard]] bool is_used(std::uint64_t cluster) const { return cluster < used_.size() && used_[cluster]; }
  void mark(std::uint64_t cluster);
  void unmark(std::uint64_t cluster);
  [[nodiscard]] std::uint64_t take_free(std::uint64_t wanted, std::uint64_t& count);
  void cover(std::uint64_t cluster);
  void grow_table(std::uint64_t entries);
  [[nodiscard]] Patch encode_slice(std::uint64_t slice) const;
  [[nodiscard]] std::uint64_t place_of(std::uint64_t slice) const;

  const std::uint32_t cluster_bits_;
  const std::uint64_t per_block_, slice_bytes_, per_slice_;
  const std::uint64_t file_clusters_;
  std::vector<bool> used_;
  std::uint64_t used_count_ = 0;
  std::uint64_t next_ = 0;                                 ///< nothing below it is free
  std::unordered_map<std::uint64_t, std::uint32_t> more_;  ///< references beyond the first
  std::vector<std::uint64_t> retired_;
  std::vector<std::uint64_t> table_;  ///< offsets of the blocks; 0: none
  std::uint64_t table_offset_;
  std::uint64_t table_clusters_;
  bool table_moved_ = false;
  std::set<std::uint64_t> dirty_slices_, dirty_table_;
  std::size_t wrong_slices_ = 0;
};

}  // namespace bootferry::images::qcow2
