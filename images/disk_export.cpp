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

using Progress = std::function<Result<void>(ByteCount done, ByteCount total)>;
using Write = std::function<Result<void>(ByteCount offset, ByteView data)>;

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

Result<void> copy_runs(BlockDevice& source, const Write& write, const Progress& progress) {
  Bytes buffer(piece);
  return for_each_run(source, [&](const Extent& extent) -> Result<void> {
    const std::uint64_t end = extent.offset.value + extent.length.value;
    for (std::uint64_t at = extent.offset.value; extent.allocated && at < end;) {
      const std::uint64_t length = std::min(piece, end - at);
      const MutableByteView part(buffer.data(), length);
      if (auto read = source.read({at}, part); !read) return read;
      if (auto written = write({at}, part); !written) return written;
      at += length;
      if (auto go_on = progress({at}, source.size()); !go_on) return go_on;
    }
    return progress({end}, source.size());
  });
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
  auto copied = copy_runs(source, [&](ByteCount at, ByteView data) { return (*file)->write(at, data); }, progress);
  return copied ? (*file)->flush() : copied;
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
  auto copied = copy_runs(source, [&](ByteCount at, ByteView data) { return (*device)->write(at, data); }, progress);
  return copied ? (*device)->flush() : copied;
}

}  // namespace

Result<void> export_disk(BlockDevice& source, const std::filesystem::path& target, ExportFormat format,
                         const Progress& progress) {
  std::error_code unknown;
  if (std::filesystem::exists(std::filesystem::symlink_status(target, unknown)))
    return fail(ErrorKind::conflict, fmt::format("there is already a file {}; choose another name", target.string()));
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
