// SPDX-License-Identifier: Apache-2.0
// One range of blocks on its way from a unit to another (or the same): the DiskWork behind EXTENDED COPY. Each run
// moves a bounded piece, so that a long copy shares the disk pool with everyone. Made on a session's loop, run on a
// disk worker.
#pragma once

#include <memory>

#include "iscsi/scsi/gated_device.hpp"
#include "iscsi/scsi/work.hpp"

namespace bootferry::iscsi::scsi {

class CopyWork final : public DiskWork {
 public:
  struct Range {
    std::shared_ptr<GatedDevice> source;
    ByteCount from;
    std::shared_ptr<GatedDevice> destination;
    std::uint64_t seals;  ///< of the destination when the copy was let in
    ByteCount to;
    ByteCount length;
  };

  explicit CopyWork(Range range, bool durable) : range_(std::move(range)), durable_(durable) {}

  Result<void> run(images::BlockDevice&) override;
  [[nodiscard]] bool finished() const { return done_ == range_.length.value; }
  /// Whether the read failed, when run() did.
  [[nodiscard]] bool failed_at_source() const { return failed_at_source_; }

 private:
  [[nodiscard]] Result<void> copy_chunk(MutableByteView buffer);

  const Range range_;
  const bool durable_;
  std::uint64_t done_ = 0;
  bool failed_at_source_ = false;
};

}  // namespace bootferry::iscsi::scsi
