// SPDX-License-Identifier: Apache-2.0
// Keeps the catalog of loaders as the folders are: a file that a person drops in is sent from the next second on,
// without a restart. Owned by Appliance; looks on a thread of its own.
#pragma once

#include "app/loaders.hpp"
#include "base/background_threads.hpp"

namespace bootferry::app {

class LoaderWatch {
 public:
  /// Looks once, now. `catalog` is filled, and kept filled from start() on.
  LoaderWatch(LoaderFolders folders, boot::LoaderCatalog catalog);

  void start();
  void stop() { background_.stop(); }
  /// Once; whether something had changed.
  bool look();

 private:
  const LoaderFolders folders_;
  boot::LoaderCatalog catalog_;
  BackgroundThreads background_;  ///< the last member: it ends first
};

}  // namespace bootferry::app
