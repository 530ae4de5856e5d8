// SPDX-License-Identifier: Apache-2.0
#include "incoming/importer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "images/iso_image.hpp"
#include "images/posix_error.hpp"
#include "incoming/checksum.hpp"
#include "incoming/foreign_header.hpp"

namespace bootferry::incoming {
namespace {

using images::FileDescriptor;

/// The parts of a file that tell what it is.
struct Sight {
  Bytes start, end;
  ByteCount size;
  bool device = false;
};

Result<Bytes> read_part(int fd, std::uint64_t at, std::size_t count) {
  Bytes bytes(count);
  std::size_t filled = 0;
  while (filled < count) {
    const ssize_t got = ::pread(fd, bytes.data() + filled, count - filled, static_cast<off_t>(at + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorKind::io, "The file cannot be read.");
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

Result<Sight> look_at(int fd) {
  struct stat info{};
  if (::fstat(fd, &info) != 0) return fail(ErrorKind::io, "The file cannot be looked at.");
  Sight sight;
  sight.device = !S_ISREG(info.st_mode);
  sight.size = {static_cast<std::uint64_t>(info.st_size)};
  if (sight.device) return sight;  // a disk is what it is, whatever was written to it
  auto start = read_part(fd, 0, looked_at_start);
  if (!start) return std::unexpected(start.error());
  sight.start = std::move(*start);
  if (sight.size.value < looked_at_end) return sight;
  auto end = read_part(fd, sight.size.value - looked_at_end, looked_at_end);
  if (!end) return std::unexpected(end.error());
  sight.end = std::move(*end);
  return sight;
}

/// What the person says counts, unless the file is packed or is no such thing.
Result<FileKind> decide(const ImportOrder& order, const Sight& sight) {
  FileKind kind = recognise(sight.start, sight.end, sight.size);
  if (!order.format) {
    if (kind.format == Format::iso && order.block_size != 512) kind.format = Format::raw;
    return kind;
  }
  // "raw" is believed: it is how one adds a disk whose first bytes look like something else.
  if (*order.format == Format::raw) return FileKind{Packing::none, Format::raw};
  if (kind.packing != Packing::none) return FileKind{kind.packing, *order.format};
  if (is_foreign(*order.format) && kind.format != *order.format)
    return fail(ErrorKind::invalid,
                fmt::format("This is no {} file; leave the format out to have it recognised.", name_of(*order.format)));
  return FileKind{Packing::none, *order.format};
}

images::ImageShape shape_of(const ImportOrder& order, Format format) {
  return {format == Format::iso ? images::cd_block_size : order.block_size, format == Format::iso};
}

}  // namespace

Result<std::string> parse_sha256(std::string_view text) {
  std::string sum(text);
  std::ranges::transform(sum, sum.begin(), [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
  const bool good = sum.size() == 64 && sum.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!good) return fail(ErrorKind::invalid, "A SHA-256 has 64 hexadecimal digits.");
  return sum;
}

Report Importer::told(const StepReport& report, std::string_view step) const {
  return [this, &report, step](ByteCount done, ByteCount total) -> Result<void> {
    if (auto go_on = library_.check_not_stopped(); !go_on) return go_on;
    return report ? report(step, done, total) : Result<void>{};
  };
}

Result<Imported> Importer::import_file(const ImportOrder& order, const StepReport& report) {
  const FileDescriptor input(::open(order.source.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!input) return images::posix_fail(errno, "open", order.source);
  auto sight = look_at(input.get());
  if (!sight) return std::unexpected(sight.error());
  auto kind = decide(order, *sight);
  if (!kind) return std::unexpected(kind.error());
  Imported found{*kind, shape_of(order, kind->format), {}};
  if (found.kind.packing == Packing::none && is_foreign(found.kind.format)) {
    // Before anything else is done with it.
    auto checked = check_foreign(found.kind.format, sight->start, sight->end, sight->size);
    if (!checked) return std::unexpected(checked.error());
  }
  if (!sight->device) {
    auto sum = sha256_of(input.get(), sight->size, told(report, "checking"));
    if (!sum) return std::unexpected(sum.error());
    if (!order.sha256.empty() && *sum != order.sha256)
      return fail(
          ErrorKind::invalid,
          fmt::format("The SHA-256 of the file is {}, not {}: it is damaged, or another file.", *sum, order.sha256));
    found.sha256 = std::move(*sum);
  } else if (!order.sha256.empty()) {
    return fail(ErrorKind::unsupported, "A checksum is for files, not for disks.");
  }
  if (found.kind.packing != Packing::none) return unpack_in(order, input.get(), found, report);
  if (is_foreign(found.kind.format)) return convert_in(order, input.get(), found, report);
  const auto copied = library_.import_file(order.name, order.source, told(report, "copying"), found.shape);
  if (!copied) return std::unexpected(copied.error());
  return found;
}

Result<Imported> Importer::unpack_in(const ImportOrder& order, int input, Imported found, const StepReport& report) {
  auto draft = library_.make_draft(order.name);
  if (!draft) return std::unexpected(draft.error());
  const auto packed = look_at(input);
  if (!packed) return std::unexpected(packed.error());
  if (auto done = unpack_confined(converters_, input, draft->fd(), packed->size, told(report, "unpacking")); !done)
    return std::unexpected(done.error());

  const auto sight = look_at(draft->fd());
  if (!sight) return std::unexpected(sight.error());
  const FileKind inside = recognise(sight->start, sight->end, sight->size);
  found.kind.format = order.format.value_or(inside.format);
  if (!order.format && inside.packing != Packing::none)
    return fail(ErrorKind::unsupported, "This is packed again and again; unpack it first.");
  found.shape = shape_of(order, found.kind.format);
  if (!is_foreign(found.kind.format)) {
    if (auto named = library_.name_draft(std::move(*draft), found.shape); !named) return std::unexpected(named.error());
    return found;
  }
  // What was unpacked is on the way only: the image's own draft takes its name.
  const FileDescriptor unpacked = draft->take_unnamed();
  return convert_in(order, unpacked.get(), found, report);
}

Result<Imported> Importer::convert_in(const ImportOrder& order, int input, Imported found, const StepReport& report) {
  const auto sight = look_at(input);
  if (!sight) return std::unexpected(sight.error());
  const Format format = found.kind.format;
  if (recognise(sight->start, sight->end, sight->size).format != format)
    return fail(ErrorKind::invalid, fmt::format("What is inside is no {} file.", name_of(format)));
  const auto disk = check_foreign(format, sight->start, sight->end, sight->size);
  if (!disk) return std::unexpected(disk.error());
  auto draft = library_.make_draft(order.name);
  if (!draft) return std::unexpected(draft.error());
  const Report telling = told(report, "converting");
  if (auto done = convert_confined(converters_, format, input, draft->fd(), sight->size, *disk, telling); !done)
    return std::unexpected(done.error());
  if (auto named = library_.name_draft(std::move(*draft), found.shape); !named) return std::unexpected(named.error());
  return found;
}

}  // namespace bootferry::incoming
