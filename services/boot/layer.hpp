// SPDX-License-Identifier: Apache-2.0
// A layer: one file of the image library, alone or on top of another one whose bytes show through where it has none of
// its own. What lies below another layer is never written to again. Plain value, kept by db.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "base/units.hpp"

namespace bootferry::boot {

/// 0: none.
struct LayerId {
  std::int64_t value = 0;
  explicit operator bool() const { return value != 0; }
  friend auto operator<=>(const LayerId&, const LayerId&) = default;
};

struct Layer {
  LayerId id;
  LayerId below;       ///< none: it stands alone
  std::string file;    ///< inside the library's folder, or an absolute path of a block special file
  std::string format;  ///< "raw", "iso" or "qcow2"; never guessed from the file
  ByteCount size;      ///< of the disk in it
  WallTime created{};
  friend bool operator==(const Layer&, const Layer&) = default;
};

}  // namespace bootferry::boot
