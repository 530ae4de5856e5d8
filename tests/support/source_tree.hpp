// SPDX-License-Identifier: Apache-2.0
// Where the sources are, for tests that read files of the project. Only source_tree.cpp is compiled with that path, so
// that all other objects are the same in every clone and a compiler cache finds them again.
#pragma once

#include <string>
#include <string_view>

namespace bootferry::test {

/// The absolute path of a file or folder, named from the root of the project ("tests/vectors/dhcp").
std::string in_source_tree(std::string_view name);

}  // namespace bootferry::test
