// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <exception>

#include "app/command_line.hpp"
#include "incoming/unpack.hpp"

int main(int argc, char** argv) {
  // Ourselves in a confined child: no settings, no log, nothing but the two files.
  if (argc > 1 && argv[1] == bootferry::incoming::unpack_word)
    return bootferry::incoming::unpack_main(argc - 1, argv + 1);
  try {
    return bootferry::app::run_command_line(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "bootferry: {}\n", error.what());
    return 1;
  }
}
