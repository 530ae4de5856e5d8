// SPDX-License-Identifier: Apache-2.0
// "{{name}}" in command lines and file names: a person's free variables and the built-in ones, put in when a script is
// made. Asked by script_policy; pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "boot/client.hpp"

namespace bootferry::boot {

/// not_found, with the name, for a variable that nobody has set.
[[nodiscard]] Result<std::string> expand_variables(std::string_view text, const Variables& variables);

}  // namespace bootferry::boot
