// SPDX-License-Identifier: Apache-2.0
// A file that is as slow as one on a hard disk: `slow_disk BACKING MOUNTED seek_ms MB_per_s` mounts BACKING over the
// file MOUNTED (FUSE) until it gets SIGTERM. One arm serves one read at a time, in order of arrival; a read that does
// not go on where the last one ended waits for a seek. The kernel's page cache lies above it, as above a real disk.
// Prints "reads seeks bytes" when it ends.
#define FUSE_USE_VERSION 31
#include <fcntl.h>
#include <fuse.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

namespace {

using SteadyClock = std::chrono::steady_clock;

struct Disk {
  int fd = -1;
  std::chrono::nanoseconds seek{};
  double nanoseconds_per_byte = 0;
  std::mutex arm;  // held for as long as a read takes
  off_t head = 0;
  unsigned long reads = 0;
  unsigned long seeks = 0;
  unsigned long long bytes = 0;
};
Disk disk;

int get_attributes(const char*, struct stat* info, fuse_file_info*) { return fstat(disk.fd, info) == 0 ? 0 : -errno; }

int open_file(const char*, fuse_file_info* info) {
  info->keep_cache = 1;
  return 0;
}

int read_file(const char*, char* out, size_t size, off_t offset, fuse_file_info*) {
  const ssize_t got = pread(disk.fd, out, size, offset);
  if (got < 0) return -errno;
  std::lock_guard lock(disk.arm);
  const auto begin = SteadyClock::now();
  auto takes = std::chrono::nanoseconds(static_cast<long>(static_cast<double>(got) * disk.nanoseconds_per_byte));
  // A short way on passes below the head.
  const off_t skipped = offset - disk.head;
  if (skipped < 0 || skipped > 256 << 10) {
    takes += disk.seek;
    ++disk.seeks;
  } else {
    takes += std::chrono::nanoseconds(static_cast<long>(static_cast<double>(skipped) * disk.nanoseconds_per_byte));
  }
  disk.head = offset + got;
  ++disk.reads;
  disk.bytes += static_cast<unsigned long long>(got);
  std::this_thread::sleep_until(begin + takes);
  return static_cast<int>(got);
}

int write_file(const char*, const char* data, size_t size, off_t offset, fuse_file_info*) {
  const ssize_t put = pwrite(disk.fd, data, size, offset);
  return put < 0 ? -errno : static_cast<int>(put);
}

int flush_file(const char*, int, fuse_file_info*) { return 0; }

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) {
    std::fprintf(stderr, "usage: slow_disk BACKING MOUNTED SEEK_MS MB_PER_S\n");
    return 2;
  }
  disk.fd = open(arguments[1], O_RDWR | O_CLOEXEC);
  if (disk.fd < 0) {
    std::perror(arguments[1]);
    return 1;
  }
  disk.seek = std::chrono::nanoseconds(static_cast<long>(std::atof(arguments[3]) * 1e6));
  disk.nanoseconds_per_byte = 1e3 / std::atof(arguments[4]);
  fuse_operations operations{};
  operations.getattr = get_attributes;
  operations.open = open_file;
  operations.read = read_file;
  operations.write = write_file;
  operations.fsync = flush_file;
  char foreground[] = "-f";
  char options[] = "-oattr_timeout=3600";
  char* fuse_arguments[] = {arguments[0], foreground, options, arguments[2]};
  const int result = fuse_main(4, fuse_arguments, &operations, nullptr);
  std::printf("%lu %lu %llu\n", disk.reads, disk.seeks, disk.bytes);
  return result;
}
