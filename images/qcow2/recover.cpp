// SPDX-License-Identifier: Apache-2.0
// After a crash: mappings that a killed process had noted are made true, wrong refcounts are written anew.
#include <map>

#include "base/log.hpp"
#include "images/qcow2/qcow2_device.hpp"

namespace bootferry::images::qcow2 {
namespace {

std::unexpected<Error> bad_note() {
  return fail(ErrorKind::invalid, "The notes beside this qcow2 file do not fit it; was it copied without them?");
}

}  // namespace

Result<void> Qcow2Device::recover() {
  if (!refcounts_) {
    const auto size = file_->size();
    if (!size) return std::unexpected(size.error());
    mapping_.set_file_size(size->value);
    return {};
  }
  const auto notes = journal_.read();
  if (!notes) return std::unexpected(notes.error());
  const auto wanted = missing_of(*notes);
  if (!wanted) return std::unexpected(wanted.error());
  // Before the refcounts look for clusters of their own. One that another mapping has yet is let go first.
  std::set<std::uint64_t> claimed;
  for (const Note& note : *wanted) {
    if (note.what == Note::What::data && refcounts_->claim(note.host, cluster_size_)) claimed.insert(note.host);
  }
  if (auto loaded = refcounts_->load(*file_); !loaded) return loaded;
  if (refcounts_->wrong_slices() != 0 && !journal_.was_open())
    log::warning("QCOW2_REFCOUNTS_MENDED", {{"slices", std::to_string(refcounts_->wrong_slices())}});
  if (auto done = replay(*wanted, claimed); !done) return done;
  if (auto flushed = flush_all(); !flushed) return flushed;
  if (auto cleared = journal_.clear(); !cleared) return cleared;
  if (!header_.dirty && header_.autoclear == 0) return {};
  // What we keep up is neither lazy refcounts nor anybody's bitmaps.
  Bytes bits;
  ByteWriter out(bits);
  out.u64(header_.compression == Compression::zlib ? 0 : incompatible_compression);
  if (auto written = file_->write({field::incompatible}, bits); !written) return written;
  if (auto written = file_->write({field::autoclear}, Bytes(8)); !written) return written;
  return file_->flush();
}

/// What each cluster became in the end, where the disk does not say so already.
Result<std::vector<Note>> Qcow2Device::missing_of(const std::vector<Note>& notes) {
  std::map<std::uint64_t, Note> last;
  for (const Note& note : notes) {
    const std::uint64_t first = note.offset >> header_.cluster_bits;
    if (note.offset % cluster_size_ != 0 || note.host % cluster_size_ != 0 || note.clusters > header_.clusters() ||
        first > header_.clusters() - note.clusters)
      return bad_note();
    for (std::uint64_t i = 0; i < note.clusters; ++i)
      last[first + i] = {note.what, note.offset + i * cluster_size_, note.host + i * cluster_size_, 1};
  }
  std::vector<Note> missing;
  for (const auto& [cluster, note] : last) {
    const auto run = find_loaded(note.offset, cluster_size_);
    if (!run) return std::unexpected(run.error());
    const bool there = (note.what == Note::What::data && run->kind == Kind::data && run->host == note.host) ||
                       (note.what == Note::What::zero && run->kind == Kind::zero) ||
                       (note.what == Note::What::unallocated && run->kind == Kind::unallocated);
    if (!there) missing.push_back(note);
  }
  return missing;
}

/// What lets clusters go is durable before what takes them again.
Result<void> Qcow2Device::replay(const std::vector<Note>& notes, const std::set<std::uint64_t>& claimed) {
  if (notes.empty()) return {};
  for (const Note& note : notes) {
    const auto run = find_loaded(note.offset, cluster_size_);
    if (!run) return std::unexpected(run.error());
    if (note.what == Note::What::data && run->kind != Kind::data) continue;
    if (auto good = require_table(note.offset); !good) return good;
    if (auto dropped = drop_mapping(note.offset, *run); !dropped) return dropped;
    if (auto room = flush_when_full(); !room) return room;
  }
  if (auto flushed = flush_all(); !flushed) return flushed;
  for (const Note& note : notes) {
    if (note.what != Note::What::data) continue;
    const auto run = find_loaded(note.offset, cluster_size_);
    if (!run) return std::unexpected(run.error());
    if (!claimed.contains(note.host) && !refcounts_->claim(note.host, cluster_size_)) return bad_note();
    if (auto good = require_table(note.offset); !good) return good;
    if (run->kind == Kind::compressed) refcounts_->retire(run->host, run->compressed_length);
    mapping_.set_data(note.offset, note.host);
    if (auto room = flush_when_full(); !room) return room;
  }
  log::info("QCOW2_NOTES_REPLAYED", {{"clusters", std::to_string(notes.size())}});
  return {};
}

}  // namespace bootferry::images::qcow2
