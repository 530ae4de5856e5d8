// SPDX-License-Identifier: Apache-2.0
#include "incoming/confinement.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "base/log.hpp"

// The sanitizers' runtime reserves terabytes of address space.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BOOTFERRY_SANITIZED 1
#endif

namespace bootferry::incoming {
namespace {

using images::FileDescriptor;

// Names of newer kernels than the headers may know (include/uapi/linux/landlock.h).
constexpr std::uint64_t access_execute = 1, access_write = 2, access_read = 4, access_read_dir = 8;
constexpr std::uint64_t access_all_v1 = 0x1fff, access_refer = 1 << 13, access_truncate = 1 << 14,
                        access_device = 1 << 15;
constexpr std::uint64_t net_all_v4 = 3, scope_all_v6 = 3;
struct RulesetAttributes {
  std::uint64_t files = 0, net = 0, scope = 0;
};

int landlock_version() {
  return static_cast<int>(::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION));
}

void allow(int ruleset, int fd, std::uint64_t access) {
  landlock_path_beneath_attr rule{};
  rule.allowed_access = access;
  rule.parent_fd = fd;
  (void)::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

void allow_path(int ruleset, const char* path, std::uint64_t access) {
  const FileDescriptor fd(::open(path, O_PATH | O_CLOEXEC));
  if (fd) allow(ruleset, fd.get(), access);
}

/// Empty where the kernel has no Landlock.
FileDescriptor make_ruleset(const std::filesystem::path& program, int input, int output) {
  const int version = landlock_version();
  static std::atomic<bool> told{false};
  if (version < 1) {
    if (!told.exchange(true))
      log::warning("LANDLOCK_MISSING", {{"mend",
                                         "images are converted in a child without sockets and with limits, but a "
                                         "kernel with Landlock (CONFIG_SECURITY_LANDLOCK) would also keep it from "
                                         "reading other files"}});
    return FileDescriptor();
  }
  RulesetAttributes attributes;
  attributes.files = access_all_v1;
  if (version >= 2) attributes.files |= access_refer;
  if (version >= 3) attributes.files |= access_truncate;
  if (version >= 5) attributes.files |= access_device;
  if (version >= 4) attributes.net = net_all_v4;
  if (version >= 6) attributes.scope = scope_all_v6;
  const std::size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
  FileDescriptor ruleset(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0)));
  if (!ruleset) return ruleset;
  const std::uint64_t truncate = attributes.files & access_truncate;
  for (const char* folder : {"/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/share/qemu"})
    allow_path(ruleset.get(), folder, access_read | access_read_dir);
  for (const char* loader : {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"})
    allow_path(ruleset.get(), loader, access_read | access_execute);
  for (const char* file : {"/etc/ld.so.cache", "/dev/urandom"}) allow_path(ruleset.get(), file, access_read);
  allow_path(ruleset.get(), "/dev/null", access_read | access_write);
  allow_path(ruleset.get(), program.c_str(), access_read | access_execute);
  if (input >= 0) allow(ruleset.get(), input, access_read);
  if (output >= 0) allow(ruleset.get(), output, access_read | access_write | truncate);
  // Out of the way of the descriptors 0 to 4, which the child overwrites before it needs this one.
  return FileDescriptor(::fcntl(ruleset.get(), F_DUPFD_CLOEXEC, 100));
}

/// All that reading, computing, threads and writing need; what is not named fails with EPERM.
constexpr std::array allowed_calls{
    // memory
    SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mprotect), SCMP_SYS(mremap), SCMP_SYS(madvise),
    // files that are open, or that Landlock lets be opened
    SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(close), SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(pread64),
    SCMP_SYS(pwrite64), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(preadv), SCMP_SYS(pwritev), SCMP_SYS(preadv2),
    SCMP_SYS(pwritev2), SCMP_SYS(lseek), SCMP_SYS(fstat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat),
    SCMP_SYS(statx), SCMP_SYS(fstatfs), SCMP_SYS(statfs), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
    SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(getcwd), SCMP_SYS(fcntl), SCMP_SYS(flock),
    SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3), SCMP_SYS(ftruncate), SCMP_SYS(fallocate), SCMP_SYS(fdatasync),
    SCMP_SYS(fsync), SCMP_SYS(copy_file_range), SCMP_SYS(fadvise64), SCMP_SYS(sync_file_range), SCMP_SYS(umask),
    // waiting
    SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(eventfd2), SCMP_SYS(pipe2), SCMP_SYS(signalfd4),
    SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep),
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(futex),
    SCMP_SYS(restart_syscall), SCMP_SYS(sched_yield),
    // itself: threads, signals, its end
    SCMP_SYS(execve), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(arch_prctl), SCMP_SYS(prctl),
    SCMP_SYS(set_tid_address), SCMP_SYS(set_robust_list), SCMP_SYS(get_robust_list), SCMP_SYS(rseq),
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(sigaltstack), SCMP_SYS(gettid), SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(getuid), SCMP_SYS(geteuid),
    SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getrandom), SCMP_SYS(uname), SCMP_SYS(sysinfo), SCMP_SYS(getrusage),
    SCMP_SYS(sched_getaffinity), SCMP_SYS(getcpu), SCMP_SYS(membarrier), SCMP_SYS(capget), SCMP_SYS(getrlimit)};

