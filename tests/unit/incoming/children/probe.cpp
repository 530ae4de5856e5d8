// SPDX-License-Identifier: Apache-2.0
// A child with bad intentions: tries what its first argument names, and exits with 0 when it could, with the errno when
// it could not.
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

int result(long value) { return value >= 0 ? 0 : errno; }

int eat_memory() {
  for (int i = 0; i < 64; ++i) {
    constexpr std::size_t piece = 64 << 20;
    if (::mmap(nullptr, piece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) return errno;
  }
  return 0;
}

int try_it(std::string_view what, const char* path) {
  if (what == "read") return result(::open(path, O_RDONLY));
  if (what == "write") return result(::open(path, O_WRONLY | O_CREAT, 0600));
  if (what == "append") return result(::open(path, O_WRONLY));
  if (what == "socket") return result(::socket(AF_INET, SOCK_STREAM, 0));
  if (what == "unix") return result(::socket(AF_UNIX, SOCK_STREAM, 0));
  if (what == "fork") return result(::fork());
  if (what == "exec") return ::execl(path, path, nullptr), errno;
  if (what == "kill") return result(::kill(::getppid(), 0));
  if (what == "input") {
    char byte = 0;
    return ::read(3, &byte, 1) == 1 ? 0 : 1;
  }
  if (what == "write-input") return result(::open("/dev/fd/3", O_RDWR));
  if (what == "output") {
    const int again = ::open("/dev/fd/4", O_RDWR);
    return again >= 0 ? result(::write(again, "done", 4)) : errno;
  }
  if (what == "write-far") {
    std::signal(SIGXFSZ, SIG_IGN);
    return result(::pwrite(4, "x", 1, 1 << 20));
  }
  if (what == "descriptors") {
    for (int fd = 5; fd < 1024; ++fd)
      if (::fcntl(fd, F_GETFD) >= 0) return fd > 255 ? 255 : fd;
    return 0;
  }
  if (what == "memory") return eat_memory();
  if (what == "spin")
    for (;;) {
    }
  if (what == "sleep") {
    ::close(1);
    ::close(2);
    for (;;) ::pause();
  }
  if (what == "words") {
    for (int i = 0; i < 1000; ++i) std::fprintf(stderr, "word %d\n", i);
    return 0;
  }
  return 99;
}

}  // namespace

int main(int argc, char** argv) { return argc == 3 ? try_it(argv[1], argv[2]) : 98; }
