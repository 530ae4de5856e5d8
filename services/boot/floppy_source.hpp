// SPDX-License-Identifier: Apache-2.0
// Whole floppies, for machines that load them into their memory (MEMDISK). Asked by http; implemented by app over the
// library. Blocks.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace bootferry::boot {

inline constexpr std::size_t max_memory_floppy = 4 << 20;  ///< the largest floppy has 2.88 MB

class FloppySource {
 public:
  virtual ~FloppySource() = default;
  /// The bytes of the image's current version. invalid when it is larger than a floppy.
  [[nodiscard]] virtual Result<std::string> read_floppy(std::string_view image) = 0;
};

}  // namespace bootferry::boot
