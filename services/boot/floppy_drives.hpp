// SPDX-License-Identifier: Apache-2.0
// The floppy that is in the drive of a running machine, changed as by a hand. Asked by the API, implemented by app and
// by a fake in the tests of http. May block: on a worker only.
#pragma once

#include <string>
#include <string_view>

#include "base/mac_address.hpp"
#include "base/result.hpp"

namespace bootferry::boot {

struct InsertedFloppy {
  std::string image;   ///< that is in now
  std::string before;  ///< that was in
};

class FloppyDrives {
 public:
  virtual ~FloppyDrives() = default;
  /// Until the machine boots anew: then it finds what its boot entry says. conflict when it has no floppy drive open,
  /// or keeps the medium in; invalid when the image has another size, for the machine took the geometry of the first.
  [[nodiscard]] virtual Result<InsertedFloppy> insert_floppy(const MacAddress& mac, std::string_view image) = 0;
};

}  // namespace bootferry::boot
