// SPDX-License-Identifier: Apache-2.0
#include "app/upload_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/log.hpp"
#include "base/sparse_write.hpp"
#include "images/file_descriptor.hpp"
#include "incoming/convert.hpp"

namespace bootferry::app {
namespace {

using images::FileDescriptor;
using nlohmann::json;

constexpr std::uint64_t flush_every = 64 << 20;

std::unexpected<Error> file_fail(int error, std::string_view what) {
  const bool full = error == ENOSPC || error == EDQUOT;
  return fail(full ? ErrorKind::exhausted : ErrorKind::io,
              fmt::format("the upload {}: {}", what, std::strerror(error)));
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return file_fail(errno, "cannot be made");
  return {};
}

json note_of(const boot::NewUpload& upload, ByteCount durable) {
  const boot::NewImage& image = upload.image;
  return {{"name", image.name},
          {"block_size", image.block_size},
          {"removable", image.traits.removable},
          {"thick", image.traits.thick},
          {"physical_block_size", image.traits.physical_block_size},
          {"format", image.format.value_or("")},
          {"sha256", image.sha256},
          {"file_name", upload.file_name},
          {"length", upload.length.value},
          {"durable", durable.value}};
}

boot::NewUpload parse_note(const json& note) {
  boot::NewUpload upload;
  upload.image.name = note.at("name");
  upload.image.block_size = note.at("block_size");
  upload.image.traits.removable = note.at("removable");
  upload.image.traits.thick = note.at("thick");
  upload.image.traits.physical_block_size = note.at("physical_block_size");
  if (const std::string format = note.at("format"); !format.empty()) upload.image.format = format;
  upload.image.sha256 = note.at("sha256");
  upload.file_name = note.at("file_name");
  upload.length = {note.at("length").get<std::uint64_t>()};
  return upload;
}

}  // namespace

struct UploadFolder::Upload {
  std::string id;
  boot::NewUpload wanted;
  std::filesystem::path part, note;
  ByteCount offset;
  WallTime last_change;
  bool busy = false, removed = false;

  /// Another file is written and takes the name: after a crash it is the old note or the new one.
  [[nodiscard]] Result<void> write_note(ByteCount durable) const {
    const std::filesystem::path draft = note.string() + ".new";
    const FileDescriptor fd(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd) return file_fail(errno, "cannot be noted");
    const std::string text = note_of(wanted, durable).dump(-1, ' ', false, json::error_handler_t::replace);
    if (const int failed = write_whole(fd.get(), bytes_of(text), 0); failed != 0)
      return file_fail(failed, "cannot be noted");
    if (::fsync(fd.get()) != 0 || ::rename(draft.c_str(), note.c_str()) != 0)
      return file_fail(errno, "cannot be noted");
    return {};
  }
  void remove_files() const {
    ::unlink(part.c_str());
    ::unlink(note.c_str());
  }
};

/// An append or a flush that failed is its last.
class UploadFolder::Writer final : public boot::UploadWriter {
 public:
  Writer(UploadFolder& folder, std::shared_ptr<Upload> upload, FileDescriptor fd)
      : folder_(folder), upload_(std::move(upload)), fd_(std::move(fd)), offset_(upload_->offset), flushed_(offset_) {}
  ~Writer() override {
    std::lock_guard lock(folder_.mutex_);
    upload_->busy = false;
    upload_->offset = offset_;  // also after a lost connection: what came is kept
    upload_->last_change = folder_.clock_.wall_now();
    if (upload_->removed) upload_->remove_files();
  }
  Result<void> append(ByteView bytes) override {
    if (bytes.size() > upload_->wanted.length.value - offset_.value)
      return fail(ErrorKind::invalid, "the upload would become longer than it was said to be");
    if (const int failed = write_sparse(fd_.get(), bytes, offset_.value); failed != 0)
      return file_fail(failed, "cannot be written");
    offset_ += ByteCount{bytes.size()};
    // A hole at the end is no part of a file yet.
    if (!bytes.empty() && bytes.back() == 0 && ::ftruncate(fd_.get(), static_cast<off_t>(offset_.value)) != 0)
      return file_fail(errno, "cannot be written");
    return (offset_ - flushed_).value < flush_every ? Result<void>{} : flush();
  }
  Result<ByteCount> finish() override {
    if (auto flushed = flush(); !flushed) return std::unexpected(flushed.error());
    return offset_;
  }

