// SPDX-License-Identifier: Apache-2.0
// A client's own view of an image: the layer that its writes go to, on the version that it was made on. Found by client
// and image, so that a drive that gets another image and then this one again has its changes back. Plain value, kept by
// db.
#pragma once

#include <compare>
#include <string>
#include <vector>

#include "base/mac_address.hpp"
#include "boot/client.hpp"
#include "boot/layer.hpp"

namespace bootferry::boot {

struct OverlayKey {
  MacAddress mac;
  std::string image;
  DriveMode mode = DriveMode::private_overlay;  ///< never master
  friend auto operator<=>(const OverlayKey&, const OverlayKey&) = default;
};

/// What an overlay was at a time.
struct OverlaySnapshot {
  unsigned number = 1;
  LayerId layer;
  unsigned version = 1;  ///< of the image, that the overlay was on
  std::string comment;
  WallTime created{};
  friend bool operator==(const OverlaySnapshot&, const OverlaySnapshot&) = default;
};

struct Overlay {
  OverlayKey key;
  unsigned version = 1;  ///< of the image, that it lies on
  LayerId layer;         ///< written to; of a readonly drive the version's own layer, never written to
  std::string boot;      ///< fresh and readonly: the boot that it is of; empty: of no boot that can be told from others
  WallTime created{};
  std::vector<OverlaySnapshot> snapshots = {};  ///< oldest first

  /// Nobody misses it when its machine is off: the next boot makes it anew.
  [[nodiscard]] bool is_of_one_boot() const { return key.mode != DriveMode::private_overlay; }
  [[nodiscard]] const OverlaySnapshot* find_snapshot(unsigned number) const;
  friend bool operator==(const Overlay&, const Overlay&) = default;
};

}  // namespace bootferry::boot
