// SPDX-License-Identifier: Apache-2.0
// What a person may give to a boot script: a newline would start a command, `${` would be expanded by iPXE. Asked
// before anything is stored; the renderer of scripts (http) looks once more. Pure.
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace bootferry::boot {

/// Printable ASCII of at most 1024 characters; `what` begins the sentence of the error.
[[nodiscard]] Result<void> check_script_text(std::string_view what, std::string_view text, bool may_have_spaces);

}  // namespace bootferry::boot
