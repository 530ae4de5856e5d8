// SPDX-License-Identifier: Apache-2.0
// A short text as a QR code for a terminal or a journal, two rows of its modules to a line of half blocks. Called by
// what prints the address of the first visit; pure.
#pragma once

#include <string>
#include <string_view>

namespace bootferry::app {

enum class QrColors {
  of_terminal,     ///< its light modules are drawn: for light letters on a dark ground, as logs are read
  black_and_white  ///< says its colors (ECMA-48), so that it is right on any ground: for terminals only
};
/// Lines with a quiet zone around it; empty when the text is too long for any (ISO/IEC 18004: about 2,900 bytes).
[[nodiscard]] std::string render_qr_code(std::string_view text, QrColors colors);

}  // namespace bootferry::app
