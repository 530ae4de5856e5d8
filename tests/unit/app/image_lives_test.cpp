// SPDX-License-Identifier: Apache-2.0
// Disks that leave the house, on real files: exports as jobs that can be cancelled and leave nothing half, and disks
// that are held open for a download.
#include "app/image_lives.hpp"

#include <chrono>
#include <fstream>
#include <thread>

#include "house.hpp"

namespace bootferry::app {
namespace {

const MacAddress pc{{0x52, 0x54, 0, 0xe2, 0xe0, 1}};
const boot::Drive drive{"win", boot::DriveMode::private_overlay, {}};

struct ImageLives : testing::Test {
  ImageLives() {
    house.add_image("win", mib(8));
    client = house.add_client(pc, "pc1", {drive});
    write('o');
  }
  /// As its machine does.
  images::Opened open() {
    auto opened = house.keeper().open(client, drive, "boot 1");
    EXPECT_TRUE(opened);
    return opened->opened;
  }
  void write(char letter) {
    const auto disk = open();
    ASSERT_TRUE(disk.device->write({4096}, Bytes(4096, static_cast<std::uint8_t>(letter))));
    ASSERT_TRUE(disk.device->flush());
  }
  boot::JobView end_of(std::uint64_t id) {
    for (int i = 0; i < 2000; ++i) {
      for (const boot::JobView& job : jobs.all())
        if (job.id == id && job.ended) return job;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ADD_FAILURE() << "the job does not end";
    return {};
  }
  [[nodiscard]] std::filesystem::path file(const char* name) const { return house.folder() / name; }
  [[nodiscard]] std::size_t files_beside() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(house.folder()))
      count += entry.path().filename().string().find("out") != std::string::npos ? 1 : 0;
    return count;
  }

  House house;
  boot::Client client;
  ManualClock clock;
  boot::EventBus bus{clock};
  JobList jobs{bus, clock};
  LayerKeeper& keeper = house.keeper();
  boot::BootSecrets secrets{{}, clock, {}, [](const MacAddress&, std::uint64_t) {}};
  DiskDirectory disks{house.registry(), house.library(), keeper, secrets};
  ApplianceImageLives lives{{house.registry(), house.registry(), house.library(), keeper, disks, jobs}};
  const boot::OverlayName overlay{pc, "win"};
};

TEST_F(ImageLives, AnExportIsAJob) {
  const auto job = lives.start_export(overlay, {file("out.raw")});
  ASSERT_TRUE(job) << job.error().message;
  EXPECT_EQ(job->kind, "export-overlay");
  EXPECT_EQ(job->client, pc.to_string());
  EXPECT_EQ(end_of(job->id).state, boot::JobState::done);
  std::ifstream in(file("out.raw"), std::ios::binary);
  in.seekg(4096);
  EXPECT_EQ(in.get(), 'o');
  EXPECT_EQ(std::filesystem::file_size(file("out.raw")), mib(8).value);
}

TEST_F(ImageLives, WhatCannotBeIsSaidBeforeAJobIsMade) {
  std::ofstream(file("out.raw")) << "mine";
  EXPECT_EQ(lives.start_export(overlay, {file("out.raw")}).error().kind, ErrorKind::conflict);
  EXPECT_EQ(lives.start_export(overlay, {file("none/out")}).error().kind, ErrorKind::not_found);
  EXPECT_EQ(lives.start_export(boot::VersionName{"win", 7}, {file("out")}).error().kind, ErrorKind::not_found);
  EXPECT_EQ(lives.start_export(boot::OverlayName{pc, "dos"}, {file("out")}).error().kind, ErrorKind::not_found);
  const auto machine = open();
  const auto refused = lives.start_export(overlay, {file("out")});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_NE(refused.error().message.find("pc1"), std::string::npos) << refused.error().message;
  EXPECT_NE(refused.error().message.find("shut that machine down first"), std::string::npos) << refused.error().message;
  EXPECT_TRUE(jobs.all().empty());
}

TEST_F(ImageLives, ACancelledExportLeavesNothing) {
  // The first is on its way, or done; the second waits behind it and is cancelled there.
  const auto first = lives.start_export(overlay, {file("out-1")});
  const auto second = lives.start_export(overlay, {file("out-2")});
  ASSERT_TRUE(first && second);
  const bool in_time = jobs.cancel(second->id).has_value();
  EXPECT_EQ(end_of(second->id).state, in_time ? boot::JobState::cancelled : boot::JobState::done);
  EXPECT_EQ(end_of(first->id).state, boot::JobState::done);
  EXPECT_EQ(files_beside(), in_time ? 1u : 2u);
}

TEST_F(ImageLives, AServerThatStopsEndsItsExports) {
  lives.stop();
  (void)lives.start_export(overlay, {file("out")});
  EXPECT_EQ(files_beside(), 0u);
}

TEST_F(ImageLives, ADiskIsReadFromAnyByteToAnyOther) {
  const auto disk = lives.open_disk(overlay);
  ASSERT_TRUE(disk);
  EXPECT_EQ(disk->reader->size(), mib(8));
  EXPECT_EQ(disk->file_name, "win-525400e2e001.raw");
  EXPECT_EQ(disk->title, "the private overlay of pc1 (52:54:00:e2:e0:01) on image win");
  Bytes got(5, 0xee);
  ASSERT_TRUE(disk->reader->read({4093}, got));
  EXPECT_EQ(got, (Bytes{0, 0, 0, 'o', 'o'}));
  ASSERT_TRUE(disk->reader->read({mib(8).value - 5}, got));
  EXPECT_EQ(got, Bytes(5));
  EXPECT_FALSE(disk->reader->read({mib(8).value - 4}, got));
  EXPECT_EQ(lives.open_disk(boot::VersionName{"win"})->file_name, "win-1.raw");
}

TEST_F(ImageLives, ItsRevisionTellsWhetherTheBytesAreTheSame) {
  const std::string before = lives.open_disk(overlay)->revision;
  EXPECT_FALSE(before.empty());
  EXPECT_EQ(lives.open_disk(overlay)->revision, before) << "reading changes nothing";
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // more than the tick of the file system's clock
  write('p');
  EXPECT_NE(lives.open_disk(overlay)->revision, before);
  EXPECT_NE(lives.open_disk(boot::VersionName{"win"})->revision, before);
}

TEST_F(ImageLives, NobodyWritesToWhatIsBeingDownloaded) {
  auto disk = lives.open_disk(overlay);
  ASSERT_TRUE(disk);
  EXPECT_FALSE(house.keeper().open(client, drive, "boot 1"));
  disk->reader.reset();
  EXPECT_TRUE(house.keeper().open(client, drive, "boot 1"));
  const auto machine = open();
  EXPECT_EQ(lives.open_disk(overlay).error().kind, ErrorKind::conflict);
  EXPECT_TRUE(lives.open_disk(boot::VersionName{"win"})) << "what it lies on is read by many";
}

}  // namespace
}  // namespace bootferry::app