 private:
  Result<void> flush() {
    if (::fdatasync(fd_.get()) != 0) {
      const int failed = errno;
      offset_ = flushed_;  // the system says so once, and may forget what it could not write: it is sent again
      return file_fail(failed, "cannot be flushed");
    }
    flushed_ = offset_;
    return upload_->write_note(offset_);
  }
  UploadFolder& folder_;
  const std::shared_ptr<Upload> upload_;
  const FileDescriptor fd_;
  ByteCount offset_, flushed_;
};

UploadFolder::UploadFolder(std::filesystem::path folder, Random& random, const Clock& clock)
    : folder_(std::move(folder)), random_(random), clock_(clock) {
  std::error_code failed;
  std::filesystem::create_directories(folder_, failed);
  if (!failed) std::filesystem::permissions(folder_, std::filesystem::perms::owner_all, failed);
  if (failed)
    throw std::runtime_error("Cannot make the folder of uploads " + folder_.string() + ": " + failed.message());
  take_up();
}

UploadFolder::~UploadFolder() = default;

void UploadFolder::take_up() {
  std::error_code failed;
  std::vector<std::filesystem::path> notes, others;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, failed))
    (entry.path().extension() == ".json" ? notes : others).push_back(entry.path());
  for (const auto& note : notes) take_up_one(note);
  for (const auto& other : others)
    if (!uploads_.contains(other.stem().string())) std::filesystem::remove(other, failed);
  drop_expired();
}

