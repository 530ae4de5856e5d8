// SPDX-License-Identifier: Apache-2.0
// The two verbs of this room. Called by app on a thread that may block; the device may hold anything.
#pragma once

#include "images/block_device.hpp"
#include "images/check/finding.hpp"

namespace bootferry::images::check {

/// Reads only. An error only where the device itself fails.
[[nodiscard]] Result<Report> check_image(BlockDevice& device);

struct Repaired {
  std::vector<Finding> mended;  ///< what was wrong before, in the order of its mending
  Report report;                ///< what is to be said now
};

/// Writes what the repairable findings name, one block at a time with a flush behind each: a crash leaves every block
/// as it was or as it should be, and a second repair goes on from there. The caller has the image alone.
[[nodiscard]] Result<Repaired> repair_image(BlockDevice& device);

}  // namespace bootferry::images::check
