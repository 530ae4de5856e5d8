// SPDX-License-Identifier: Apache-2.0
#include "support/source_tree.hpp"

namespace bootferry::test {

std::string in_source_tree(std::string_view name) { return std::string(BOOTFERRY_SOURCE_DIR "/").append(name); }

}  // namespace bootferry::test
