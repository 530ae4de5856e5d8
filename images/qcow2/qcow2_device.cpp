// SPDX-License-Identifier: Apache-2.0
// Opening: what is refused, what is mended.
#include "images/qcow2/qcow2_device.hpp"

#include <algorithm>

#include "images/qcow2/open.hpp"

namespace bootferry::images::qcow2 {
namespace {

Result<void> check_writable(const Header& header) {
  const auto only_readable = [](std::string why) {
    return fail(ErrorKind::unsupported, "This qcow2 file can be read but not written: " + std::move(why) +
                                            ". \"qemu-img convert -O qcow2\" makes one that can.");
  };
  if (header.corrupt)
    return fail(ErrorKind::denied, "This qcow2 file is marked as damaged; \"qemu-img check -r all\" may mend it.");
  if (header.version != 3) return only_readable("it has the old version 2");
  if (header.refcount_order != 4) return only_readable("its refcounts do not have 16 bits");
  if (header.extended_l2) return only_readable("it has subclusters");
  return {};
}

/// The disk below is read in parts as small as a cluster, or a part of one.
Result<void> check_blocks(const Header& header, const BlockDevice* backing, const Options& options) {
  const std::uint64_t part = header.extended_l2 ? header.cluster_size() / 32 : header.cluster_size();
  if (std::max(options.block_size, backing ? backing->block_size() : 512) <= part) return {};
  return fail(ErrorKind::unsupported, "The clusters of this qcow2 file are smaller than the blocks of its disk.");
}

}  // namespace

Qcow2Device::Qcow2Device(Files files, std::shared_ptr<BlockDevice> backing, const Options& options, Header header,
                         std::vector<std::uint64_t> l1, std::unique_ptr<Refcounts> refcounts)
    : file_(std::move(files.image)),
      backing_(std::move(backing)),
      options_(options),
      header_(std::move(header)),
      cluster_size_(header_.cluster_size()),
      block_size_(std::max(options.block_size, backing_ ? backing_->block_size() : 512)),
      size_(header_.size),
      l1_place_(header_.l1_offset),
      l1_bytes_(std::uint64_t{header_.l1_entries} * 8),
      mapping_(header_, std::move(l1), options.cached_bytes),
      refcounts_(std::move(refcounts)),
      journal_(std::move(files.journal), options.boot_id),
      limit_(options.limit),
      on_space_low_(options.on_space_low) {}

Capabilities Qcow2Device::capabilities() const {
  const bool writable = options_.mode == OpenMode::read_write;
  return {writable, writable, writable, writable};
}

Result<std::shared_ptr<Device>> open_device(Files files, std::shared_ptr<BlockDevice> backing, const Options& options) {
  auto header = read_header(*files.image);
  if (!header) return std::unexpected(header.error());
  if (header->backing_name.empty() != (backing == nullptr)) {
    return fail(ErrorKind::invalid, backing ? "This qcow2 file says that it stands alone, and is no overlay."
                                            : "This qcow2 file is an overlay; the disk below it must be known too.");
  }
  if (auto good = check_blocks(*header, backing.get(), options); !good) return std::unexpected(good.error());
  auto l1 = read_l1(*files.image, *header);
  if (!l1) return std::unexpected(l1.error());
  std::unique_ptr<Refcounts> refcounts;
  const bool writable = options.mode == OpenMode::read_write;
  if (writable) {
    if (auto good = check_writable(*header); !good) return std::unexpected(good.error());
    auto counted = count_references(*files.image, *header, *l1);
    if (!counted) return std::unexpected(counted.error());
    refcounts = std::move(*counted);
  }
  auto device = std::make_shared<Qcow2Device>(std::move(files), std::move(backing), options, std::move(*header),
                                              std::move(*l1), std::move(refcounts));
  if (auto good = device->recover(); !good) return std::unexpected(good.error());
  return device;
}

}  // namespace bootferry::images::qcow2
