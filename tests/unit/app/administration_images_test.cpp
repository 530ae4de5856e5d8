// SPDX-License-Identifier: Apache-2.0
// What a person can do with images.
#include "administration_fixture.hpp"

#include <fstream>
#include <latch>
#include <thread>

#include "app/image_lives.hpp"

namespace bootferry::app {
namespace {

TEST_F(AdministrationTest, AnImageIsMadeShownAndRemoved) {
  auto made = administration.create_image({"blank"}, mib(4));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->image.size, mib(4));
  EXPECT_TRUE(std::filesystem::exists(*administration.image_path("blank")));
  EXPECT_EQ(administration.create_image({"blank"}, mib(4)).error().kind, ErrorKind::conflict);
  EXPECT_EQ(administration.create_image({"cd", 2048}, mib(4)).error().kind, ErrorKind::invalid);
  auto big = administration.create_image({"big", 4096}, {mib(1).value + 1});
  ASSERT_TRUE(big);
  EXPECT_EQ(big->image.block_size, 4096u);
  EXPECT_EQ(big->image.size.value, mib(1).value + 4096);
  ASSERT_TRUE(administration.remove_image("big"));
  ASSERT_TRUE(administration.remove_image("blank"));
  EXPECT_TRUE(administration.images().empty());
  EXPECT_TRUE(library.names().empty());
}

TEST_F(AdministrationTest, AnImageWhoseFileIsGoneIsToldUntilItIsBackOrRemoved) {
  ASSERT_TRUE(administration.create_image({"dos"}, mib(4)));
  ASSERT_TRUE(administration.create_image({"win"}, mib(4)));
  const std::filesystem::path path = *administration.image_path("dos");
  EXPECT_TRUE(administration.require_image("dos")->missing_files.empty());
  std::filesystem::rename(path, folder / "elsewhere");
  EXPECT_EQ(administration.require_image("dos")->missing_files, std::vector{path});
  EXPECT_TRUE(administration.require_image("win")->missing_files.empty());
  const auto warnings = administration.health().warnings;
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("dos (" + path.string() + ")"), std::string::npos) << warnings[0];
  std::filesystem::rename(folder / "elsewhere", path);
  EXPECT_TRUE(administration.require_image("dos")->missing_files.empty());
  EXPECT_TRUE(administration.health().warnings.empty());
  std::filesystem::remove(path);
  const auto removed = administration.remove_image("dos");
  EXPECT_TRUE(removed) << removed.error().message;
}

TEST_F(AdministrationTest, AVersionIsMissedWhereAnotherLiesOnIt) {
  ASSERT_TRUE(administration.create_image({"win"}, mib(4)));
  const std::filesystem::path path = *administration.image_path("win");
  JobList jobs(bus, clock);
  ApplianceImageLives lives({registry, registry, library, layers, disks, jobs});
  ASSERT_TRUE(lives.change_versions("win", boot::Publish{}));
  ASSERT_NE(*administration.image_path("win"), path);
  std::filesystem::remove(path);
  EXPECT_EQ(administration.require_image("win")->missing_files, std::vector{path});
}

TEST_F(AdministrationTest, ADiskIsNoCdAndACdNoFloppy) {
  ASSERT_TRUE(administration.create_image({"win"}, mib(40)));
  ASSERT_TRUE(administration.create_image({"boot"}, {1440u << 10}));
  boot::NewImage zip{"zip"};
  zip.traits.removable = true;
  ASSERT_TRUE(administration.create_image(zip, mib(96)));
  std::ofstream(folder / "cd.iso", std::ios::binary) << std::string(32769, '\0') + "CD001" + std::string(8000, '\0');
  ASSERT_TRUE(administration.import_image({"setup"}, folder / "cd.iso"));
  const auto give = [&](boot::BootEntry boot) {
    boot::ClientChange change;
    change.boot = std::move(boot);
    const auto given = administration.put_client(pc1, change);
    return given ? std::string() : given.error().kind == ErrorKind::invalid ? given.error().message : "another kind";
  };
  const auto cd = [](const char* name) { return boot::Cd{{name, boot::DriveMode::readonly}}; };
  EXPECT_EQ(give(cd("setup")), "");
  EXPECT_EQ(give(cd("win")), "the image win is no CD; boot it as a disk, or choose the image of an ISO file");
  EXPECT_EQ(give(cd("boot")), "the image boot is no CD; boot it as a floppy, or choose the image of an ISO file");
  EXPECT_EQ(give(boot::Floppy{{"boot"}}), "");
  EXPECT_EQ(give(boot::Floppy{{"zip"}}), "");
  EXPECT_NE(give(boot::Floppy{{"win"}}).find("(40.0 MiB) is no floppy; boot it as a disk"), std::string::npos)
      << give(boot::Floppy{{"win"}});
  EXPECT_NE(give(boot::Floppy{{"setup"}}).find("boot it as a CD"), std::string::npos);
  EXPECT_EQ(give(boot::Disks{{{"win"}, {"setup", boot::DriveMode::readonly}}}), "");
  EXPECT_EQ(registry.put_group({"lab", {{{0, "x", boot::Floppy{{"win"}}}}, "", {}, {}}}).error().kind,
            ErrorKind::invalid);
  EXPECT_EQ(registry.put_rules({{"*", "", "", {}, boot::Entry{0, "", cd("win")}}}).error().kind, ErrorKind::invalid);
}

