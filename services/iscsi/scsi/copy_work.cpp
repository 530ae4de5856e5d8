// SPDX-License-Identifier: Apache-2.0
#include "iscsi/scsi/copy_work.hpp"

#include "iscsi/scsi/admitted_device.hpp"

namespace bootferry::iscsi::scsi {
namespace {

constexpr std::uint64_t piece = 16 << 20;

}  // namespace

Result<void> CopyWork::run(images::BlockDevice&) {
  Bytes buffer(std::min(work_chunk, range_.length.value));
  const std::uint64_t stop = std::min(range_.length.value, done_ + piece);
  while (done_ < stop) {
    const std::uint64_t now = std::min<std::uint64_t>(buffer.size(), stop - done_);
    if (auto copied = copy_chunk(MutableByteView(buffer).first(now)); !copied) return copied;
    done_ += now;
  }
  return finished() && durable_ ? range_.destination->flush() : Result<void>{};
}

// From the end where the ranges overlap so that a front end would overwrite what is still to be read.
Result<void> CopyWork::copy_chunk(MutableByteView buffer) {
  const bool backwards = range_.source == range_.destination && range_.from < range_.to;
  const ByteCount at{backwards ? range_.length.value - done_ - buffer.size() : done_};
  if (auto read = range_.source->read(range_.from + at, buffer); !read) {
    failed_at_source_ = true;
    return read;
  }
  // What is empty stays empty: a copied thin disk is as thin.
  const bool empty = std::ranges::all_of(buffer, [](std::uint8_t byte) { return byte == 0; });
  AdmittedDevice destination(*range_.destination, range_.seals);
  if (empty && range_.destination->capabilities().trimmed_reads_zero)
    return destination.trim(range_.to + at, {buffer.size()});
  return destination.write(range_.to + at, buffer);
}

}  // namespace bootferry::iscsi::scsi
