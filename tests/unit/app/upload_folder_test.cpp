// SPDX-License-Identifier: Apache-2.0
// Unfinished uploads and jobs: what survives a restart, who may append, what is cancelled.
#include "app/upload_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "app/job_list.hpp"
#include "support/temporary_folder.hpp"

namespace bootferry::app {
namespace {

using boot::JobState;

class UploadFolderTest : public testing::Test {
 protected:
  void restart() { uploads_ = std::make_unique<UploadFolder>(folder_ / "uploads", random_, clock_); }
  std::string create(std::uint64_t length) {
    return uploads_
        ->create({.image = {.name = "dos", .format = "qcow2", .sha256 = "ab"}, .file_name = "f", .length = {length}})
        .value()
        .id;
  }
  void append(const std::string& id, std::uint64_t at, std::string_view text) {
    auto writer = uploads_->write(id, {at});
    ASSERT_TRUE(writer) << writer.error().message;
    ASSERT_TRUE((*writer)->append(bytes_of(text)));
    ASSERT_TRUE((*writer)->finish());
  }
  test::TemporaryFolder folder_;
  SeededRandom random_{1};
  SystemClock clock_;
  std::unique_ptr<UploadFolder> uploads_ = std::make_unique<UploadFolder>(folder_ / "uploads", random_, clock_);
};

TEST_F(UploadFolderTest, ItGoesOnAfterARestart) {
  const std::string id = create(10);
  append(id, 0, "hello");
  restart();
  EXPECT_EQ(uploads_->require(id)->offset.value, 5u);
  EXPECT_TRUE(uploads_->whole().empty());
  append(id, 5, "world");
  restart();
  const auto whole = uploads_->whole();
  ASSERT_EQ(whole.size(), 1u);
  EXPECT_EQ(whole[0].upload.image.name, "dos");
  EXPECT_EQ(whole[0].upload.image.format, "qcow2");
  EXPECT_EQ(whole[0].upload.image.sha256, "ab");
  std::ifstream file(whole[0].file);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "helloworld");
}

TEST_F(UploadFolderTest, AFileNameMayBeAnyBytes) {
  const auto made = uploads_->create({.image = {.name = "dos"}, .file_name = "caf\xe9.img", .length = {10}});
  ASSERT_TRUE(made) << made.error().message;
  restart();
  EXPECT_EQ(uploads_->require(made->id)->wanted.image.name, "dos");
}

TEST_F(UploadFolderTest, WhatWasNotFlushedIsSentAgain) {
  const std::string id = create(10);
  append(id, 0, "hello");
  {
    auto writer = uploads_->write(id, {5}).value();
    ASSERT_TRUE(writer->append(bytes_of("wor")));
  }
  EXPECT_EQ(uploads_->require(id)->offset.value, 8u) << "a lost connection loses nothing";
  restart();
  EXPECT_EQ(uploads_->require(id)->offset.value, 5u) << "a lost server what it did not flush";
}

TEST_F(UploadFolderTest, ZerosStayHolesAndNothingOldShowsThroughThem) {
  const std::string zeros(1 << 20, '\0');
  const std::string id = create(5 + 2 * zeros.size());
  append(id, 0, "hello");
  const auto part = folder_ / "uploads" / (id + ".part");
  std::ofstream(part, std::ios::app) << std::string(8192, 'x');  // as a write does that fails half-way
  append(id, 5, zeros);
  append(id, 5 + zeros.size(), zeros);
  const auto whole = uploads_->find_whole(id);
  ASSERT_TRUE(whole);
  std::ifstream file(whole->file);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "hello" + zeros + zeros);
  struct stat info{};
  ASSERT_EQ(::stat(whole->file.c_str(), &info), 0);
  EXPECT_LT(info.st_blocks, 64) << "of 512 bytes";
}

TEST_F(UploadFolderTest, OneWriterAtItsPlaceAndNoByteTooMany) {
  const std::string id = create(4);
  EXPECT_EQ(uploads_->write(id, {1}).error().kind, ErrorKind::conflict);
  EXPECT_EQ(uploads_->write("../../x", {0}).error().kind, ErrorKind::not_found);
  auto writer = uploads_->write(id, {0}).value();
  EXPECT_EQ(uploads_->write(id, {0}).error().kind, ErrorKind::conflict);
  EXPECT_EQ(writer->append(bytes_of("hello")).error().kind, ErrorKind::invalid);
  EXPECT_TRUE(writer->append(bytes_of("hell")));
}

