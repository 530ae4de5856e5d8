// SPDX-License-Identifier: Apache-2.0
// The half blocks say module by module what the library made of the text. That a camera reads them is tested end to
// end.
#include "app/qr_code.hpp"

#include <gtest/gtest.h>
#include <qrencode.h>
#include <memory>
#include <sstream>
#include <vector>

namespace bootferry::app {
namespace {

/// Rows of "light?", two of each line.
std::vector<std::vector<bool>> read_blocks(const std::string& lines) {
  std::vector<std::vector<bool>> rows;
  std::istringstream all(lines);
  std::string line;
  while (std::getline(all, line)) {
    rows.emplace_back();
    rows.emplace_back();
    for (std::size_t at = 0; at < line.size();) {
      const std::string_view block = std::string_view(line).substr(at, line[at] == ' ' ? 1 : 3);
      rows[rows.size() - 2].push_back(block == "█" || block == "▀");
      rows.back().push_back(block == "█" || block == "▄");
      at += block.size();
    }
  }
  return rows;
}

TEST(QrCode, EachModuleIsWhereTheLibraryPutsIt) {
  const std::string url = "http://192.168.100.200:8080/#code=7KQF-2MXP-9DTW";
  const std::unique_ptr<QRcode, void (*)(QRcode*)> code(QRcode_encodeString8bit(url.c_str(), 0, QR_ECLEVEL_L),
                                                        QRcode_free);
  ASSERT_TRUE(code);
  const auto rows = read_blocks(render_qr_code(url, QrColors::of_terminal));
  const auto width = static_cast<std::size_t>(code->width);
  ASSERT_GE(rows.size(), width + 4);
  std::size_t dark = 0;
  for (std::size_t row = 0; row < width + 4; ++row) {
    ASSERT_EQ(rows[row].size(), width + 4) << "line " << row;
    for (std::size_t column = 0; column < width + 4; ++column) {
      const bool inside = row >= 2 && column >= 2 && row < width + 2 && column < width + 2;
      const bool light = !inside || (code->data[(row - 2) * width + column - 2] & 1) == 0;
      EXPECT_EQ(rows[row][column], light) << row << "," << column;
      dark += light ? 0 : 1;
    }
  }
  EXPECT_GT(dark, width * width / 3);
}

TEST(QrCode, FitsATerminalAndSaysItsColorsOnlyWhereAsked) {
  const std::string text = "https://192.168.100.200:8443/#code=7KQF-2MXP-9DTW";
  const auto rows = read_blocks(render_qr_code(text, QrColors::of_terminal));
  EXPECT_LE(rows.front().size(), 40u);
  EXPECT_LE(rows.size(), 40u) << "two of each line";
  EXPECT_EQ(render_qr_code(text, QrColors::of_terminal).find('\x1b'), std::string::npos)
      << "a journal shows it as it is";
  EXPECT_NE(render_qr_code(text, QrColors::black_and_white).find("\x1b[97;40m"), std::string::npos);
  EXPECT_EQ(render_qr_code(std::string(5000, 'x'), QrColors::of_terminal), "");
}

}  // namespace
}  // namespace bootferry::app
