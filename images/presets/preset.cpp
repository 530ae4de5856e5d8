// SPDX-License-Identifier: Apache-2.0
#include "images/presets/preset.hpp"

#include <fmt/format.h>

#include "images/presets/dos_layout.hpp"

namespace bootferry::images::presets {
namespace {

constexpr ByteCount gibibyte{1ull << 30};

// Linux gets a disk without a partition table: its installers ask nothing about such a one, and lay out what they like.
constexpr Preset presets[] = {
    {"blank"},
    {"linux", PresetKind::blank, ByteCount{16 * gibibyte.value}},
    {"dos", PresetKind::dos, ByteCount{500ull << 20}, false, 512},
    {"floppy-360", PresetKind::floppy, ByteCount{360ull << 10}, true, 512},
    {"floppy-720", PresetKind::floppy, ByteCount{720ull << 10}, true, 512},
    {"floppy-1200", PresetKind::floppy, ByteCount{1200ull << 10}, true, 512},
    {"floppy-1440", PresetKind::floppy, ByteCount{1440ull << 10}, true, 512},
    {"floppy-2880", PresetKind::floppy, ByteCount{2880ull << 10}, true, 512},
};

}  // namespace

Result<Preset> require_preset(std::string_view name) {
  std::string names;
  for (const Preset& preset : presets) {
    if (preset.name == name) return preset;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", preset.name);
  }
  return fail(ErrorKind::invalid,
              fmt::format("there is no preset \"{}\"; the presets are {}", name.substr(0, 64), names));
}

Result<ByteCount> size_of(const Preset& preset, ByteCount wanted, std::uint32_t block_size) {
  if (preset.kind != PresetKind::blank && block_size != 512)
    return fail(ErrorKind::invalid,
                fmt::format("a disk of the preset {} has blocks of 512 bytes; leave the block size out", preset.name));
  if (wanted.value == 0 && !preset.size) return fail(ErrorKind::invalid, "a blank image needs a size, for example 8G");
  const ByteCount size = wanted.value == 0 ? *preset.size : wanted;
  if (preset.kind == PresetKind::floppy && size != *preset.size)
    return fail(ErrorKind::invalid,
                fmt::format("a {} has {} bytes; leave the size out", preset.name, preset.size->value));
  if (preset.kind != PresetKind::dos) return size;
  const ByteCount whole{size.value / 512 * 512};
  if (auto layout = lay_out_dos(whole); !layout) return std::unexpected(layout.error());
  return whole;
}

std::vector<std::string> format_command(const Preset& preset, ByteCount size, const std::filesystem::path& file) {
  if (preset.kind == PresetKind::floppy) {
    const check::FloppyFormat* format = check::find_floppy(size);
    if (!format) return {};
    return {"mformat", "-i", file.string(), "-f", fmt::format("{}", format->kibibytes), "::"};
  }
  if (preset.kind != PresetKind::dos) return {};
  const auto layout = lay_out_dos(size);
  if (!layout) return {};
  std::vector<std::string> command{"mformat", "-i", fmt::format("{}@@{}", file.string(), layout->entry.first * 512)};
  if (layout->bits == 32) command.emplace_back("-F");
  const auto option = [&command](const char* name, std::uint64_t value) {
    command.emplace_back(name);
    command.push_back(fmt::format("{}", value));
  };
  option("-h", layout->geometry.heads);
  option("-s", layout->geometry.sectors);
  option("-H", layout->entry.first);
  option("-T", layout->entry.count);
  option("-c", layout->sectors_per_cluster);
  command.insert(command.end(), {"-m", "0xf8", "::"});
  return command;
}

}  // namespace bootferry::images::presets