TEST_F(AdministrationTest, AnImageOfAPresetIsFormattedBeforeItHasItsName) {
  boot::NewImage dos{"dos"};
  dos.preset = "dos";
  const auto made = administration.create_image(dos, mib(20));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->image.traits.physical_block_size, 512u);
  const auto check = administration.check_image("dos");
  ASSERT_TRUE(check) << check.error().message;
  EXPECT_EQ(check->kind, "dos");
  EXPECT_EQ(check->worst, "note");
  boot::NewImage floppy{"disk-a"};
  floppy.preset = "floppy-1440";
  const auto disk_a = administration.create_image(floppy, {});
  ASSERT_TRUE(disk_a) << disk_a.error().message;
  EXPECT_EQ(disk_a->image.size.value, 1440u << 10);
  EXPECT_TRUE(disk_a->image.traits.removable);
  floppy.name = "other";
  EXPECT_EQ(administration.create_image(floppy, mib(1)).error().kind, ErrorKind::invalid);
  floppy.preset = "tape";
  EXPECT_EQ(administration.create_image(floppy, mib(1)).error().kind, ErrorKind::invalid);
  EXPECT_EQ(administration.check_image("other").error().kind, ErrorKind::not_found);
}

TEST_F(AdministrationTest, WithoutTheToolThereIsNoImageAndASentence) {
  const std::string path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe)
  setenv("PATH", folder.path().c_str(), 1);      // NOLINT(concurrency-mt-unsafe)
  boot::NewImage dos{"dos"};
  dos.preset = "dos";
  const auto made = administration.create_image(dos, mib(20));
  setenv("PATH", path.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::unavailable);
  EXPECT_NE(made.error().message.find("install the package mtools"), std::string::npos) << made.error().message;
  EXPECT_TRUE(library.names().empty());
  EXPECT_TRUE(std::filesystem::is_empty(library.folder()));
}

// What is a disk is tried end to end, where there is one.
TEST_F(AdministrationTest, OnlyADiskOfThisMachineIsAttached) {
  std::ofstream(folder / "file") << std::string(4096, 'x');
  for (const std::filesystem::path& path : {folder / "file", folder / "missing", std::filesystem::path("/dev/null")}) {
    const auto refused = administration.attach_image({"win"}, path);
    ASSERT_FALSE(refused) << path;
    EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
    EXPECT_NE(refused.error().message.find("image add"), std::string::npos) << refused.error().message;
  }
  EXPECT_TRUE(administration.images().empty());
}

TEST_F(AdministrationTest, ARepairNeedsTheImageAlone) {
  boot::NewImage dos{"dos"};
  dos.preset = "dos";
  ASSERT_TRUE(administration.create_image(dos, mib(20)));
  {
    auto opened = library.open("dos", images::OpenMode::read_write, "pc1");
    ASSERT_TRUE(opened);
    Bytes sector(512);
    ASSERT_TRUE(opened->device->read({63 * 512}, sector));
    sector[28] = 1;
    ASSERT_TRUE(opened->device->write({63 * 512}, sector));
    const auto refused = administration.check_image("dos");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
    EXPECT_NE(refused.error().message.find("pc1"), std::string::npos) << refused.error().message;
  }
  EXPECT_EQ(administration.check_image("dos")->worst, "error");
  {
    const auto reader = library.open("dos", images::OpenMode::read_only, "pc2");
    EXPECT_EQ(administration.check_image("dos")->worst, "error");
    EXPECT_EQ(administration.repair_image("dos").error().kind, ErrorKind::conflict);
  }
  const auto repaired = administration.repair_image("dos");
  ASSERT_TRUE(repaired) << repaired.error().message;
  EXPECT_EQ(repaired->worst, "note");
  ASSERT_EQ(repaired->mended.size(), 1u);
  EXPECT_EQ(repaired->mended[0].code, "fat-hidden-sectors");
}

