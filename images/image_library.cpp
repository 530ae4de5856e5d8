// SPDX-License-Identifier: Apache-2.0
#include "images/image_library.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <stdexcept>

#include "images/file_copy.hpp"
#include "images/file_descriptor.hpp"
#include "images/image_uses.hpp"
#include "images/layer_devices.hpp"
#include "images/layer_paths.hpp"
#include "images/posix_error.hpp"
#include "images/source_size.hpp"

namespace bootferry::images {
namespace {

constexpr std::uint64_t sector = 512;  // what st_blocks counts in, and the smallest block

/// Drafts, and notes of what is gone.
void sweep(const std::filesystem::directory_iterator& entries) {
  std::error_code error;
  for (const auto& entry : entries) {
    const std::filesystem::path owner = owner_of_notes(entry.path());
    const bool orphan = !owner.empty() && !std::filesystem::exists(std::filesystem::symlink_status(owner, error));
    const bool draft = entry.path().filename().string().starts_with(unfinished);
    if (draft || orphan) std::filesystem::remove(entry.path(), error);
  }
}

}  // namespace

ImageLibrary::ImageLibrary(std::filesystem::path folder)
    : folder_(std::move(folder)),
      uses_(std::make_shared<ImageUses>()),
      devices_(std::make_unique<LayerDevices>(folder_)) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error)
    throw std::runtime_error("Cannot make the image folder " + folder_.string() + ": " + error.message() + ".");
  const std::filesystem::directory_iterator entries(folder_, error);
  if (error)
    throw std::runtime_error("Cannot read the image folder " + folder_.string() + ": " + error.message() + ".");
  sweep(entries);
  const std::filesystem::directory_iterator layers(folder_ / layers_folder, error);
  if (!error) sweep(layers);
}

ImageLibrary::~ImageLibrary() = default;

std::filesystem::path ImageLibrary::file_of(std::string_view name, bool cd) const {
  return folder_ / (std::string(name) + std::string(cd ? cd_suffix : disk_suffix));
}

Result<std::shared_ptr<void>> ImageLibrary::claim_new(std::string_view name) {
  if (auto checked = check_name(name); !checked) return std::unexpected(checked.error());
  auto claim = claim_layer(file_of(name, false).filename().string());
  auto other_claim = claim_layer(file_of(name, true).filename().string());
  if (!claim || !other_claim) return std::unexpected(claim ? other_claim.error() : claim.error());
  using Both = std::pair<std::shared_ptr<void>, std::shared_ptr<void>>;
  std::error_code error;
  for (const bool kind : {false, true}) {
    if (!std::filesystem::exists(std::filesystem::symlink_status(file_of(name, kind), error))) continue;
    return fail(ErrorKind::conflict, "There is already an image " + std::string(name) + ".");
  }
  return std::shared_ptr<void>(std::make_shared<Both>(std::move(*claim), std::move(*other_claim)));
}

Result<void> ImageLibrary::name_file(std::string_view name, bool cd, int fd, const std::filesystem::path& draft) {
  const std::filesystem::path file = file_of(name, cd);
  if (::fsync(fd) != 0) return posix_fail(errno, "flush", draft);
  if (::renameat2(AT_FDCWD, draft.c_str(), AT_FDCWD, file.c_str(), RENAME_NOREPLACE) != 0)
    return posix_fail(errno, "name the new image", file);
  return sync_folder(folder_);
}

Result<void> ImageLibrary::add(std::string_view name, bool cd,
                               const std::function<Result<void>(int, const std::filesystem::path&)>& fill) {
  auto draft = make_draft(name);
  if (!draft) return std::unexpected(draft.error());
  if (auto filled = fill(draft->fd(), draft->path()); !filled) return filled;
  auto named = name_file(name, cd, draft->fd(), draft->path());
  if (named) draft->keep();
  return named;
}

Result<ImageDraft> ImageLibrary::make_draft(std::string_view name) {
  auto claim = claim_new(name);
  if (!claim) return std::unexpected(claim.error());
  std::filesystem::path path = folder_ / (std::string(unfinished) + std::string(name));
  FileDescriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return posix_fail(errno, "make", path);
  return ImageDraft(std::string(name), std::move(path), std::move(fd), std::move(*claim));
}

Result<void> ImageLibrary::name_draft(ImageDraft draft, ImageShape shape) {
  auto size = source_size(draft.fd(), draft.path(), shape.block_size);
  if (!size) return std::unexpected(size.error());
  if (::ftruncate(draft.fd(), static_cast<off_t>(size->value)) != 0)
    return posix_fail(errno, "make room for", draft.path());
  auto named = name_file(draft.name(), shape.cd, draft.fd(), draft.path());
  if (named) draft.keep();
  return named;
}

Result<void> ImageLibrary::create(std::string_view name, ByteCount size, std::uint32_t block_size,
                                  const Prepare& prepare) {
  if (size.value == 0) return fail(ErrorKind::invalid, "A disk needs a size above 0.");
  if (size.value > (1ull << 62)) return fail(ErrorKind::invalid, "No disk can be that big.");
  const std::uint64_t rounded = (size.value + block_size - 1) / block_size * block_size;
  return add(name, false, [&](int fd, const std::filesystem::path& draft) -> Result<void> {
    if (::ftruncate(fd, static_cast<off_t>(rounded)) != 0) return posix_fail(errno, "make room for", draft);
    return prepare ? prepare(draft) : Result<void>{};
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
      if (auto go_on = progress ? progress(done, total) : Result<void>{}; !go_on) return go_on;
      return check_not_stopped();
    });
  });
}

Result<void> ImageLibrary::check_not_stopped() const {
  if (!imports_stopped_) return {};
  return fail(ErrorKind::unavailable, "The server stops; add the image again when it is back.");
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

Result<void> ImageLibrary::remove(std::string_view name) {
  auto file = path(name);
  if (!file) return std::unexpected(file.error());
  const auto claim = claim_layer(file->filename().string());
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
  const auto file = path(name);
  if (!file) return std::unexpected(file.error());
  const LayerFile only{file->filename().string(), "raw"};  // a CD is read the same way
  StackOptions options;
  options.block_size = block_size;
  options.name = "image " + std::string(name);
  return open_stack({&only, 1}, mode, holder, options);
}

std::vector<std::string> ImageLibrary::holders(std::string_view name) const {
  const auto file = path(name);
  return layer_holders(file ? file->filename().string() : file_of(name, false).filename().string());
}

}  // namespace bootferry::images
