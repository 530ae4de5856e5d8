// SPDX-License-Identifier: Apache-2.0
#include "images/image_library.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <stdexcept>

#include "images/file_copy.hpp"
#include "images/file_descriptor.hpp"
#include "images/image_uses.hpp"
#include "images/posix_error.hpp"
#include "images/raw_device.hpp"

namespace bootferry::images {
namespace {

constexpr std::string_view disk_suffix = ".raw";
constexpr std::string_view cd_suffix = ".iso";
constexpr std::string_view unfinished = ".unfinished-";  // no image name begins with a dot
constexpr std::uint64_t sector = 512;                    // what st_blocks counts in, and the smallest block

// boot::check_image_name is stricter; this one keeps any name inside the folder.
Result<void> check_name(std::string_view name) {
  const auto plain = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           letter == '-' || letter == '_' || letter == '.';
  };
  if (name.empty() || name.size() > 200 || name.front() == '.' || !std::ranges::all_of(name, plain)) {
    return fail(ErrorKind::invalid,
                "An image name is made of letters, digits, '-', '_' and '.', and begins with none of the latter.");
  }
  return {};
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return posix_fail(errno, "flush", folder);
  return {};
}

Result<ByteCount> source_size(int fd, const std::filesystem::path& path, std::uint64_t block) {
  struct stat info{};
  if (::fstat(fd, &info) != 0) return posix_fail(errno, "look at", path);
  std::uint64_t size = static_cast<std::uint64_t>(info.st_size);
  if (S_ISBLK(info.st_mode)) {
    if (::ioctl(fd, BLKGETSIZE64, &size) != 0) return posix_fail(errno, "ask the size of", path);
  } else if (!S_ISREG(info.st_mode)) {
    return fail(ErrorKind::unsupported, path.string() + " is neither a file nor a disk.");
  }
  if (size == 0) return fail(ErrorKind::invalid, path.string() + " is empty; it cannot be a disk.");
  return ByteCount{(size + block - 1) / block * block};  // a last part of a block is filled up with zeros
}

int allocate(int fd, int mode, ByteCount offset, ByteCount length) {
  int result = 0;
  do {
    result = ::fallocate(fd, mode, static_cast<off_t>(offset.value), static_cast<off_t>(length.value));
  } while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

// Behind the end of the file, which stays where it is: a crash leaves the old size. Where the space cannot be there,
// other images are not starved of it by trying.
Result<void> reserve_behind(int fd, const std::filesystem::path& file, ByteCount end, ByteCount new_end) {
  const ByteCount more{new_end.value - end.value};
  std::error_code unknown;
  const auto space = std::filesystem::space(file, unknown);
  const bool fits = unknown || space.available >= more.value;
  const int failed = fits ? allocate(fd, FALLOC_FL_KEEP_SIZE, end, more) : ENOSPC;
  if (failed == 0) return {};
  (void)::ftruncate(fd, static_cast<off_t>(end.value));  // gives back what was taken before it failed
  return posix_fail(failed, "reserve the space of", file);
}

}  // namespace

ImageLibrary::ImageLibrary(std::filesystem::path folder)
    : folder_(std::move(folder)), uses_(std::make_shared<ImageUses>()) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error)
    throw std::runtime_error("Cannot make the image folder " + folder_.string() + ": " + error.message() + ".");
  std::filesystem::directory_iterator entries(folder_, error);
  if (error)
    throw std::runtime_error("Cannot read the image folder " + folder_.string() + ": " + error.message() + ".");
  for (const auto& entry : entries) {
    if (entry.path().filename().string().starts_with(unfinished)) std::filesystem::remove(entry.path(), error);
  }
}

ImageLibrary::~ImageLibrary() = default;

std::filesystem::path ImageLibrary::file_of(std::string_view name, bool cd) const {
  return folder_ / (std::string(name) + std::string(cd ? cd_suffix : disk_suffix));
}

