// SPDX-License-Identifier: Apache-2.0
// A part of a disk as a read-only disk of 512-byte blocks of its own: the floppy inside a CD, whose blocks are 2048, or
// a download without the note behind it. What lies behind the end of the disk below reads as zeros (discs are cut short
// behind their last file). Thread-safe as the device below.
#pragma once

#include <algorithm>
#include <cstring>

#include "images/block_device.hpp"
#include "images/range_check.hpp"

namespace bootferry::images {

class SliceDevice final : public BlockDevice {
 public:
  /// `offset` of `below` in whole blocks of it, `size` in whole blocks of 512.
  SliceDevice(std::shared_ptr<BlockDevice> below, ByteCount offset, ByteCount size)
      : below_(std::move(below)), offset_(offset), size_(size) {}

  ByteCount size() const override { return size_; }
  std::uint32_t block_size() const override { return 512; }
  Capabilities capabilities() const override { return {}; }
  Result<void> read(ByteCount offset, MutableByteView out) override {
    if (auto good = check_range(*this, offset, out.size()); !good) return good;
    std::ranges::fill(out, std::uint8_t{0});
    const std::uint64_t unit = below_->block_size(), whole = below_->size().value;
    const std::uint64_t from = offset_.value + offset.value, to = std::min(from + out.size(), whole);
    if (from >= to) return {};
    // The blocks below that hold the range, and of them what was asked for.
    const std::uint64_t first = from / unit * unit, last = (to + unit - 1) / unit * unit;
    Bytes blocks(std::min(last, whole) - first);
    if (auto done = below_->read({first}, blocks); !done) return done;
    std::memcpy(out.data(), blocks.data() + (from - first), to - from);
    return {};
  }
  Result<void> write(ByteCount, ByteView) override { return refuse(); }
  Result<void> flush() override { return {}; }
  Result<void> trim(ByteCount, ByteCount) override { return refuse(); }
  Result<void> zero(ByteCount, ByteCount) override { return refuse(); }
  Result<std::vector<Extent>> extents(ByteCount offset, ByteCount length) override {
    if (auto good = check_range(*this, offset, length.value); !good) return std::unexpected(good.error());
    const std::uint64_t unit = below_->block_size(), whole = below_->size().value;
    const std::uint64_t from = offset_.value + offset.value, to = from + length.value;
    const std::uint64_t first = std::min(from / unit * unit, whole),
                        last = std::min((to + unit - 1) / unit * unit, whole);
    std::vector<Extent> found;
    if (first < last) {
      auto below = below_->extents({first}, {last - first});
      if (!below) return below;
      for (const Extent& one : *below) {  // cut to what was asked for, and told as of this disk
        const std::uint64_t begin = std::max(one.offset.value, from);
        const std::uint64_t end = std::min(one.offset.value + one.length.value, to);
        if (begin < end) found.push_back({{begin - offset_.value}, {end - begin}, one.allocated});
      }
    }
    const std::uint64_t behind = std::max(from, whole);
    if (behind < to) found.push_back({{behind - offset_.value}, {to - behind}, false});
    return found;
  }

 private:
  static Result<void> refuse() { return fail(ErrorKind::denied, "The floppy of a CD is read-only."); }

  const std::shared_ptr<BlockDevice> below_;
  const ByteCount offset_, size_;
};

}  // namespace bootferry::images