TEST_F(AdministrationTest, AnImageGrowsWhileItIsInUseAndItsSessionsAreTold) {
  ASSERT_TRUE(administration.create_image({"disk"}, mib(4)));
  boot::ClientChange change = disks_of({{"disk", boot::DriveMode::master}});
  change.access = boot::AccessChange{boot::AuthKind::none, "any", {}, {}, {}, {}};
  ASSERT_TRUE(administration.put_client(pc1, change));
  auto opened = disks.open(boot::target_name({pc1, 0x80}), {});
  ASSERT_TRUE(opened);
  const iscsi::scsi::Nexus nexus{1, "iqn.pc"};
  opened->unit->on_nexus_begin(nexus);
  const auto sense_of = [&] {
    const auto step = opened->unit->make_task(nexus, 0, {})->start();  // TEST UNIT READY
    const auto& sense = std::get<iscsi::scsi::Answer>(step).sense;
    return sense ? sense->asc << 8 | sense->ascq : 0;
  };
  for (int i = 0; i < 5 && sense_of() != 0; ++i) {  // power on
  }
  EXPECT_EQ(administration.grow_image("disk", mib(2)).error().kind, ErrorKind::conflict);
  EXPECT_EQ(sense_of(), 0);
  const std::uint64_t so_far = bus.last_id();
  auto grown = administration.grow_image("disk", mib(16));
  ASSERT_TRUE(grown) << grown.error().message;
  EXPECT_EQ(grown->image.size, mib(16));
  EXPECT_EQ(administration.require_image("disk")->image.size, mib(16));
  EXPECT_EQ(opened->unit->device().size(), mib(16));
  EXPECT_EQ(sense_of(), 0x2a09);  // CAPACITY DATA HAS CHANGED
  EXPECT_EQ(sense_of(), 0);
  const auto news = bus.since(so_far).first;
  ASSERT_EQ(news.size(), 1u);
  EXPECT_EQ(news[0].kind, boot::EventKind::image_changed);
  EXPECT_EQ(administration.grow_image("none", mib(16)).error().kind, ErrorKind::not_found);
}

TEST_F(AdministrationTest, AnImageThatGrewBeforeACrashIsNotedAtTheNextStart) {
  ASSERT_TRUE(administration.create_image({"disk", 4096}, mib(4)));
  std::filesystem::resize_file(*administration.image_path("disk"), (8 << 20) + 512);
  administration.note_grown_images();
  EXPECT_EQ(administration.require_image("disk")->image.size, mib(8));
  const std::uint64_t so_far = bus.last_id();
  administration.note_grown_images();
  EXPECT_EQ(bus.last_id(), so_far) << "nothing is new";
}

TEST_F(AdministrationTest, OneCopyAtATimeSoThatSomebodyIsLeftToAnswer) {
  std::ofstream(folder / "disk.img") << std::string(1024, 'x');
  std::latch arrived(1), go_on(1);
  const auto pausing = bus.subscribe([&] {  // the first import's last step
    arrived.count_down();
    go_on.wait();
  });
  std::thread first([&] { EXPECT_TRUE(administration.import_image({"first"}, folder / "disk.img")); });
  arrived.wait();
  EXPECT_EQ(administration.import_image({"second"}, folder / "no-such-file").error().kind, ErrorKind::unavailable);
  go_on.count_down();
  first.join();
  EXPECT_EQ(administration.import_image({"second"}, folder / "no-such-file").error().kind, ErrorKind::not_found);
}

TEST_F(AdministrationTest, AnImageIsCopiedIn) {
  std::ofstream(folder / "disk.img") << std::string(1024, 'x');
  auto added = administration.import_image({"dos"}, folder / "disk.img");
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(added->view.image.size.value, 1024u);
  const std::string cd = std::string(32769, '\0') + "CD001" + std::string(8000, '\0');
  std::ofstream(folder / "cd.img", std::ios::binary) << cd;
  auto disc = administration.import_image({"disc"}, folder / "cd.img");
  ASSERT_TRUE(disc);
  EXPECT_EQ(disc->view.image.format, "iso");
  EXPECT_EQ(disc->view.image.file, "disc.iso");
  EXPECT_EQ(disc->view.image.block_size, 2048u);
  EXPECT_EQ(administration.import_image({.name = "stick", .format = "raw"}, folder / "cd.img")->view.image.format,
            "raw");
  EXPECT_EQ(
      administration.import_image({.name = "bad", .block_size = 4096, .format = "iso"}, folder / "cd.img").error().kind,
      ErrorKind::invalid);
  EXPECT_EQ(administration.import_image({.name = "bad", .format = "vhd"}, folder / "cd.img").error().kind,
            ErrorKind::invalid);
  EXPECT_EQ(administration.import_image({"gone"}, folder / "no-such-file").error().kind, ErrorKind::not_found);
  EXPECT_EQ(administration.import_image({"../x"}, folder / "disk.img").error().kind, ErrorKind::invalid);
}

TEST_F(AdministrationTest, AnImageInUseIsKeptAndItsUserNamed) {
  ASSERT_TRUE(administration.create_image({"dos"}, mib(1)));
  ASSERT_TRUE(administration.put_client(pc1, disks_of({{"dos", boot::DriveMode::master}})));
  auto removed = administration.remove_image("dos");
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().kind, ErrorKind::conflict);
  EXPECT_NE(removed.error().message.find(pc1.to_string()), std::string::npos);
  EXPECT_TRUE(administration.require_image("dos"));
}

}  // namespace
}  // namespace bootferry::app
