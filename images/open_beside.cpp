// SPDX-License-Identifier: Apache-2.0
#include "images/open_beside.hpp"

#include <sys/stat.h>

#include <ranges>

#include "images/layer_paths.hpp"
#include "images/posix_file.hpp"
#include "images/qcow2/device.hpp"
#include "images/qcow2/open.hpp"
#include "images/raw_device.hpp"

namespace bootferry::images {
namespace {

using Opened = Result<std::shared_ptr<BlockDevice>>;

Opened open_qcow2(const std::filesystem::path& file, std::shared_ptr<BlockDevice> below, std::uint32_t block_size) {
  qcow2::Files files;
  auto image = open_posix_file(file, OpenMode::read_only);
  if (!image) return std::unexpected(image.error());
  files.image = std::move(*image);
  qcow2::Options options;
  options.mode = OpenMode::read_only;
  options.block_size = block_size;
  auto device = qcow2::open_device(std::move(files), std::move(below), options);
  if (!device) return std::unexpected(device.error());
  return *device;
}

Opened open_raw(const std::filesystem::path& file, bool outside, std::uint32_t block_size) {
  struct stat info{};
  if (outside && (::stat(file.c_str(), &info) != 0 || !S_ISBLK(info.st_mode)))
    return fail(ErrorKind::denied, file.string() + " is no disk; files must lie in the image folder.");
  return make_raw_device(file, OpenMode::read_only, outside ? Symlinks::follow : Symlinks::refuse, block_size);
}

}  // namespace

Result<std::shared_ptr<BlockDevice>> open_beside(const std::filesystem::path& folder, std::span<const LayerFile> layers,
                                                 std::uint32_t block_size) {
  if (auto checked = check_layers(layers); !checked) return std::unexpected(checked.error());
  std::shared_ptr<BlockDevice> device;
  for (const LayerFile& layer : layers | std::views::reverse) {
    const std::filesystem::path file = folder / layer.file;
    auto opened = layer.format == "qcow2" ? open_qcow2(file, std::move(device), block_size)
                                          : open_raw(file, file == layer.file, block_size);
    if (!opened) return opened;
    device = std::move(*opened);
  }
  return device;
}

}  // namespace bootferry::images
