// SPDX-License-Identifier: Apache-2.0
// One file of a disk's stack, as the image library's callers name it: the first file of an image ("win.raw",
// "cd.iso"), a layer on another ("layers/17.qcow2"), or a block special file by its absolute path ("/dev/vg0/win").
// Plain values; what lies on what is the callers' knowledge, the names in qcow2 headers are never followed.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/units.hpp"

namespace bootferry::images {

struct LayerFile {
  std::string file;    ///< relative to the library's folder, or absolute (a block special file)
  std::string format;  ///< "raw", "iso" or "qcow2": always told, never guessed
};

/// A qcow2 file that shall lie on another; `backing_file` as in LayerFile, or empty for a disk of its own.
struct NewLayer {
  std::string file;
  ByteCount size;  ///< of the disk, at least a block
  std::string backing_file, backing_format;
};

struct StackOptions {
  std::uint32_t block_size = 512;
  ByteCount limit;   ///< what the top file may take (qcow2 only); 0: as much as there is
  std::string name;  ///< what messages call it, "image win"; empty: made from the file's name
  /// Called when the top file takes 90 % of `limit`, again after it was clearly below. By a disk worker: must not
  /// block.
  std::function<void(ByteCount used)> on_space_low;
};

}  // namespace bootferry::images
