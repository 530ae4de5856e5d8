// SPDX-License-Identifier: Apache-2.0
// How an image is opened. Plain values.
#pragma once

namespace bootferry::images {

enum class OpenMode { read_only, read_write };

/// Inside the library's folder nothing is followed: a link there is somebody's trick.
enum class Symlinks { follow, refuse };

}  // namespace bootferry::images