// Written under another name, flushed, named, and the folder flushed: after a crash the image is whole or not there.
Result<void> ImageLibrary::add(std::string_view name, bool cd,
                               const std::function<Result<void>(int, const std::filesystem::path&)>& fill) {
  if (auto checked = check_name(name); !checked) return checked;
  auto claim = uses_->claim(std::string(name));
  if (!claim) return std::unexpected(claim.error());
  const std::filesystem::path file = file_of(name, cd);
  std::error_code error;
  for (const bool kind : {false, true}) {
    if (!std::filesystem::exists(std::filesystem::symlink_status(file_of(name, kind), error))) continue;
    return fail(ErrorKind::conflict, "There is already an image " + std::string(name) + ".");
  }

  const std::filesystem::path draft = folder_ / (std::string(unfinished) + std::string(name));
  const FileDescriptor fd(::open(draft.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return posix_fail(errno, "make", draft);
  Result<void> done = fill(fd.get(), draft);
  if (done && ::fsync(fd.get()) != 0) done = posix_fail(errno, "flush", draft);
  if (done && ::renameat2(AT_FDCWD, draft.c_str(), AT_FDCWD, file.c_str(), RENAME_NOREPLACE) != 0) {
    done = posix_fail(errno, "name the new image", file);
  }
  if (!done) {
    ::unlink(draft.c_str());
    return done;
  }
  return sync_folder(folder_);
}

Result<void> ImageLibrary::create(std::string_view name, ByteCount size, std::uint32_t block_size) {
  if (size.value == 0) return fail(ErrorKind::invalid, "A disk needs a size above 0.");
  if (size.value > (1ull << 62)) return fail(ErrorKind::invalid, "No disk can be that big.");
  const std::uint64_t rounded = (size.value + block_size - 1) / block_size * block_size;
  return add(name, false, [rounded](int fd, const std::filesystem::path& draft) -> Result<void> {
    if (::ftruncate(fd, static_cast<off_t>(rounded)) != 0) return posix_fail(errno, "make room for", draft);
    return {};
  });
}

Result<void> ImageLibrary::import_file(std::string_view name, const std::filesystem::path& source,
                                       const Progress& progress, ImageShape shape) {
  const FileDescriptor from(::open(source.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!from) return posix_fail(errno, "open", source);
  auto size = source_size(from.get(), source, shape.block_size);
  if (!size) return std::unexpected(size.error());
  const auto hold = hold_source(from.get(), name);
  if (!hold) return std::unexpected(hold.error());
  return add(name, shape.cd, [&](int fd, const std::filesystem::path& draft) {
    const CopyJob job{from.get(), fd, *size, source, draft};
    return copy_file(job, [&](ByteCount done, ByteCount total) -> Result<void> {
      if (progress) progress(done, total);
      if (imports_stopped_)
        return fail(ErrorKind::unavailable, "The server stops; add the image again when it is back.");
      return {};
    });
  });
}

Result<std::shared_ptr<void>> ImageLibrary::hold_source(int source, std::string_view copy) {
  struct stat wanted{};
  if (::fstat(source, &wanted) != 0) return std::shared_ptr<void>();
  for (const std::string& name : names()) {
    struct stat info{};
    const auto file = path(name);
    if (!file || ::lstat(file->c_str(), &info) != 0 || info.st_dev != wanted.st_dev || info.st_ino != wanted.st_ino)
      continue;
    auto opened = open(name, OpenMode::read_only, "the copy " + std::string(copy) + " that is being made of it");
    if (!opened) return std::unexpected(opened.error());
    return opened->hold;
  }
  return std::shared_ptr<void>();
}

Result<ByteCount> ImageLibrary::grow(std::string_view name, ByteCount size, std::uint32_t block_size, bool thick) {
  if (size.value > (1ull << 62)) return fail(ErrorKind::invalid, "No disk can be that big.");
  auto file = path(name);
  if (!file) return std::unexpected(file.error());
  const ByteCount rounded{(size.value + block_size - 1) / block_size * block_size};
  std::lock_guard alone(growing_);
  if (auto grown = grow_file(*file, rounded, thick); !grown) return std::unexpected(grown.error());
  if (auto told = uses_->refresh_sizes(std::string(name)); !told) return std::unexpected(told.error());
  return rounded;
}

// The length of a file is one number of its inode: after a crash it is the old or the new one.
Result<void> ImageLibrary::grow_file(const std::filesystem::path& file, ByteCount size, bool thick) {
  const FileDescriptor fd(::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  if (!fd) return posix_fail(errno, "open", file);
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return posix_fail(errno, "look at", file);
  auto now = source_size(fd.get(), file, 1);
  if (!now) return std::unexpected(now.error());
  if (size.value / sector < now->value / sector)
    return fail(ErrorKind::conflict, fmt::format("This disk has {} bytes, and none is ever made smaller: make a new, "
                                                 "smaller image and copy to it from a machine that has both.",
                                                 now->value));
  if (S_ISBLK(info.st_mode)) {
    if (size == *now) return {};
    return fail(ErrorKind::conflict,
                fmt::format("{} has {} bytes itself; make it bigger first.", file.string(), now->value));
  }
  if (size <= *now) return {};
  if (thick) {
    if (auto reserved = reserve_behind(fd.get(), file, *now, size); !reserved) return reserved;
  }
  if (::ftruncate(fd.get(), static_cast<off_t>(size.value)) != 0) return posix_fail(errno, "make room for", file);
  if (::fsync(fd.get()) != 0) return posix_fail(errno, "flush", file);
  return {};
}

Result<void> ImageLibrary::remove(std::string_view name) {
  auto file = path(name);
  if (!file) return std::unexpected(file.error());
  auto claim = uses_->claim(std::string(name));
  if (!claim) return std::unexpected(claim.error());
  if (::unlink(file->c_str()) != 0) return posix_fail(errno, "remove", *file);
  ::unlink(sanitize_mark(name).c_str());
  return sync_folder(folder_);
}

Result<std::filesystem::path> ImageLibrary::path(std::string_view name) const {
  if (auto checked = check_name(name); !checked) return std::unexpected(checked.error());
  std::error_code error;
  const std::filesystem::path disk = file_of(name, false);
  const bool is_disk = std::filesystem::exists(std::filesystem::symlink_status(disk, error));
  const std::filesystem::path file = is_disk ? disk : file_of(name, true);
  const auto status = std::filesystem::symlink_status(file, error);
  if (!std::filesystem::exists(status))
    return fail(ErrorKind::not_found, "There is no image " + std::string(name) + ".");
  if (std::filesystem::is_symlink(status)) {
    return fail(ErrorKind::denied, file.string() + " is a symbolic link; images must be files themselves.");
  }
  return file;
}

Result<void> ImageLibrary::reserve(std::string_view name) {
  auto file = path(name);
  if (!file) return std::unexpected(file.error());
  const FileDescriptor fd(::open(file->c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  struct stat info{};
  if (!fd || ::fstat(fd.get(), &info) != 0) return posix_fail(errno, "open", *file);
  const int failed = allocate(fd.get(), 0, {0}, {static_cast<std::uint64_t>(info.st_size)});
  return failed == 0 ? Result<void>{} : posix_fail(failed, "reserve the space of", *file);
}

std::filesystem::path ImageLibrary::sanitize_mark(std::string_view name) const {
  return folder_ / ('.' + std::string(name) + ".sanitize");
}

Result<ByteCount> ImageLibrary::size(std::string_view name) const {
  auto file = path(name);
  if (!file) return std::unexpected(file.error());
  struct stat info{};
  if (::lstat(file->c_str(), &info) != 0) return posix_fail(errno, "look at", *file);
  return ByteCount{static_cast<std::uint64_t>(info.st_size) / sector * sector};
}

Result<ByteCount> ImageLibrary::allocated(std::string_view name) const {
  auto file = path(name);
  if (!file) return std::unexpected(file.error());
  struct stat info{};
  if (::lstat(file->c_str(), &info) != 0) return posix_fail(errno, "look at", *file);
  return ByteCount{static_cast<std::uint64_t>(info.st_blocks) * sector};
}

std::vector<std::string> ImageLibrary::names() const {
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    const std::string file = entry.path().filename().string();
    const bool known = file.ends_with(disk_suffix) || file.ends_with(cd_suffix);
    if (!known || file.starts_with('.') || !entry.is_regular_file(error)) continue;
    found.push_back(file.substr(0, file.size() - disk_suffix.size()));
  }
  std::ranges::sort(found);
  return found;
}

Result<Opened> ImageLibrary::open(std::string_view name, OpenMode mode, std::string_view holder,
                                  std::uint32_t block_size) {
  auto file = path(name);
  if (!file) return std::unexpected(file.error());
  return uses_->open(std::string(name), mode, std::string(holder),
                     [&] { return make_raw_device(*file, mode, Symlinks::refuse, block_size); });
}

std::vector<std::string> ImageLibrary::holders(std::string_view name) const {
  return uses_->holders(std::string(name));
}

}  // namespace bootferry::images
