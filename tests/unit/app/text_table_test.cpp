// SPDX-License-Identifier: Apache-2.0
#include "app/text_table.hpp"

#include <gtest/gtest.h>

namespace bootferry::app {
namespace {

TEST(TextTable, AlignsColumnsAndTrimsLineEnds) {
  TextTable table({"NAME", "SIZE"});
  table.add({"a-long-name", "1"});
  table.add({"b", ""});
  EXPECT_EQ(table.render(), "NAME         SIZE\na-long-name  1\nb\n");
}

TEST(TextTable, CountsLettersNotBytes) {
  TextTable table({"N", "X"});
  table.add({"\xc3\xa9", "1"});  // e with acute accent: two bytes, one column
  EXPECT_EQ(table.render(), "N  X\n\xc3\xa9  1\n");
}

TEST(TextTable, NoCellSteersTheTerminal) {
  TextTable table({"NAME"});
  table.add({"a\x1b[2Jb\n"});
  EXPECT_EQ(table.render(), "NAME\na?[2Jb?\n");
}

TEST(TextTable, OneWithoutRowsIsASentence) {
  TextTable table({"NAME"});
  EXPECT_EQ(table.render(), "NAME\n");
  EXPECT_EQ(table.render("No names."), "No names.\n");
  table.add({"a"});
  EXPECT_EQ(table.render("No names."), "NAME\na\n");
}

}  // namespace
}  // namespace bootferry::app
