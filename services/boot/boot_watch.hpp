// SPDX-License-Identifier: Apache-2.0
// Who wants to know that a machine is given its disks: told by http before the script leaves, so that whatever depends
// on it is done when the machine logs in. Implemented by app. On a network loop: never blocks.
#pragma once

#include "base/mac_address.hpp"

namespace bootferry::boot {

class BootWatch {
 public:
  virtual ~BootWatch() = default;
  /// The machine, or a stranger in its name, fetches a script that hooks its disks.
  virtual void on_boot_script(const MacAddress& mac) = 0;
};

}  // namespace bootferry::boot
