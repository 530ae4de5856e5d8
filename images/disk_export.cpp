// SPDX-License-Identifier: Apache-2.0
#include "images/disk_export.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fmt/format.h>
#include <algorithm>
#include <cerrno>

#include "images/file_descriptor.hpp"
#include "images/posix_error.hpp"
#include "images/posix_file.hpp"
#include "images/qcow2/device.hpp"

namespace bootferry::images {
namespace {

constexpr std::uint64_t piece = 1 << 20;
constexpr std::uint64_t look = 256 << 20;  // extents are asked for in windows of this
// What is dirty in memory is bounded: machines read and write beside it, and the last flush cannot be broken off.
constexpr std::uint64_t flush_every = 64 << 20;

using Progress = std::function<Result<void>(ByteCount done, ByteCount total)>;

/// Where the copy goes: a file, or the disk in one.
struct Sink {
  std::function<Result<void>(ByteCount offset, ByteView data)> write;
  std::function<Result<void>()> flush;
};
template <class Target>
Sink sink_of(Target& target) {
  return {[&target](ByteCount at, ByteView data) { return target.write(at, data); },
          [&target] { return target.flush(); }};
}

/// What is allocated, a window at a time.
Result<void> for_each_run(BlockDevice& source, const std::function<Result<void>(const Extent&)>& visit) {
  const std::uint64_t size = source.size().value;
  for (std::uint64_t at = 0; at < size; at += look) {
    const auto extents = source.extents({at}, {std::min(look, size - at)});
    if (!extents) return std::unexpected(extents.error());
    for (const Extent& extent : *extents) {
      if (auto done = visit(extent); !done) return done;
    }
  }
  return {};
}

Result<void> copy_runs(BlockDevice& source, const Sink& sink, const Progress& progress) {
  Bytes buffer(piece);
  std::uint64_t dirty = 0;
  auto copied = for_each_run(source, [&](const Extent& extent) -> Result<void> {
    const std::uint64_t end = extent.offset.value + extent.length.value;
    for (std::uint64_t at = extent.offset.value; extent.allocated && at < end;) {
      const std::uint64_t length = std::min(piece, end - at);
      const MutableByteView part(buffer.data(), length);
      if (auto read = source.read({at}, part); !read) return read;
      if (auto written = sink.write({at}, part); !written) return written;
      at += length;
      dirty += length;
      if (dirty >= flush_every) {
        if (auto flushed = sink.flush(); !flushed) return flushed;
        dirty = 0;
      }
      if (auto go_on = progress({at}, source.size()); !go_on) return go_on;
    }
    return progress({end}, source.size());
  });
  return copied ? sink.flush() : copied;
}

Result<void> check_space(BlockDevice& source, const std::filesystem::path& folder) {
  std::uint64_t needed = 0;
  auto counted = for_each_run(source, [&](const Extent& extent) -> Result<void> {
    needed += extent.allocated ? extent.length.value : 0;
    return {};
  });
  if (!counted) return counted;
  struct statvfs info{};
  if (::statvfs(folder.c_str(), &info) != 0) return posix_fail(errno, "look at", folder);
  const std::uint64_t free = static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
  if (needed <= free) return {};
  return fail(ErrorKind::exhausted, fmt::format("{} has {} free, and {} are needed", folder.string(),
                                                render_byte_count({free}), render_byte_count({needed})));
}

Result<void> write_raw(BlockDevice& source, const std::filesystem::path& draft, const Progress& progress) {
  auto file = create_posix_file(draft);
  if (!file) return std::unexpected(file.error());
  if (auto sized = (*file)->truncate(source.size()); !sized) return sized;
  return copy_runs(source, sink_of(**file), progress);
}

Result<void> write_qcow2(BlockDevice& source, const std::filesystem::path& draft, const Progress& progress) {
  qcow2::Files files;
  auto file = create_posix_file(draft);
  if (!file) return std::unexpected(file.error());
  files.image = std::move(*file);
  if (auto laid = qcow2::lay_out(*files.image, {source.size(), 16, {}, {}}); !laid) return laid;
  for (std::size_t i = 0; i < 2; ++i) {  // notes for a crash: a draft that was not finished is of no use
    const std::filesystem::path notes = fmt::format("{}.notes-{}", draft.string(), i);
    auto made = create_posix_file(notes);
    if (!made) return std::unexpected(made.error());
    ::unlink(notes.c_str());
    files.journal[i] = std::move(*made);
  }
  auto device = qcow2::open_device(std::move(files), nullptr, {});
  if (!device) return std::unexpected(device.error());
  return copy_runs(source, sink_of(**device), progress);
}

}  // namespace

Result<void> check_export_target(const std::filesystem::path& target) {
  std::error_code unknown;
  if (std::filesystem::exists(std::filesystem::symlink_status(target, unknown)))
    return fail(ErrorKind::conflict, fmt::format("there is already a file {}; choose another name", target.string()));
  if (std::filesystem::is_directory(target.parent_path(), unknown)) return {};
  return fail(ErrorKind::not_found, fmt::format("there is no folder {}; make it first", target.parent_path().string()));
}

Result<void> export_disk(BlockDevice& source, const std::filesystem::path& target, ExportFormat format,
                         const Progress& progress) {
  if (auto good = check_export_target(target); !good) return good;
  const std::filesystem::path folder = target.parent_path();
  if (auto fits = check_space(source, folder); !fits) return fits;
  const std::filesystem::path draft = folder / fmt::format(".{}.unfinished", target.filename().string());
  ::unlink(draft.c_str());  // of an export that a crash ended
  auto done = format == ExportFormat::raw ? write_raw(source, draft, progress) : write_qcow2(source, draft, progress);
  if (done && ::renameat2(AT_FDCWD, draft.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) != 0)
    done = posix_fail(errno, "name the exported", target);
  if (!done) {
    ::unlink(draft.c_str());
    return done;
  }
  const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return posix_fail(errno, "flush", folder);
  return {};
}

}  // namespace bootferry::images