TEST_F(UploadFolderTest, ThereIsAnEndToSpaceAndNumber) {
  EXPECT_EQ(uploads_->create({.image = {.name = "x"}, .length = {1ull << 60}}).error().kind, ErrorKind::exhausted);
  for (std::size_t i = 0; i < UploadFolder::most; ++i) (void)create(1);
  EXPECT_EQ(uploads_->create({.image = {.name = "x"}, .length = {1}}).error().kind, ErrorKind::unavailable);
}

TEST_F(UploadFolderTest, RemovedAndForeignFilesGo) {
  const std::string id = create(4);
  auto writer = uploads_->write(id, {0}).value();
  ASSERT_TRUE(uploads_->remove(id));
  writer.reset();
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "uploads"));
  std::ofstream(folder_ / "uploads" / "x.json") << "{";
  std::ofstream(folder_ / "uploads" / "y.part") << "lost";
  restart();
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "uploads"));
}

TEST(UploadExpiry, AfterSevenDaysItIsGone) {
  const test::TemporaryFolder folder;
  SeededRandom random(1);
  ManualClock clock;
  UploadFolder uploads(folder / "uploads", random, clock);
  const auto made = uploads.create({.image = {.name = "x"}, .length = {5}}).value();
  clock.advance(std::chrono::hours(7 * 24 - 1));
  EXPECT_TRUE(uploads.require(made.id));
  clock.advance(std::chrono::hours(2));
  EXPECT_EQ(uploads.require(made.id).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(std::filesystem::is_empty(folder / "uploads"));
}

TEST(JobListTest, AJobIsSeenFromItsStartToItsEnd) {
  ManualClock clock;
  boot::EventBus bus(clock);
  JobList jobs(bus, clock);
  const auto job = jobs.add("add-image", "dos").value();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(jobs.report(job.id, "copying", {static_cast<std::uint64_t>(i)}, {100}));
  EXPECT_EQ(jobs.all()[0].state, JobState::running);
  EXPECT_EQ(jobs.all()[0].done.value, 99u);
  EXPECT_EQ(bus.last_id(), 2u) << "its start, and one word of its progress in no time";
  clock.advance(std::chrono::seconds(3));
  ASSERT_TRUE(jobs.report(job.id, "copying", {100}, {100}));
  EXPECT_EQ(bus.last_id(), 3u);
  jobs.end(job.id, fail(ErrorKind::io, "a reason"));
  EXPECT_EQ(jobs.all()[0].state, JobState::failed);
  EXPECT_EQ(jobs.all()[0].error, "a reason");
  EXPECT_EQ(jobs.cancel(job.id).error().kind, ErrorKind::conflict);
  EXPECT_EQ(jobs.cancel(99).error().kind, ErrorKind::not_found);
}

TEST(JobListTest, ACancelledJobIsToldAtItsNextWord) {
  ManualClock clock;
  boot::EventBus bus(clock);
  JobList jobs(bus, clock);
  const auto job = jobs.add("add-image", "dos").value();
  ASSERT_TRUE(jobs.cancel(job.id));
  const auto told = jobs.report(job.id, "copying", {1}, {2});
  ASSERT_FALSE(told);
  jobs.end(job.id, std::unexpected(told.error()));
  EXPECT_EQ(jobs.all()[0].state, JobState::cancelled);
}

TEST(JobListTest, EachKindIsToldInItsOwnWords) {
  ManualClock clock;
  boot::EventBus bus(clock);
  JobList jobs(bus, clock);
  jobs.end(jobs.add("export-image", "win").value().id, {});
  jobs.end(jobs.add("export-overlay", "win", {}, "52:54:00:e2:e0:01").value().id, fail(ErrorKind::io, "a reason"));
  std::vector<std::string> told;
  for (const boot::Event& event : bus.since(0).first) told.push_back(event.text);
  EXPECT_EQ(told,
            (std::vector<std::string>{"Image win is being exported", "Image win was exported",
                                      "The overlay of 52:54:00:e2:e0:01 on image win is being exported",
                                      "The overlay of 52:54:00:e2:e0:01 on image win was not exported: a reason"}));
  EXPECT_EQ(jobs.all()[0].state, JobState::done);
  EXPECT_EQ(jobs.all()[1].client, "52:54:00:e2:e0:01");
}

TEST(JobListTest, TheLastAreKeptAndNoMoreWait) {
  ManualClock clock;
  boot::EventBus bus(clock);
  JobList jobs(bus, clock);
  for (int i = 0; i < 80; ++i) jobs.end(jobs.add("add-image", "x").value().id, fail(ErrorKind::io, ""));
  EXPECT_EQ(jobs.all().size(), 50u);
  for (int i = 0; i < 32; ++i) ASSERT_TRUE(jobs.add("add-image", "y"));
  EXPECT_EQ(jobs.add("add-image", "y").error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace bootferry::app
