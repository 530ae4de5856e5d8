// SPDX-License-Identifier: Apache-2.0
// The target of a request as anybody on the network may write it: whatever is accepted can name nothing outside.
#include <cstdlib>

#include "http/syntax/path.hpp"

namespace http = bootferry::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto target = http::parse_target(text);
  if (!target) return 0;
  const std::string& path = target->path;
  if (!path.starts_with('/') || path.find('\0') != path.npos || path.find('\\') != path.npos) std::abort();
  if ((path + "/").find("/../") != path.npos || (path + "/").find("/./") != path.npos || path.find("//") != path.npos)
    std::abort();
  for (const char* pattern : {"/", "/{a}", "/{a}/{b}", "/files/{path...}", "/api/v1/clients/{mac}", "/{a}/x/{b...}"}) {
    const auto captures = http::match_path(pattern, path);
    if (!captures) continue;
    for (const std::string& value : *captures) {
      if (value.empty() || value == ".." || value.starts_with("../") || value.starts_with('/')) std::abort();
    }
  }
  return 0;
}
