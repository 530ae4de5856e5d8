// SPDX-License-Identifier: Apache-2.0
// Backups of a server that runs: one is made, or one that comes in is checked and laid ready for the next start.
// Implemented by app, and by a fake in the tests of http. All calls block: on a worker.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace bootferry::boot {

/// What a backup holds.
struct BackupFacts {
  WallTime made{};
  std::size_t clients = 0, images = 0;
  std::vector<std::string> files;     ///< those beside the database that are put back, "ipxe-scripts/san.ipxe"
  std::vector<std::string> left_out;  ///< those that only root puts back: the settings
};

/// A backup on its way in. What was not kept is gone with it.
class IncomingBackup {
 public:
  virtual ~IncomingBackup() = default;
  [[nodiscard]] virtual Result<void> append(ByteView bytes) = 0;
  /// It is whole: invalid when it is no backup, conflict when only root may restore it. With `keep` it is taken in at
  /// the next start, and what was there is kept beside it.
  [[nodiscard]] virtual Result<BackupFacts> finish(bool keep) = 0;
};

class Backups {
 public:
  virtual ~Backups() = default;
  /// A new backup in a file that is the caller's to remove.
  [[nodiscard]] virtual Result<std::filesystem::path> make() = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<IncomingBackup>> receive() = 0;
  /// The server ends what it does, and begins anew; returns at once, any thread.
  virtual void restart() = 0;
};

}  // namespace bootferry::boot
