// SPDX-License-Identifier: Apache-2.0
#include "app/image_presets.hpp"

#include "app/tool.hpp"
#include "images/presets/finish_preset.hpp"
#include "images/raw_device.hpp"

namespace bootferry::app {
Result<void> format_preset(const images::presets::Preset& preset, ByteCount size, const std::filesystem::path& draft) {
  auto command = images::presets::format_command(preset, size, draft);
  if (command.empty()) return {};
  if (auto done = run_tool(std::move(command), "mtools"); !done) return done;
  auto device = images::make_raw_device(draft, images::OpenMode::read_write);
  if (!device) return std::unexpected(device.error());
  return images::presets::finish_preset(preset, **device);
}

}  // namespace bootferry::app
