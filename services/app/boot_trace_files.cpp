// SPDX-License-Identifier: Apache-2.0
#include "app/boot_trace_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "base/log.hpp"
#include "images/file_descriptor.hpp"

namespace bootferry::app {
namespace {

using images::FileDescriptor;

constexpr std::string_view suffix = ".trace";

/// "NAME@VERSION.trace".
std::optional<TracedImage> parse_file_name(std::string_view file) {
  const std::size_t at = file.rfind('@');
  if (at == std::string_view::npos || at == 0 || !file.ends_with(suffix)) return std::nullopt;
  const std::string_view digits = file.substr(at + 1, file.size() - suffix.size() - at - 1);
  TracedImage image{std::string(file.substr(0, at))};
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), image.version);
  if (digits.empty() || parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) return std::nullopt;
  return image;
}

Bytes read_at_most(int fd, std::size_t most) {
  Bytes bytes(most);
  std::size_t filled = 0;
  while (filled < most) {
    const ssize_t got = ::read(fd, bytes.data() + filled, most - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

bool write_whole(const std::filesystem::path& file, ByteView bytes) {
  const FileDescriptor fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  return fd && ::write(fd.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
}

}  // namespace

BootTraceFiles::BootTraceFiles(std::filesystem::path folder) : folder_(std::move(folder)) {
  std::error_code ignored;
  std::filesystem::create_directories(folder_, ignored);
}

std::filesystem::path BootTraceFiles::file_of(const TracedImage& image) const {
  return folder_ / fmt::format("{}@{}{}", image.name, image.version, suffix);
}

std::optional<images::BootTrace> BootTraceFiles::load(const TracedImage& image) const {
  const std::filesystem::path file = file_of(image);
  const FileDescriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd) return std::nullopt;
  auto trace = images::decode_boot_trace(read_at_most(fd.get(), images::max_encoded_boot_trace() + 1));
  if (trace) return std::move(*trace);
  log::warning("BOOT_TRACE_IGNORED", {{"file", file.string()}, {"why", trace.error().message}});
  return std::nullopt;
}

void BootTraceFiles::store(const TracedImage& image, const images::BootTrace& trace) const {
  const std::filesystem::path file = file_of(image);
  const std::filesystem::path draft = file.string() + ".new";
  if (write_whole(draft, images::encode_boot_trace(trace)) && ::rename(draft.c_str(), file.c_str()) == 0) return;
  log::warning("BOOT_TRACE_NOT_KEPT", {{"file", file.string()}});
  ::unlink(draft.c_str());
}

void BootTraceFiles::remove(std::string_view name) const {
  sweep([name](const TracedImage& image) { return image.name != name; });
}

void BootTraceFiles::sweep(const std::function<bool(const TracedImage&)>& exists) const {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    const std::string file = entry.path().filename().string();
    const auto image = parse_file_name(file);
    if (image ? exists(*image) : !file.ends_with(".new")) continue;
    std::filesystem::remove(entry.path(), error);
  }
}

}  // namespace bootferry::app
