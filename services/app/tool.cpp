// SPDX-License-Identifier: Apache-2.0
#include "app/tool.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>

#include "app/child_process.hpp"
#include "images/file_descriptor.hpp"

namespace bootferry::app {
namespace {

constexpr std::chrono::seconds longest{120};  // the tables of 2 TiB are half a gigabyte
constexpr std::size_t most_words = 300, most_output = 4u << 20;

std::string output_of(int output, std::size_t most) {
  std::string text(most, '\0');
  std::size_t length = 0;
  while (length < most) {
    const ssize_t got = pread(output, text.data() + length, most - length, static_cast<off_t>(length));
    if (got <= 0) break;
    length += static_cast<std::size_t>(got);
  }
  text.resize(length);
  return text;
}

// One line of what it said, for the error.
std::string words_of(int output) {
  std::string words = output_of(output, most_words);
  std::ranges::replace_if(words, [](char letter) { return letter < ' ' || letter > '~'; }, ' ');
  return words;
}

/// "env NAME=VALUE program": the program.
std::string name_of(const std::vector<std::string>& command) {
  const auto program = std::ranges::find_if(
      command, [](const std::string& word) { return word != "env" && word.find('=') == std::string::npos; });
  return program == command.end() ? command.front() : *program;
}

}  // namespace

Result<std::string> read_tool(std::vector<std::string> command, std::string_view package) {
  const std::string name = name_of(command);
  const images::FileDescriptor output(memfd_create("output", MFD_CLOEXEC));
  try {
    ChildProcess child(std::move(command), output.get());
    const auto status = child.wait(longest);
    if (!status)
      return fail(ErrorKind::unavailable, fmt::format("{} was not done after {} seconds", name, longest.count()));
    if (*status == 127)  // env found no such program
      return fail(ErrorKind::unavailable, fmt::format("{} is not here; install the package {}", name, package));
    if (*status != 0) return fail(ErrorKind::io, fmt::format("{} failed: {}", name, words_of(output.get())));
  } catch (const std::runtime_error& why) {
    return fail(ErrorKind::unavailable, fmt::format("{}; install the package {} on the server", why.what(), package));
  }
  return output_of(output.get(), most_output);
}

Result<void> run_tool(std::vector<std::string> command, std::string_view package) {
  const auto done = read_tool(std::move(command), package);
  return done ? Result<void>{} : std::unexpected(done.error());
}

}  // namespace bootferry::app
