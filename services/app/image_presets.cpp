// SPDX-License-Identifier: Apache-2.0
#include "app/image_presets.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "app/child_process.hpp"
#include "images/file_descriptor.hpp"
#include "images/presets/finish_preset.hpp"
#include "images/raw_device.hpp"

namespace bootferry::app {
namespace {

constexpr std::chrono::seconds longest{120};  // the tables of 2 TiB are half a gigabyte

// One line of what it said, for the error.
std::string words_of(int output) {
  std::array<char, 300> text{};
  const ssize_t length = pread(output, text.data(), text.size(), 0);
  std::string words(text.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
  for (char& letter : words) {
    if (letter < ' ' || letter > '~') letter = ' ';
  }
  return words;
}

Result<void> run_tool(std::vector<std::string> command) {
  const std::string name = command.front();
  const images::FileDescriptor output(memfd_create("output", MFD_CLOEXEC));
  try {
    ChildProcess child(std::move(command), output.get());
    const auto status = child.wait(longest);
    if (!status)
      return fail(ErrorKind::unavailable, fmt::format("{} was not done after {} seconds", name, longest.count()));
    if (*status != 0)
      return fail(ErrorKind::io, fmt::format("{} did not format the disk: {}", name, words_of(output.get())));
  } catch (const std::runtime_error& why) {
    return fail(ErrorKind::unavailable, fmt::format("{}; install the package mtools on the server", why.what()));
  }
  return {};
}

}  // namespace

Result<void> format_preset(const images::presets::Preset& preset, ByteCount size, const std::filesystem::path& draft) {
  auto command = images::presets::format_command(preset, size, draft);
  if (command.empty()) return {};
  if (auto done = run_tool(std::move(command)); !done) return done;
  auto device = images::make_raw_device(draft, images::OpenMode::read_write);
  if (!device) return std::unexpected(device.error());
  return images::presets::finish_preset(preset, **device);
}

}  // namespace bootferry::app
