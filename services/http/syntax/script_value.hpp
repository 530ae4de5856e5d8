// SPDX-License-Identifier: Apache-2.0
// What may stand in an iPXE script. iPXE expands ${...}, splits a line at blanks and ends a command at ";", "&&" and
// "||", and its scripts know no quoting: so a value that could be read as more than itself is refused. Called by
// boot_scripts; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace bootferry::http {

/// One word: a URL, an IQN, a MAC.
[[nodiscard]] Result<void> check_script_word(std::string_view value);
/// Words with blanks between them: a kernel's command line; may be empty.
[[nodiscard]] Result<void> check_script_line(std::string_view value);

/// Text of any origin as lines for `echo`: plain ASCII without the characters that iPXE reads, at most 76 wide, at most
/// 6 lines.
[[nodiscard]] std::vector<std::string> render_screen_lines(std::string_view text);

}  // namespace bootferry::http
