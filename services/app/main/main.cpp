// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <exception>

#include "app/command_line.hpp"

int main(int argc, char** argv) {
  try {
    return bootferry::app::run_command_line(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "bootferry: {}\n", error.what());
    return 1;
  }
}
