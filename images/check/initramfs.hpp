// SPDX-License-Identifier: Apache-2.0
// Whether a Linux initramfs can find its root disk over iSCSI, told by the names of the files in it (kernel
// documentation, "initramfs buffer format": cpio archives one behind the other, the last one packed). Called by
// linux_boot; pure, any bytes: unpacking stops at a bound.
#pragma once

#include <string>

#include "base/bytes.hpp"

namespace bootferry::images::check {

struct InitramfsFacts {
  bool initiator = false;  ///< iscsistart, iscsid or dracut's iscsiroot is in it
  bool transport = false;  ///< the kernel module iscsi_tcp
  bool ibft = false;       ///< the kernel module iscsi_ibft
  unsigned files = 0;
  std::string untold;  ///< why it cannot be told: "it is packed with xz"; empty when all of it was read
};

[[nodiscard]] InitramfsFacts look_into_initramfs(ByteView bytes);

}  // namespace bootferry::images::check
