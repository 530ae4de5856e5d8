// SPDX-License-Identifier: Apache-2.0
#include "images/qcow2/journal.hpp"

#include <zlib.h>

#include <algorithm>

namespace bootferry::images::qcow2 {
namespace {

constexpr std::uint32_t magic = 0x42464a31;  // "BFJ1"
constexpr std::uint64_t record_size = 40;
constexpr std::uint64_t max_journal = 64u << 20;

void add_checksum(Bytes& record) {
  ByteWriter(record).u32(static_cast<std::uint32_t>(::crc32(0, record.data(), static_cast<uInt>(record.size()))));
}

bool is_whole(ByteView record) {
  const ByteView body = record.first(record.size() - 4);
  ByteReader tail(record.last(4));
  return tail.u32() == static_cast<std::uint32_t>(::crc32(0, body.data(), static_cast<uInt>(body.size())));
}

}  // namespace

// A slot begins with a record of its own: magic, boot id, sequence.
Result<void> Journal::read_slot(std::size_t slot, std::uint64_t& sequence, std::vector<Note>& notes) {
  sequence = 0;
  const auto size = files_[slot]->size();
  if (!size) return std::unexpected(size.error());
  Bytes bytes(std::min(size->value, max_journal) / record_size * record_size);
  if (auto read = files_[slot]->read({0}, bytes); !read) return read;
  if (bytes.empty()) return {};
  was_open_ = true;
  const ByteView head = ByteView(bytes).first(record_size);
  ByteReader in(head);
  if (in.u32() != magic || !is_whole(head)) return {};
  if (!std::ranges::equal(in.take(16), boot_id_)) return {};
  sequence = in.u64();
  for (std::size_t at = record_size; at < bytes.size(); at += record_size) {
    const ByteView record = ByteView(bytes).subspan(at, record_size);
    if (!is_whole(record)) break;  // the one that it died in
    ByteReader fields(record);
    Note note;
    note.what = static_cast<Note::What>(fields.u32());
    note.offset = fields.u64();
    note.host = fields.u64();
    note.clusters = fields.u64();
    notes.push_back(note);
  }
  return {};
}

Result<std::vector<Note>> Journal::read() {
  std::uint64_t first_sequence = 0, second_sequence = 0;
  std::vector<Note> first, second;
  if (auto read = read_slot(0, first_sequence, first); !read) return std::unexpected(read.error());
  if (auto read = read_slot(1, second_sequence, second); !read) return std::unexpected(read.error());
  sequence_ = std::max(first_sequence, second_sequence);
  if (first_sequence > second_sequence) std::swap(first, second);
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

Result<void> Journal::clear() {
  for (const auto& file : files_) {
    if (auto cut = file->truncate({0}); !cut) return cut;
  }
  sizes_ = {};
  return {};
}

Result<void> Journal::add(const Note& note) {
  Bytes bytes;
  if (sizes_[current_] == 0) {
    ByteWriter head(bytes);
    head.u32(magic);
    head.bytes(boot_id_);
    head.u64(++sequence_);
    head.zeros(record_size - 4 - bytes.size());
    add_checksum(bytes);
  }
  Bytes record;
  ByteWriter out(record);
  out.u32(static_cast<std::uint32_t>(note.what));
  out.u64(note.offset);
  out.u64(note.host);
  out.u64(note.clusters);
  out.zeros(record_size - 4 - record.size());
  add_checksum(record);
  bytes.insert(bytes.end(), record.begin(), record.end());
  if (auto written = files_[current_]->write({sizes_[current_]}, bytes); !written) return written;
  sizes_[current_] += bytes.size();
  return {};
}

void Journal::begin_flush() {
  if (sizes_[1 - current_] == 0) current_ = 1 - current_;  // else a flush has failed: its notes must stay
}

Result<void> Journal::end_flush() {
  const std::size_t old = 1 - current_;
  if (sizes_[old] == 0) return {};
  if (auto cut = files_[old]->truncate({0}); !cut) return cut;
  sizes_[old] = 0;
  return {};
}

}  // namespace bootferry::images::qcow2
