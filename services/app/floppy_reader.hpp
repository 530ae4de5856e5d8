// SPDX-License-Identifier: Apache-2.0
// Floppies out of the library, read whole: for MEMDISK. Nobody is kept from writing to one meanwhile; a machine that
// loads it then has it as it was at that time. Made by app; thread-safe; blocks.
#pragma once

#include <filesystem>

#include "boot/client_registry.hpp"
#include "boot/floppy_source.hpp"

namespace bootferry::app {

class FloppyReader final : public boot::FloppySource {
 public:
  /// `folder`: the library's.
  FloppyReader(const boot::ClientRegistry& registry, std::filesystem::path folder)
      : registry_(registry), folder_(std::move(folder)) {}

  [[nodiscard]] Result<std::string> read_floppy(std::string_view image) override;

 private:
  const boot::ClientRegistry& registry_;
  const std::filesystem::path folder_;
};

}  // namespace bootferry::app
