// SPDX-License-Identifier: Apache-2.0
// What a run has moved so far, and the bytes that each answer is held against. Shared by the readers of one thread.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace bootferry::bench {

using Now = std::chrono::steady_clock;

struct Tally {
  bool counting = false;
  std::uint64_t bytes = 0, answers = 0, repeats = 0, gaps = 0;
  std::vector<double> seconds;  ///< of each answer

  void add(Now::duration took) {
    if (!counting) return;
    ++answers;
    seconds.push_back(std::chrono::duration<double>(took).count());
  }
};

/// The file that is served, mapped: what comes must be its bytes.
class Expected {
 public:
  explicit Expected(const std::string& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat info{};
    if (descriptor < 0 || ::fstat(descriptor, &info) != 0) throw std::runtime_error("no file " + file);
    const auto size = static_cast<std::size_t>(info.st_size);
    void* at = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0);
    ::close(descriptor);
    if (at == MAP_FAILED) throw std::runtime_error("cannot map " + file);
    bytes_ = {static_cast<const char*>(at), size};
  }
  ~Expected() { ::munmap(const_cast<char*>(bytes_.data()), bytes_.size()); }
  Expected(const Expected&) = delete;
  Expected& operator=(const Expected&) = delete;
  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  void check(std::uint64_t offset, std::string_view got) const {
    if (offset > bytes_.size() || bytes_.substr(offset, got.size()) != got)
      throw std::runtime_error("wrong bytes at " + std::to_string(offset));
  }

 private:
  std::string_view bytes_;
};

}  // namespace bootferry::bench
