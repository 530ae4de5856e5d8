// SPDX-License-Identifier: Apache-2.0
// What a child may do that reads a stranger's file: its program and libraries, one input, one output, and nothing else:
// Landlock for files and TCP, seccomp for system calls (no sockets, no new processes), no new privileges, limits. Made
// before the fork, because a child of a program with threads may only make system calls. Used by confined_run, any
// thread.
#pragma once

#include <linux/filter.h>

#include <filesystem>
#include <vector>

#include "base/result.hpp"
#include "base/units.hpp"
#include "images/file_descriptor.hpp"

namespace bootferry::incoming {

struct ConfinedLimits {
  ByteCount memory = mib(1024);      ///< address space
  ByteCount file_size = gib(1024);   ///< no byte is written behind it
  std::uint64_t cpu_seconds = 3600;  ///< of all its threads together
};

class Confinement {
 public:
  /// `input`, `output`: open files, -1 for none. Errors: a system that lets nothing be confined. A kernel without
  /// Landlock is told in the log once, and the rest is done.
  [[nodiscard]] static Result<Confinement> prepare(const std::filesystem::path& program, int input, int output);

  /// In the child, before it becomes the program: only system calls. Leaves the descriptors 0 to 4 and `report` (100 or
  /// more) open. 0, or an errno.
  [[nodiscard]] int apply(const ConfinedLimits& limits, int report) const;

 private:
  images::FileDescriptor ruleset_;
  std::vector<sock_filter> filter_;
};

}  // namespace bootferry::incoming
