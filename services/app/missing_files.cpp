// SPDX-License-Identifier: Apache-2.0
#include "app/missing_files.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <set>

namespace bootferry::app {
namespace {

constexpr std::size_t most_named = 5;  ///< after a restore without its disks it is all of them

}  // namespace

std::vector<std::filesystem::path> find_missing_files(const boot::Image& image, const boot::RegistrySnapshot& registry,
                                                      const images::ImageLibrary& library) {
  std::set<std::string> files;
  for (const boot::ImageVersion& version : image.versions) {
    for (const boot::Layer& layer : registry.stack_of(version.layer)) files.insert(layer.file);
  }
  std::vector<std::filesystem::path> missing;
  for (const std::string& file : files) {
    const auto found = library.layer_allocated(file);
    if (!found && found.error().kind == ErrorKind::not_found) missing.push_back(library.folder() / file);
  }
  return missing;
}

std::string describe_missing_files(const std::vector<boot::ImageView>& images) {
  std::vector<std::string> lost;
  for (const boot::ImageView& view : images) {
    if (view.missing_files.empty()) continue;
    std::string paths;
    for (const auto& path : view.missing_files) paths += (paths.empty() ? "" : ", ") + path.string();
    lost.push_back(fmt::format("{} ({})", view.image.name, paths));
  }
  if (lost.empty()) return {};
  const std::size_t others = lost.size() - std::min(lost.size(), most_named);
  lost.resize(lost.size() - others);
  return fmt::format("Images have lost files: {}{}", fmt::join(lost, ", "),
                     others == 0 ? "" : fmt::format(" and {} more", others));
}

}  // namespace bootferry::app
