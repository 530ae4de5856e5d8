// SPDX-License-Identifier: Apache-2.0
#include "app/qr_code.hpp"

#include <fmt/format.h>
#include <qrencode.h>
#include <memory>

namespace bootferry::app {
namespace {

constexpr int quiet = 2;  ///< modules around it; the standard's 4 would take six more columns, and readers need two
constexpr unsigned char dark_bit = 1;

/// Outside of it all is light.
bool is_light(const QRcode& code, int row, int column) {
  if (row < 0 || column < 0 || row >= code.width || column >= code.width) return true;
  return (code.data[row * code.width + column] & dark_bit) == 0;
}

std::string_view half_block(bool upper, bool lower) {
  if (upper) return lower ? "█" : "▀";
  return lower ? "▄" : " ";
}

}  // namespace

std::string render_qr_code(std::string_view text, QrColors colors) {
  const std::unique_ptr<QRcode, void (*)(QRcode*)> code(
      QRcode_encodeString8bit(std::string(text).c_str(), 0, QR_ECLEVEL_L), QRcode_free);
  if (!code) return {};
  const bool told = colors == QrColors::black_and_white;
  std::string lines;
  for (int row = -quiet; row < code->width + quiet; row += 2) {
    if (told) lines += "\x1b[97;40m";
    for (int column = -quiet; column < code->width + quiet; ++column) {
      const bool below = row + 1 < code->width + quiet && is_light(*code, row + 1, column);
      lines += half_block(is_light(*code, row, column), below);
    }
    lines += told ? "\x1b[0m\n" : "\n";
  }
  return lines;
}

}  // namespace bootferry::app
