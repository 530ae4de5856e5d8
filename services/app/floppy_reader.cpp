// SPDX-License-Identifier: Apache-2.0
#include "app/floppy_reader.hpp"

#include <fmt/format.h>

#include "app/layer_keeper.hpp"
#include "images/open_beside.hpp"

namespace bootferry::app {

Result<std::string> FloppyReader::read_floppy(std::string_view name) {
  const auto registry = registry_.snapshot();
  const boot::Image* image = registry->find_image(name);
  if (!image || image->versions.empty())
    return fail(ErrorKind::not_found, fmt::format("there is no image {}", name.substr(0, 64)));
  if (image->size.value > boot::max_memory_floppy) {
    return fail(ErrorKind::invalid,
                fmt::format("the image {} has {}; a floppy that is loaded into memory has {} at most", name,
                            render_byte_count(image->size), render_byte_count(ByteCount{boot::max_memory_floppy})));
  }
  const auto layers = files_of(registry->stack_of(image->current().layer));
  if (layers.empty()) return fail(ErrorKind::io, fmt::format("a layer of image {} is missing", name));
  const auto device = images::open_beside(folder_, layers, image->block_size);
  if (!device) return std::unexpected(device.error());
  std::string bytes(static_cast<std::size_t>((*device)->size().value), '\0');
  const MutableByteView into(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size());
  if (auto done = (*device)->read({0}, into); !done) return std::unexpected(done.error());
  return bytes;
}

}  // namespace bootferry::app
