// SPDX-License-Identifier: Apache-2.0
// Whether the Linux on a disk can keep its root there when it boots over the network: its initramfs must hold an iSCSI
// initiator. Called by check_image for the partitions that no DOS boots from.
#pragma once

#include "images/check/partition_table.hpp"

namespace bootferry::images::check {

/// Looks into FAT and ext file systems, for initrd* and initramfs* in their root and in /boot, /efi and below. Says
/// "cannot be told" where it does not know the file system, or how the initramfs is packed.
[[nodiscard]] Result<void> check_linux(DiskReader& reader, const std::vector<Partition>& partitions, Report& report);

}  // namespace bootferry::images::check
