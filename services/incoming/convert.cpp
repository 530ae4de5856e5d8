// SPDX-License-Identifier: Apache-2.0
#include "incoming/convert.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>

#include "incoming/confined_run.hpp"
#include "incoming/foreign_header.hpp"
#include "incoming/unpack.hpp"

namespace bootferry::incoming {
namespace {

/// Slow disks and slow packings get through in it; a file made to keep us busy does not for long.
std::chrono::seconds time_for(ByteCount bytes) {
  const std::uint64_t seconds = 600 + bytes.value / (256 << 10);
  return std::chrono::seconds(std::min<std::uint64_t>(seconds, 86400));
}

Result<void> check_room(int output) {
  auto space = usable_space(output);
  if (!space) return std::unexpected(space.error());
  if (space->value > 0) return {};
  return fail(ErrorKind::exhausted, "The disk of the library has become full; what was made of the image is removed.");
}

/// Of what a child said, a sentence for people: one line, no control characters.
std::string sentence(std::string words) {
  std::ranges::replace_if(words, [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; }, ' ');
  while (words.ends_with(' ')) words.pop_back();
  return words;
}

Result<void> explain_signal(const ConfinedEnd& end, std::string_view who) {
  switch (end.signal) {
    case SIGXCPU:
    case SIGKILL:
      return fail(ErrorKind::exhausted, fmt::format("{} took more computing time than such a file deserves.", who));
    case SIGXFSZ:
      return fail(ErrorKind::exhausted, fmt::format("{} would have written more than such a file deserves.", who));
    default:
      return fail(ErrorKind::invalid,
                  fmt::format("{} crashed on this file (signal {}); it is damaged, or made to harm.", who, end.signal));
  }
}

std::string_view qemu_name(Format format) { return format == Format::vhd ? "vpc" : name_of(format); }

/// The number behind the last "read " of a text of whole or cut lines; 0 for none.
std::uint64_t parse_read(std::string_view text) {
  const auto at = text.rfind("read ");
  std::uint64_t value = 0;
  if (at == std::string_view::npos) return 0;
  text.remove_prefix(at + 5);
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

Result<ByteCount> usable_space(int fd) {
  struct statvfs disk{};
  if (::fstatvfs(fd, &disk) != 0) return fail(ErrorKind::io, "Cannot look at the free space of the library's disk.");
  const std::uint64_t unit = disk.f_frsize;
  const std::uint64_t kept = std::min<std::uint64_t>(disk.f_blocks * unit / 64, gib(1).value);
  const std::uint64_t free = disk.f_bavail * unit;
  return ByteCount{free > kept ? free - kept : 0};
}

int parse_percent(std::string_view text) {
  const auto slash = text.rfind("/100%)");
  if (slash == std::string_view::npos) return -1;
  const auto open = text.rfind('(', slash);
  if (open == std::string_view::npos) return -1;
  double percent = -1;
  const auto [end, bad] = std::from_chars(text.data() + open + 1, text.data() + slash, percent);
  if (bad != std::errc{} || !(percent >= 0) || percent > 100) return -1;
  return static_cast<int>(percent * 100);
}

Result<void> unpack_confined(const Converters& converters, int input, int output, ByteCount input_size,
                             const Report& report) {
  auto space = usable_space(output);
  if (!space) return std::unexpected(space.error());
  // Zeros take no space, so more may come out than fits; but not without end.
  const ByteCount most{std::min(std::max<std::uint64_t>(space->value, gib(1).value) * 16, largest_disk.value)};
  std::uint64_t done = 0;
  ConfinedCommand command;
  command.argv = {converters.unpacker.string(), std::string(unpack_word), std::to_string(most.value)};
  command.input = input;
  command.output = output;
  command.limits = {mib(768), most, static_cast<std::uint64_t>(time_for(input_size).count())};
  command.time = time_for(input_size);
  command.on_output = [&](std::string_view text) { done = std::max(done, parse_read(text)); };
  command.go_on = [&]() -> Result<void> {
    if (auto room = check_room(output); !room) return room;
    return report({std::min(done, input_size.value)}, input_size);
  };
  auto end = run_confined(command);
  if (!end) return std::unexpected(end.error());
  if (end->signal != 0) return explain_signal(*end, "Unpacking");
  if (end->status == 0) return report(input_size, input_size);
  const int kind = end->status - 1;
  if (kind > static_cast<int>(ErrorKind::io) || end->words.empty())
    return fail(ErrorKind::invalid, "Unpacking failed: " + sentence(end->words));
  return fail(static_cast<ErrorKind>(kind), sentence(end->words));
}

Result<void> convert_confined(const Converters& converters, Format format, int input, int output, ByteCount input_size,
                              ByteCount disk_size, const Report& report) {
  const ByteCount most = disk_size.value == 0 ? largest_disk : disk_size + mib(64);
  const ByteCount total = disk_size.value == 0 ? input_size : disk_size;
  int percent = 0;
  ConfinedCommand command;
  // The format is always given, so that nothing is guessed; input and output are descriptors, so that no name counts.
  command.argv = {converters.qemu_img.string(),
                  "convert",
                  "-p",
                  "-f",
                  std::string(qemu_name(format)),
                  "-O",
                  "raw",
                  "/dev/fd/3",
                  "/dev/fd/4"};
  command.input = input;
  command.output = output;
  command.limits = {mib(1024), most, static_cast<std::uint64_t>(time_for(input_size + input_size).count())};
  command.time = time_for(input_size + input_size);
  command.on_output = [&](std::string_view text) { percent = std::max(percent, parse_percent(text)); };
  command.go_on = [&]() -> Result<void> {
    if (auto room = check_room(output); !room) return room;
    return report({total.value / 10000 * static_cast<std::uint64_t>(percent)}, total);
  };
  auto end = run_confined(command);
  if (!end) return std::unexpected(end.error());
  if (end->signal != 0) return explain_signal(*end, "qemu-img");
  if (end->status == 0) return report(total, total);
  if (auto room = check_room(output); !room) return room;
  return fail(ErrorKind::invalid,
              fmt::format("qemu-img cannot convert this {} file: {}", name_of(format), sentence(end->words)));
}

}  // namespace bootferry::incoming
