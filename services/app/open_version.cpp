// SPDX-License-Identifier: Apache-2.0
#include "app/open_version.hpp"

#include <fmt/format.h>

#include "app/layer_keeper.hpp"

namespace bootferry::app {

Result<images::Opened> open_version(images::ImageLibrary& library, const boot::RegistrySnapshot& registry,
                                    const boot::Image& image, const boot::ImageVersion& version, images::OpenMode mode,
                                    std::string_view holder) {
  const auto stack = registry.stack_of(version.layer);
  if (stack.empty()) return fail(ErrorKind::not_found, fmt::format("a layer of image {} is missing", image.name));
  images::StackOptions options;
  options.block_size = image.block_size;
  options.name = image.name;
  return library.open_stack(files_of(stack), mode, holder, options);
}

}  // namespace bootferry::app
