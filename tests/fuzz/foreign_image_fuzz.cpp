// SPDX-License-Identifier: Apache-2.0
// A file from a stranger, as it comes in: what it is taken for, and what its header asks for. No crash, no read
// outside.
#include <algorithm>
#include <cstdint>

#include "incoming/convert.hpp"
#include "incoming/file_kind.hpp"
#include "incoming/foreign_header.hpp"

using namespace bootferry;
using namespace bootferry::incoming;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView file(data, size);
  const ByteView end = file.last(std::min(size, looked_at_end));
  const FileKind kind = recognise(file.first(std::min(size, looked_at_start)), end, {size});
  for (const Format format : {kind.format, Format::qcow2, Format::vmdk, Format::vdi, Format::vhd, Format::vhdx}) {
    const auto checked = check_foreign(format, file, end, {size});
    if (checked && *checked > largest_disk) __builtin_trap();
  }
  const int percent = parse_percent(text_of(file));
  if (percent < -1 || percent > 10000) __builtin_trap();
  return 0;
}
