// SPDX-License-Identifier: Apache-2.0
// A regular file that is open for reading, and how to open one below a folder so that no path and no symlink leads out
// of it (openat2 with RESOLVE_BENEATH). Used by files on a loop (try_) or a file thread; the descriptor closes itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"

struct stat;

namespace bootferry::http {

class OpenFile {
 public:
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  /// Bytes read (0 at the end of the file), or -1 with errno.
  [[nodiscard]] long read_some(char* out, std::size_t count, std::uint64_t offset) const;
  /// As read_some, but only what needs no disk: -1 with EAGAIN else.
  [[nodiscard]] long try_read_some(char* out, std::size_t count, std::uint64_t offset) const;

  /// All of it is in memory (cachestat(2), Linux 6.5). False also where that cannot be told.
  [[nodiscard]] bool is_in_memory(std::size_t count, std::uint64_t offset) const;
  [[nodiscard]] int descriptor() const { return descriptor_; }

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] std::chrono::sys_seconds modified() const { return modified_; }
  /// Changes whenever the file's bytes may have changed: made of inode, size and time in nanoseconds.
  [[nodiscard]] const std::string& etag() const { return etag_; }

 private:
  friend Result<std::shared_ptr<const OpenFile>> adopt_file(int descriptor);
  friend class OpenFileMemo;

  /// Which bytes these are: of another file, or of this one changed, it is another.
  struct Identity {
    std::uint64_t device = 0, inode = 0, size = 0;
    std::int64_t modified_ns = 0, changed_ns = 0;
    friend bool operator==(const Identity&, const Identity&) = default;
  };
  static Identity identity_of(const struct stat& found);

  int descriptor_;
  Identity identity_;
  std::uint64_t size_ = 0;
  std::chrono::sys_seconds modified_{};
  std::string etag_;
};

/// The file that a connection was sent last, open as long as the path leads to it unchanged: who reads an ISO image
/// asks for thousands of parts of one file. One for each connection; whoever asks the handlers for it uses it alone.
class OpenFileMemo {
 public:
  void keep(const std::filesystem::path& path, std::shared_ptr<const OpenFile> file);
  /// The kept file if it is still what `path` leads to, by one look that follows links: bytes of no other file come
  /// out.
  [[nodiscard]] std::shared_ptr<const OpenFile> find(const std::filesystem::path& path) const;

 private:
  std::filesystem::path path_;
  std::shared_ptr<const OpenFile> file_;
};

enum class Patience { may_wait, only_cached };

/// not_found when there is no such regular file; unavailable when only_cached was asked and the kernel would have to
/// wait.
[[nodiscard]] Result<std::shared_ptr<const OpenFile>> open_below(const std::filesystem::path& folder,
                                                                 const std::string& relative, Patience patience);
/// A file that the server's own lists name; symlinks are followed.
[[nodiscard]] Result<std::shared_ptr<const OpenFile>> open_named(const std::filesystem::path& file);

}  // namespace bootferry::http
