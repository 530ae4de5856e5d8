// SPDX-License-Identifier: Apache-2.0
// What a loader's bytes tell: any file may lie in the folder.
#include <cstdint>
#include <cstdlib>

#include "boot/loader_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto facts = bootferry::boot::read_loader_facts({data, size});
  if (facts.version.size() > 80) std::abort();
  for (const char letter : facts.version) {
    if (letter < ' ' || letter > '~') std::abort();
  }
  return 0;
}