void UploadFolder::take_up_one(const std::filesystem::path& path) {
  auto upload = std::make_shared<Upload>();
  upload->id = path.stem().string();
  upload->note = path;
  upload->part = folder_ / (upload->id + ".part");
  struct stat info{};
  std::uint64_t durable = 0;
  try {
    const json note = json::parse(std::ifstream(path));
    upload->wanted = parse_note(note);
    durable = note.at("durable");
  } catch (const json::exception&) {
    return upload->remove_files();
  }
  if (::lstat(upload->part.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return upload->remove_files();
  // What is behind the last flush may be anything after a power cut, and is little after a kill: it is sent again.
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size < durable || ::truncate(upload->part.c_str(), static_cast<off_t>(durable)) != 0)
    return upload->remove_files();
  upload->offset = {durable};
  upload->last_change = WallTime{std::chrono::seconds(info.st_mtime)};
  uploads_.emplace(upload->id, std::move(upload));
}

void UploadFolder::drop_expired() {
  const WallTime now = clock_.wall_now();
  std::erase_if(uploads_, [now](const auto& entry) {
    const Upload& upload = *entry.second;
    const bool whole = upload.offset == upload.wanted.length;  // it becomes an image, when its turn comes
    if (upload.busy || whole || now - upload.last_change < lifetime) return false;
    log::info("UPLOAD_EXPIRED", {{"image", upload.wanted.image.name}, {"id", upload.id}});
    upload.remove_files();
    return true;
  });
}

Result<boot::UploadView> UploadFolder::create(const boot::NewUpload& wanted) {
  std::lock_guard lock(mutex_);
  drop_expired();
  if (uploads_.size() >= most)
    return fail(ErrorKind::unavailable, "too many uploads are unfinished; end one of them first");
  const FileDescriptor disk(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  auto space = incoming::usable_space(disk.get());
  if (!space) return std::unexpected(space.error());
  // Once for what is sent, and it becomes an image of that size at least; what others were promised is not there
  // either.
  std::uint64_t promised = 0;
  for (const auto& [id, upload] : uploads_) promised += (upload->wanted.length - upload->offset).value;
  if (wanted.length.value > space->value || promised > space->value - wanted.length.value)
    return fail(ErrorKind::exhausted,
                fmt::format("the upload has {}, and only {} are free for it", render_byte_count(wanted.length),
                            render_byte_count({space->value - std::min(promised, space->value)})));
  std::array<std::uint8_t, 16> name{};
  random_.fill(name);
  auto upload = std::make_shared<Upload>();
  upload->id = fmt::format("{:02x}", fmt::join(name, ""));
  upload->wanted = wanted;
  upload->part = folder_ / (upload->id + ".part");
  upload->note = folder_ / (upload->id + ".json");
  upload->last_change = clock_.wall_now();
  const FileDescriptor part(::open(upload->part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!part) return file_fail(errno, "cannot be made");
  auto noted = upload->write_note({0});
  if (noted) noted = sync_folder(folder_);
  if (!noted) {
    upload->remove_files();
    return std::unexpected(noted.error());
  }
  uploads_.emplace(upload->id, upload);
  return view_of(*upload);
}

boot::UploadView UploadFolder::view_of(const Upload& upload) const {
  return {upload.id, upload.wanted, upload.offset, upload.last_change + lifetime};
}

std::shared_ptr<UploadFolder::Upload> UploadFolder::find(std::string_view id) const {
  const auto found = uploads_.find(id);
  return found == uploads_.end() ? nullptr : found->second;
}

std::vector<boot::UploadView> UploadFolder::all() {
  std::lock_guard lock(mutex_);
  drop_expired();
  std::vector<boot::UploadView> views;
  for (const auto& [id, upload] : uploads_) views.push_back(view_of(*upload));
  return views;
}

Result<boot::UploadView> UploadFolder::require(std::string_view id) {
  std::lock_guard lock(mutex_);
  drop_expired();
  const auto upload = find(id);
  if (!upload) return fail(ErrorKind::not_found, "there is no such upload; it may be done, or too old");
  return view_of(*upload);
}

Result<std::unique_ptr<boot::UploadWriter>> UploadFolder::write(std::string_view id, ByteCount offset) {
  std::lock_guard lock(mutex_);
  drop_expired();
  const auto upload = find(id);
  if (!upload) return fail(ErrorKind::not_found, "there is no such upload; it may be done, or too old");
  if (upload->busy) return fail(ErrorKind::conflict, "this upload is being written by another connection");
  if (upload->offset != offset)
    return fail(ErrorKind::conflict, fmt::format("this upload goes on at byte {}", upload->offset.value));
  FileDescriptor fd(::open(upload->part.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  // What a failed write left behind the offset would show through the holes.
  if (!fd || ::ftruncate(fd.get(), static_cast<off_t>(offset.value)) != 0) return file_fail(errno, "cannot be opened");
  upload->busy = true;
  return std::make_unique<Writer>(*this, upload, std::move(fd));
}

Result<void> UploadFolder::remove(std::string_view id) {
  std::lock_guard lock(mutex_);
  const auto upload = find(id);
  if (!upload) return fail(ErrorKind::not_found, "there is no such upload; it may be done, or too old");
  upload->removed = true;
  if (!upload->busy) upload->remove_files();
  uploads_.erase(uploads_.find(id));
  return {};
}

std::vector<UploadFolder::Whole> UploadFolder::whole() {
  std::vector<Whole> found;
  std::lock_guard lock(mutex_);
  for (const auto& [id, upload] : uploads_)
    if (upload->offset == upload->wanted.length) found.push_back({id, upload->wanted, upload->part});
  return found;
}

std::optional<UploadFolder::Whole> UploadFolder::find_whole(std::string_view id) {
  std::lock_guard lock(mutex_);
  const auto upload = find(id);
  if (!upload || upload->offset != upload->wanted.length) return std::nullopt;
  return Whole{upload->id, upload->wanted, upload->part};
}

}  // namespace bootferry::app
