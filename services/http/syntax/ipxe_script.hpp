// SPDX-License-Identifier: Apache-2.0
// Is this text a script that iPXE (as Debian 12 has it, 2019) would run? Finds typing errors in a person's template
// before a machine does. Pure.
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace bootferry::http {

/// Begins with "#!ipxe", knows every command and has every label that it goes to. The error names the line.
[[nodiscard]] Result<void> check_ipxe_script(std::string_view text);

}  // namespace bootferry::http
