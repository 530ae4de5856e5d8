// SPDX-License-Identifier: Apache-2.0
#include "app/part_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/sparse_write.hpp"
#include "images/disk_export.hpp"
#include "images/posix_error.hpp"
#include "images/raw_device.hpp"
#include "images/slice_device.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;

constexpr std::size_t note_size = 4096;
constexpr std::uint64_t keep_every = 16 << 20;  // what a power cut may cost

Result<void> sync_folder_of(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const images::FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return images::posix_fail(errno, "flush", folder);
  return {};
}

/// Not over what is there. Some file systems cannot promise that by themselves: there it is looked at before.
int rename_new(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (::access(to.c_str(), F_OK) == 0) return EEXIST;
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

}  // namespace

PartFile::PartFile(std::filesystem::path target, std::filesystem::path part, images::FileDescriptor fd)
    : target_(std::move(target)), part_(std::move(part)), fd_(std::move(fd)) {}

Result<PartFile> PartFile::open(const std::filesystem::path& target) {
  if (auto good = images::check_export_target(std::filesystem::absolute(target)); !good)
    return std::unexpected(good.error());
  std::filesystem::path part = target;
  part += ".part";
  // A disk holds secrets: nobody else reads it.
  images::FileDescriptor fd(::open(part.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return images::posix_fail(errno, "make", part);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
    return fail(ErrorKind::conflict, fmt::format("another command is writing {}; wait for it", part.string()));
  PartFile file(target, std::move(part), std::move(fd));
  file.read_note();
  return file;
}

void PartFile::read_note() {
  struct stat facts{};
  if (::fstat(fd_.get(), &facts) != 0 || facts.st_size <= static_cast<off_t>(note_size)) return;
  const std::uint64_t size = static_cast<std::uint64_t>(facts.st_size) - note_size;
  std::string text(note_size, '\0');
  if (::pread(fd_.get(), text.data(), text.size(), static_cast<off_t>(size)) != static_cast<ssize_t>(text.size()))
    return;
  text.resize(std::strlen(text.c_str()));
  const json note = json::parse(text, nullptr, false);
  if (!note.is_object()) return;
  const json etag = note.value("etag", json());
  const auto number = [&](const char* key) {
    const json value = note.value(key, json());
    return value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
  };
  if (!etag.is_string() || number("size") != size || number("arrived") > size) return;
  etag_ = etag.get<std::string>();
  size_ = size;
  arrived_ = kept_ = number("arrived");
}

Result<void> PartFile::begin(std::string etag, ByteCount size) {
  etag_ = std::move(etag);
  size_ = size.value;
  arrived_ = kept_ = 0;
  const auto whole = static_cast<off_t>(size_ + note_size);
  if (::ftruncate(fd_.get(), 0) != 0 || ::ftruncate(fd_.get(), whole) != 0)
    return images::posix_fail(errno, "make room in", part_);
  return {};
}

Result<void> PartFile::append(ByteView bytes) {
  if (bytes.size() > size_ - arrived_) return fail(ErrorKind::invalid, "the server sends more than the disk has");
  if (const int failed = write_sparse(fd_.get(), bytes, arrived_); failed != 0)
    return images::posix_fail(failed, "write", part_);
  arrived_ += bytes.size();
  return arrived_ - kept_ >= keep_every ? keep() : Result<void>();
}

Result<void> PartFile::keep() {
  if (::fdatasync(fd_.get()) != 0) return images::posix_fail(errno, "flush", part_);
  std::string text = json{{"etag", etag_}, {"size", size_}, {"arrived", arrived_}}.dump();
  if (text.size() >= note_size) return fail(ErrorKind::invalid, "the server's ETag is too long");
  text.resize(note_size, '\0');
  if (const int failed = write_whole(fd_.get(), bytes_of(text), size_); failed != 0)
    return images::posix_fail(failed, "write", part_);
  kept_ = arrived_;
  return {};
}

Result<void> PartFile::finish_raw() {
  if (::ftruncate(fd_.get(), static_cast<off_t>(size_)) != 0 || ::fsync(fd_.get()) != 0)
    return images::posix_fail(errno, "flush", part_);
  const int failed = rename_new(part_, target_);
  if (failed == 0) return sync_folder_of(target_);
  auto kept = ::ftruncate(fd_.get(), static_cast<off_t>(size_ + note_size)) == 0 ? keep() : Result<void>();
  return kept ? images::posix_fail(failed, "name", target_) : kept;
}

Result<void> PartFile::finish_qcow2(const Progress& progress) {
  auto whole = images::make_raw_device(part_, images::OpenMode::read_only);
  if (!whole) return std::unexpected(whole.error());
  images::SliceDevice disk(std::move(*whole), {}, {size_});
  auto made = images::export_disk(disk, std::filesystem::absolute(target_), images::ExportFormat::qcow2, progress);
  if (made) remove();
  return made;
}

void PartFile::remove() { ::unlink(part_.c_str()); }

}  // namespace bootferry::app
