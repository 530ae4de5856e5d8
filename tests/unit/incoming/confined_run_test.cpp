// SPDX-License-Identifier: Apache-2.0
// Each wall around a converter, tried by a child that means harm.
#include "incoming/confined_run.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>

#include "support/temporary_folder.hpp"

namespace bootferry::incoming {
namespace {

bool has_landlock() { return ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 1; }

class ConfinedRun : public testing::Test {
 protected:
  ConfinedRun() {
    std::ofstream(folder_ / "input") << "something";
    std::ofstream(folder_ / "secret") << "secret";
    input_ = images::FileDescriptor(::open((folder_ / "input").c_str(), O_RDONLY | O_CLOEXEC));
    output_ = images::FileDescriptor(::open((folder_ / "output").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    command_.input = input_.get();
    command_.output = output_.get();
    command_.time = std::chrono::seconds(60);
  }
  Result<ConfinedEnd> run(const std::string& what, const std::string& path = "/") {
    command_.argv = {BOOTFERRY_CHILDREN "/incoming_probe", what, path};
    return run_confined(command_);
  }
  int status(const std::string& what, const std::string& path = "/") {
    const auto end = run(what, path);
    return end ? end->status : 1000;
  }
  test::TemporaryFolder folder_;
  images::FileDescriptor input_, output_;
  ConfinedCommand command_;
};

TEST_F(ConfinedRun, its_input_and_its_output_are_there) {
  EXPECT_EQ(status("input"), 0);
  EXPECT_EQ(status("output"), 0);
  std::ifstream written(folder_ / "output");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(written), {}), "done");
}

TEST_F(ConfinedRun, no_other_file_is_read_or_written) {
  if (!has_landlock()) GTEST_SKIP() << "this kernel has no Landlock";
  EXPECT_EQ(status("read", "/etc/passwd"), EACCES);
  EXPECT_EQ(status("read", folder_ / "secret"), EACCES);
  EXPECT_EQ(status("append", folder_ / "secret"), EACCES);
  EXPECT_EQ(status("write", folder_ / "new"), EACCES);
  EXPECT_EQ(status("write", "/tmp/bootferry-escaped"), EACCES);
  EXPECT_EQ(status("write-input"), EACCES);
  EXPECT_EQ(status("exec", "/usr/bin/true"), EACCES);
}

TEST_F(ConfinedRun, no_sockets_no_processes_no_signals) {
  EXPECT_EQ(status("socket"), EPERM);
  EXPECT_EQ(status("unix"), EPERM);
  EXPECT_EQ(status("fork"), EPERM);
  EXPECT_EQ(status("kill"), EPERM);
}

TEST_F(ConfinedRun, no_descriptor_of_ours_goes_along) {
  const images::FileDescriptor leaked(::open("/etc/passwd", O_RDONLY));  // without CLOEXEC
  ASSERT_TRUE(leaked);
  EXPECT_EQ(status("descriptors"), 0);
}

TEST_F(ConfinedRun, memory_has_an_end) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers need an address space without end";
#endif
  command_.limits.memory = mib(512);
  EXPECT_EQ(status("memory"), ENOMEM);
}

TEST_F(ConfinedRun, nothing_is_written_behind_the_limit) {
  command_.limits.file_size = kib(512);
  EXPECT_EQ(status("write-far"), EFBIG);
}

TEST_F(ConfinedRun, computing_time_has_an_end) {
  command_.limits.cpu_seconds = 1;
  const auto end = run("spin");
  ASSERT_TRUE(end);
  EXPECT_THAT(end->signal, testing::AnyOf(SIGXCPU, SIGKILL));
}

TEST_F(ConfinedRun, time_has_an_end_also_for_one_who_only_sleeps) {
  command_.time = std::chrono::milliseconds(300);
  EXPECT_EQ(run("spin").error().kind, ErrorKind::exhausted);
  const auto silent = run("sleep");  // closed its pipes, so that nobody listens any more
  ASSERT_TRUE(silent);
  EXPECT_EQ(silent->signal, SIGKILL);
}

TEST_F(ConfinedRun, it_ends_when_somebody_has_enough) {
  int asked = 0;
  command_.go_on = [&]() -> Result<void> { return ++asked < 2 ? Result<void>{} : fail(ErrorKind::conflict, "enough"); };
  EXPECT_EQ(run("spin").error().message, "enough");
}

TEST_F(ConfinedRun, of_many_words_the_first_are_kept) {
  const auto end = run("words");
  ASSERT_TRUE(end);
  EXPECT_EQ(end->words.size(), 2048u);
  EXPECT_THAT(end->words, testing::StartsWith("word 0\n"));
}

TEST_F(ConfinedRun, a_program_that_is_not_there_is_told) {
  command_.argv = {"/no/such/program"};
  EXPECT_EQ(run_confined(command_).error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace bootferry::incoming
