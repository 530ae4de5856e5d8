// SPDX-License-Identifier: Apache-2.0
// What was mapped since the last flush, noted beside a qcow2 file. A flush writes mappings behind the data that they
// name, so the file is right at any moment, also after a power cut; but a server that is killed must not lose writes
// that it has acknowledged while their clients run on. The notes live in the page cache, which outlives the process and
// not the machine: they count only while the machine has not started anew (its boot id). See docs/decisions.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "images/byte_file.hpp"

namespace bootferry::images::qcow2 {

struct Note {
  enum class What : std::uint32_t { data = 1, zero = 2, unallocated = 3 };
  What what = What::data;
  std::uint64_t offset = 0;    ///< on the disk; a whole cluster
  std::uint64_t host = 0;      ///< data: in the file
  std::uint64_t clusters = 0;  ///< in a row on both sides
  friend bool operator==(const Note&, const Note&) = default;
};

class Journal {
 public:
  using Files = std::array<std::unique_ptr<ByteFile>, 2>;
  Journal(Files files, std::array<std::uint8_t, 16> boot_id) : files_(std::move(files)), boot_id_(boot_id) {}

  /// Notes of a process that was killed, in their order; none when the machine has started anew since.
  [[nodiscard]] Result<std::vector<Note>> read();
  /// Something is noted, from whenever: the file was not closed.
  [[nodiscard]] bool was_open() const { return was_open_; }

  /// What read() told is in the file itself now.
  [[nodiscard]] Result<void> clear();
  [[nodiscard]] Result<void> add(const Note& note);
  /// Later notes go elsewhere, so that end_flush() can forget those before.
  void begin_flush();
  /// All that was noted before begin_flush() is durable in the file itself.
  [[nodiscard]] Result<void> end_flush();
  /// Bytes of notes: grows until a flush.
  [[nodiscard]] std::uint64_t size() const { return sizes_[0] + sizes_[1]; }

 private:
  [[nodiscard]] Result<void> read_slot(std::size_t slot, std::uint64_t& sequence, std::vector<Note>& notes);

  const Files files_;
  const std::array<std::uint8_t, 16> boot_id_;
  std::array<std::uint64_t, 2> sizes_{};
  std::size_t current_ = 0;
  std::uint64_t sequence_ = 0;
  bool was_open_ = false;
};

}  // namespace bootferry::images::qcow2