bool add_rules(scmp_filter_ctx context) {
  for (const int call : allowed_calls) {
    if (call >= 0 && seccomp_rule_add(context, SCMP_ACT_ALLOW, call, 0) != 0) return false;
  }
  // Threads, never processes. clone3 hides its flags in memory: without it, the C library takes clone.
  constexpr std::uint64_t thread_flag = 0x00010000;  // CLONE_THREAD
  const auto is_thread = SCMP_A0(SCMP_CMP_MASKED_EQ, thread_flag, thread_flag);
  if (seccomp_rule_add(context, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, is_thread) != 0) return false;
  if (seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) != 0) return false;
  // Reading its own limits, never changing them: the third argument is what they should become.
  const auto only_reads = SCMP_A2(SCMP_CMP_EQ, 0);
  return seccomp_rule_add(context, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, only_reads) == 0;
}

Result<std::vector<sock_filter>> make_filter() {
  const std::unique_ptr<void, void (*)(void*)> context(seccomp_init(SCMP_ACT_ERRNO(EPERM)), seccomp_release);
  const FileDescriptor memory(::memfd_create("filter", MFD_CLOEXEC));
  if (!context || !memory || !add_rules(context.get()) || seccomp_export_bpf(context.get(), memory.get()) != 0)
    return fail(ErrorKind::unavailable,
                "This system cannot confine a converter (seccomp), so foreign images are not taken.");
  struct stat info{};
  if (::fstat(memory.get(), &info) != 0) return fail(ErrorKind::io, "Cannot read a seccomp filter.");
  std::vector<sock_filter> filter(static_cast<std::size_t>(info.st_size) / sizeof(sock_filter));
  const auto bytes = static_cast<ssize_t>(filter.size() * sizeof(sock_filter));
  if (::pread(memory.get(), filter.data(), static_cast<std::size_t>(bytes), 0) != bytes)
    return fail(ErrorKind::io, "Cannot read a seccomp filter.");
  return filter;
}

int limit(int what, std::uint64_t most) {
  rlimit now{};
  if (::getrlimit(static_cast<__rlimit_resource>(what), &now) != 0) return errno;
  now.rlim_max = now.rlim_cur = std::min<rlim_t>(most, now.rlim_max);
  return ::setrlimit(static_cast<__rlimit_resource>(what), &now) == 0 ? 0 : errno;
}

}  // namespace

Result<Confinement> Confinement::prepare(const std::filesystem::path& program, int input, int output) {
  static const Result<std::vector<sock_filter>> filter = make_filter();
  if (!filter) return std::unexpected(filter.error());
  Confinement made;
  made.filter_ = *filter;
  made.ruleset_ = make_ruleset(program, input, output);
  // Where there is Landlock, nothing runs without it.
  if (!made.ruleset_ && landlock_version() >= 1)
    return fail(ErrorKind::unavailable, "A converter cannot be confined just now (Landlock); try again.");
  return made;
}

int Confinement::apply(const ConfinedLimits& limits, int report) const {
  int failed = 0;
#ifndef BOOTFERRY_SANITIZED
  failed = limit(RLIMIT_AS, limits.memory.value);
#endif
  if (failed == 0) failed = limit(RLIMIT_FSIZE, limits.file_size.value);
  if (failed == 0) failed = limit(RLIMIT_CPU, limits.cpu_seconds);
  if (failed == 0) failed = limit(RLIMIT_CORE, 0);
  if (failed == 0) failed = limit(RLIMIT_STACK, 8 << 20);  // also of each thread
  if (failed == 0) failed = limit(RLIMIT_NOFILE, 64);
  if (failed == 0 && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) failed = errno;
  if (failed != 0) return failed;
  if (ruleset_ && ::syscall(SYS_landlock_restrict_self, ruleset_.get(), 0) != 0) return errno;
  // Sockets of the libraries know nothing of CLOEXEC.
  const auto keep = static_cast<unsigned>(report);
  if (::syscall(SYS_close_range, 5u, keep - 1, 0) != 0 || ::syscall(SYS_close_range, keep + 1, ~0u, 0) != 0)
    return errno;
  const sock_fprog program{static_cast<unsigned short>(filter_.size()), const_cast<sock_filter*>(filter_.data())};
  return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0 ? 0 : errno;
}

}  // namespace bootferry::incoming
