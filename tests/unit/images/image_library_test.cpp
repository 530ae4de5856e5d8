// SPDX-License-Identifier: Apache-2.0
// The library: names, making, copying, removing, and who may have what open.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "base/random.hpp"
#include "images/image_library.hpp"
#include "images/iso_image.hpp"
#include "support/temporary_folder.hpp"

namespace bootferry::images {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string pc1 = "pc1 (52:54:00:e2:e0:01)";
const std::string pc2 = "pc2 (52:54:00:e2:e0:02)";

class ImageLibraryTest : public testing::Test {
 protected:
  Bytes bytes_of_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::filesystem::path source(std::uint64_t size) {
    Bytes data(size);
    SeededRandom(size).fill(data);
    std::ofstream(folder_ / "source", std::ios::binary)
        .write(reinterpret_cast<const char*>(data.data()), static_cast<std::streamsize>(size));
    return folder_ / "source";
  }
  test::TemporaryFolder folder_;
  ImageLibrary library_{folder_ / "images"};
};

TEST_F(ImageLibraryTest, create_makes_a_sparse_disk) {
  ASSERT_TRUE(library_.create("dos", mib(64)));
  EXPECT_EQ(library_.size("dos").value(), mib(64));
  EXPECT_LT(library_.allocated("dos").value(), kib(64));
  EXPECT_THAT(library_.names(), ElementsAre("dos"));
  EXPECT_EQ(library_.path("dos").value(), folder_ / "images/dos.raw");
}

TEST_F(ImageLibraryTest, create_rounds_up_to_whole_blocks_and_refuses_nothing) {
  ASSERT_TRUE(library_.create("odd", {513}));
  EXPECT_EQ(library_.size("odd").value().value, 1024u);
  EXPECT_EQ(library_.create("none", {0}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(library_.create("huge", {~0ull}).error().kind, ErrorKind::invalid);
}

TEST_F(ImageLibraryTest, a_disk_of_4096_byte_blocks_is_rounded_and_opened_so) {
  ASSERT_TRUE(library_.create("native", {4097}, 4096));
  EXPECT_EQ(library_.size("native").value().value, 8192u);
  ASSERT_TRUE(library_.import_file("copied", source(4608), {}, {.block_size = 4096}));
  EXPECT_EQ(library_.size("copied").value().value, 8192u);
  auto opened = library_.open("copied", OpenMode::read_write, pc1, 4096).value();
  EXPECT_EQ(opened.device->block_size(), 4096u);
  Bytes part(512);
  EXPECT_FALSE(opened.device->read({512}, part)) << "half a block";
}

TEST_F(ImageLibraryTest, a_cd_is_told_by_its_descriptor_and_kept_under_its_own_ending) {
  const auto plain = source(40000);
  EXPECT_FALSE(is_iso_image(plain).value());
  std::fstream(plain, std::ios::in | std::ios::out | std::ios::binary).seekp(32769).write("CD001", 5);
  EXPECT_TRUE(is_iso_image(plain).value());
  EXPECT_FALSE(is_iso_image(source(100)).value());
  EXPECT_EQ(is_iso_image(folder_ / "no-such-file").error().kind, ErrorKind::not_found);

  ASSERT_TRUE(library_.import_file("debian", source(40000), {}, {.block_size = 2048, .cd = true}));
  EXPECT_EQ(library_.path("debian").value().filename(), "debian.iso");
  EXPECT_EQ(library_.size("debian").value().value, 40960u);
  EXPECT_THAT(library_.names(), ElementsAre("debian"));
  EXPECT_EQ(library_.create("debian", mib(1)).error().kind, ErrorKind::conflict) << "one name, one image";
  auto pc = library_.open("debian", OpenMode::read_only, pc1, 2048).value();
  EXPECT_EQ(pc.device->block_size(), 2048u);
  EXPECT_TRUE(library_.open("debian", OpenMode::read_only, pc2, 2048)) << "for many at once";
  pc = {};
  ASSERT_TRUE(library_.create("disk", mib(1)));
  EXPECT_EQ(library_.import_file("disk", source(40000), {}, {2048, true}).error().kind, ErrorKind::conflict);
}

TEST_F(ImageLibraryTest, a_taken_name_is_refused_and_the_old_disk_stays) {
  ASSERT_TRUE(library_.import_file("dos", source(4096)));
  EXPECT_EQ(library_.create("dos", mib(1)).error().kind, ErrorKind::conflict);
  EXPECT_EQ(library_.import_file("dos", source(8192)).error().kind, ErrorKind::conflict);
  EXPECT_EQ(library_.size("dos").value().value, 4096u);
}

TEST_F(ImageLibraryTest, no_name_leads_out_of_the_folder) {
  std::ofstream(folder_ / "outside.raw") << std::string(4096, 'x');
  for (const std::string name : {"../outside", "/etc/passwd", "..", ".", "", ".hidden", "a/b", "a\\b", "a b", "a\nb"}) {
    EXPECT_EQ(library_.open(name, OpenMode::read_only, pc1).error().kind, ErrorKind::invalid) << name;
    EXPECT_EQ(library_.create(name, mib(1)).error().kind, ErrorKind::invalid) << name;
    EXPECT_EQ(library_.remove(name).error().kind, ErrorKind::invalid) << name;
    EXPECT_EQ(library_.path(name).error().kind, ErrorKind::invalid) << name;
  }
  EXPECT_EQ(library_.create(std::string_view("a\0b", 3), mib(1)).error().kind, ErrorKind::invalid);
  EXPECT_EQ(library_.create(std::string(300, 'a'), mib(1)).error().kind, ErrorKind::invalid);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "outside.raw"));
}

TEST_F(ImageLibraryTest, a_link_in_the_folder_is_not_followed) {
  std::ofstream(folder_ / "secret") << std::string(4096, 'x');
  std::filesystem::create_symlink(folder_ / "secret", folder_ / "images/trick.raw");
  EXPECT_EQ(library_.open("trick", OpenMode::read_only, pc1).error().kind, ErrorKind::denied);
  EXPECT_EQ(library_.create("trick", mib(1)).error().kind, ErrorKind::conflict);
}

TEST_F(ImageLibraryTest, import_copies_every_byte_and_reports_progress) {
  const auto file = source(9 << 20);
  std::vector<ByteCount> seen;
  ASSERT_TRUE(library_.import_file("copy", file, [&](ByteCount done, ByteCount total) {
    EXPECT_EQ(total.value, 9u << 20);
    EXPECT_TRUE(seen.empty() || seen.back() <= done);
    seen.push_back(done);
    return Result<void>{};
  }));
  EXPECT_EQ(seen.back().value, 9u << 20);
  EXPECT_EQ(bytes_of_file(library_.path("copy").value()), bytes_of_file(file));
}

TEST_F(ImageLibraryTest, import_ends_early_when_the_server_stops_and_leaves_nothing) {
  const auto file = source(64 << 20);
  ByteCount last;
  const auto ended = library_.import_file("copy", file, [&](ByteCount done, ByteCount) {
    last = done;
    library_.stop_imports();
    return Result<void>{};
  });
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind, ErrorKind::unavailable);
  EXPECT_LE(last.value, 64u << 20);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "images"));
}

TEST_F(ImageLibraryTest, import_keeps_holes_and_fills_the_last_block) {
  const auto file = folder_ / "sparse";
  std::ofstream(file).close();
  std::filesystem::resize_file(file, (64 << 20) + 7);
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary).seekp(32 << 20).write("data", 4);
  ASSERT_TRUE(library_.import_file("sparse", file));
  EXPECT_EQ(library_.size("sparse").value().value, (64u << 20) + 512);
  EXPECT_LT(library_.allocated("sparse").value(), mib(1));
  auto opened = library_.open("sparse", OpenMode::read_only, pc1).value();
  Bytes block(512);
  ASSERT_TRUE(opened.device->read({32 << 20}, block));
  EXPECT_EQ(text_of(ByteView(block).first(4)), "data");
}

TEST_F(ImageLibraryTest, import_refuses_what_is_no_disk) {
  std::ofstream(folder_ / "empty").close();
  EXPECT_EQ(library_.import_file("a", folder_ / "empty").error().kind, ErrorKind::invalid);
  EXPECT_EQ(library_.import_file("a", folder_ / "none").error().kind, ErrorKind::not_found);
  EXPECT_EQ(library_.import_file("a", "/dev/zero").error().kind, ErrorKind::unsupported);
  EXPECT_THAT(library_.names(), ElementsAre());
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "images"));
}

TEST_F(ImageLibraryTest, leftovers_of_a_crash_are_removed_at_start_and_images_stay) {
  ASSERT_TRUE(library_.create("dos", mib(1)));
  std::ofstream(folder_ / "images/.unfinished-win") << "half";
  ImageLibrary again(folder_ / "images");
  EXPECT_THAT(again.names(), ElementsAre("dos"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "images/.unfinished-win"));
}

TEST_F(ImageLibraryTest, import_ends_when_its_asker_has_enough) {
  const auto file = source(1 << 20);
  const auto ended = library_.import_file(
      "copy", file, [](ByteCount, ByteCount) -> Result<void> { return fail(ErrorKind::denied, "enough"); });
  EXPECT_EQ(ended.error().message, "enough");
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "images"));
}

TEST_F(ImageLibraryTest, a_draft_is_an_image_once_it_is_named_and_nothing_before) {
  {
    auto draft = library_.make_draft("made").value();
    EXPECT_EQ(library_.create("made", mib(1)).error().kind, ErrorKind::conflict);
    EXPECT_THAT(library_.names(), ElementsAre());
    ASSERT_EQ(::write(draft.fd(), "data", 4), 4);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "images"));
  auto draft = library_.make_draft("made").value();
  ASSERT_EQ(::write(draft.fd(), "data", 4), 4);
  ASSERT_TRUE(library_.name_draft(std::move(draft), {}));
  EXPECT_EQ(library_.size("made").value().value, 512u) << "whole blocks";
  EXPECT_EQ(library_.make_draft("made").error().kind, ErrorKind::conflict);
  EXPECT_EQ(library_.name_draft(library_.make_draft("empty").value(), {}).error().kind, ErrorKind::invalid);
}

TEST_F(ImageLibraryTest, a_draft_that_goes_gives_its_room_back_though_somebody_holds_its_file) {
  images::FileDescriptor held;
  struct stat info{};
  {
    auto draft = library_.make_draft("made").value();
    ASSERT_EQ(::write(draft.fd(), "data", 4), 4);
    held = images::FileDescriptor(::dup(draft.fd()));
  }
  ASSERT_EQ(::fstat(held.get(), &info), 0);
  EXPECT_EQ(info.st_size, 0);

  const auto unnamed = [this] {
    auto draft = library_.make_draft("made").value();
    EXPECT_EQ(::write(draft.fd(), "data", 4), 4);
    return draft.take_unnamed();
  }();
  ASSERT_EQ(::fstat(unnamed.get(), &info), 0);
  EXPECT_EQ(info.st_size, 4);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "images"));
  EXPECT_TRUE(library_.make_draft("made")) << "its name is free";
}

TEST_F(ImageLibraryTest, nobody_sees_an_image_before_it_is_whole) {
  const auto file = source(1 << 20);
  bool asked = false;
  ASSERT_TRUE(library_.import_file("slow", file, [&](ByteCount, ByteCount) {
    asked = true;
    EXPECT_THAT(library_.names(), ElementsAre());
    EXPECT_EQ(library_.open("slow", OpenMode::read_only, pc1).error().kind, ErrorKind::not_found);
    EXPECT_EQ(library_.create("slow", mib(1)).error().kind, ErrorKind::conflict);
    return Result<void>{};
  }));
  EXPECT_TRUE(asked);
  EXPECT_TRUE(library_.open("slow", OpenMode::read_only, pc1));
}

TEST_F(ImageLibraryTest, one_writer_may_open_often_and_shares_one_device) {
  ASSERT_TRUE(library_.create("dos", mib(1)));
  auto first = library_.open("dos", OpenMode::read_write, pc1).value();
  auto second = library_.open("dos", OpenMode::read_write, pc1).value();
  EXPECT_EQ(first.device, second.device);
  EXPECT_TRUE(first.hold);
  EXPECT_THAT(library_.holders("dos"), ElementsAre(pc1));
}

TEST_F(ImageLibraryTest, a_writer_keeps_everybody_else_out_until_its_last_hold_goes) {
  ASSERT_TRUE(library_.create("dos", mib(1)));
  auto first = library_.open("dos", OpenMode::read_write, pc1).value();
  auto second = library_.open("dos", OpenMode::read_write, pc1).value();
  for (const OpenMode mode : {OpenMode::read_only, OpenMode::read_write}) {
    auto refused = library_.open("dos", mode, pc2);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
    EXPECT_EQ(refused.error().message, "Image dos is in use for writing by pc1 (52:54:00:e2:e0:01).");
  }
  first.hold.reset();
  EXPECT_FALSE(library_.open("dos", OpenMode::read_write, pc2));
  second.hold.reset();
  EXPECT_TRUE(library_.open("dos", OpenMode::read_write, pc2));
}

TEST_F(ImageLibraryTest, many_readers_share_and_keep_writers_out) {
  ASSERT_TRUE(library_.create("dos", mib(1)));
  auto one = library_.open("dos", OpenMode::read_only, pc1).value();
  auto two = library_.open("dos", OpenMode::read_only, pc2).value();
  auto refused = library_.open("dos", OpenMode::read_write, pc2);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr(pc1));
  EXPECT_THAT(library_.holders("dos"), ElementsAre(pc1, pc2));
}

TEST_F(ImageLibraryTest, remove_is_refused_while_in_use_and_names_who) {
  ASSERT_TRUE(library_.create("dos", mib(1)));
  auto one = library_.open("dos", OpenMode::read_only, pc1).value();
  auto two = library_.open("dos", OpenMode::read_only, pc2).value();
  auto refused = library_.remove("dos");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_THAT(refused.error().message, testing::AllOf(HasSubstr(pc1), HasSubstr(pc2)));
  one.hold.reset();
  two.hold.reset();
  EXPECT_TRUE(library_.remove("dos"));
  EXPECT_EQ(library_.remove("dos").error().kind, ErrorKind::not_found);
}

TEST_F(ImageLibraryTest, a_hold_may_outlive_the_library) {
  auto library = std::make_unique<ImageLibrary>(folder_ / "other");
  ASSERT_TRUE(library->create("dos", mib(1)));
  auto opened = library->open("dos", OpenMode::read_write, pc1).value();
  library.reset();
  EXPECT_TRUE(opened.device->write({0}, Bytes(512, 1)));
  opened.hold.reset();
}

TEST_F(ImageLibraryTest, opening_from_many_threads_gives_one_writer) {
  ASSERT_TRUE(library_.create("dos", mib(1)));
  std::atomic<int> winners{0};
  std::vector<std::shared_ptr<void>> holds(8);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < holds.size(); ++i) {
    threads.emplace_back([&, i] {
      auto opened = library_.open("dos", OpenMode::read_write, "pc" + std::to_string(i));
      if (!opened) return;
      ++winners;
      holds[i] = std::move(opened->hold);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(winners, 1);
}

TEST(ImageLibraryStart, a_folder_that_cannot_be_made_is_a_sentence) {
  try {
    ImageLibrary library("/proc/no/such/folder");
    FAIL() << "made a folder in /proc";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("/proc/no/such/folder"));
  }
}

TEST_F(ImageLibraryTest, grow_makes_a_disk_bigger_while_it_is_open) {
  ASSERT_TRUE(library_.import_file("dos", source(8192)));
  auto writer = library_.open("dos", OpenMode::read_write, pc1).value();
  Bytes last(512);
  EXPECT_FALSE(writer.device->read({8192}, last));
  EXPECT_EQ(library_.grow("dos", {16000}).value().value, 16384u) << "rounded up to whole blocks";
  EXPECT_EQ(writer.device->size().value, 16384u);
  EXPECT_EQ(library_.size("dos").value().value, 16384u);
  ASSERT_TRUE(writer.device->read({16384 - 512}, last));
  EXPECT_EQ(last, Bytes(512));
  ASSERT_TRUE(writer.device->write({16384 - 512}, Bytes(512, 0x5a)));
  Bytes old(8192);
  ASSERT_TRUE(writer.device->read({0}, old));
  EXPECT_EQ(old, bytes_of_file(folder_ / "source"));
}

TEST_F(ImageLibraryTest, grow_is_told_to_every_reader) {
  ASSERT_TRUE(library_.create("cd", mib(1)));
  auto first = library_.open("cd", OpenMode::read_only, pc1).value();
  auto second = library_.open("cd", OpenMode::read_only, pc2).value();
  ASSERT_TRUE(library_.grow("cd", mib(64)));
  EXPECT_EQ(first.device->size(), mib(64));
  EXPECT_EQ(second.device->size(), mib(64));
  EXPECT_LT(library_.allocated("cd").value(), kib(64)) << "no space is taken before it is written";
}

TEST_F(ImageLibraryTest, a_thick_disk_has_the_space_of_its_new_part_when_it_has_grown) {
  ASSERT_TRUE(library_.create("dos", mib(1)));
  ASSERT_TRUE(library_.reserve("dos"));
  ASSERT_TRUE(library_.grow("dos", mib(3), 512, true));
  EXPECT_EQ(library_.size("dos").value(), mib(3));
  EXPECT_GE(library_.allocated("dos").value(), mib(3));
}

TEST_F(ImageLibraryTest, a_thick_disk_that_cannot_have_the_space_stays_as_it_is) {
  ASSERT_TRUE(library_.create("dos", mib(1)));
  ASSERT_TRUE(library_.reserve("dos"));
  auto opened = library_.open("dos", OpenMode::read_write, pc1).value();
  const ByteCount before = library_.allocated("dos").value();
  const ByteCount all{std::filesystem::space(folder_.path()).capacity};
  ASSERT_FALSE(library_.grow("dos", all + mib(1), 512, true));
  EXPECT_EQ(library_.grow("dos", all + mib(1), 512, true).error().kind, ErrorKind::exhausted);
  EXPECT_EQ(library_.size("dos").value(), mib(1));
  EXPECT_EQ(library_.allocated("dos").value(), before);
  EXPECT_EQ(opened.device->size(), mib(1));
}

TEST_F(ImageLibraryTest, grow_never_makes_a_disk_smaller) {
  ASSERT_TRUE(library_.create("dos", mib(4)));
  EXPECT_EQ(library_.grow("dos", mib(3)).error().kind, ErrorKind::conflict);
  EXPECT_EQ(library_.grow("dos", {0}).error().kind, ErrorKind::conflict);
  EXPECT_EQ(library_.grow("dos", mib(4)).value(), mib(4)) << "the same again is no error";
  EXPECT_EQ(library_.grow("dos", {~0ull}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(library_.grow("none", mib(4)).error().kind, ErrorKind::not_found);
  EXPECT_EQ(library_.size("dos").value(), mib(4));
}

TEST_F(ImageLibraryTest, of_many_who_grow_at_once_the_biggest_wins) {
  ASSERT_TRUE(library_.create("dos", mib(1)));
  auto opened = library_.open("dos", OpenMode::read_write, pc1).value();
  std::vector<std::thread> people;
  for (std::uint64_t i = 2; i <= 40; ++i) people.emplace_back([&, i] { (void)library_.grow("dos", mib(i)); });
  for (std::thread& one : people) one.join();
  EXPECT_EQ(library_.size("dos").value(), mib(40));
  EXPECT_EQ(opened.device->size(), mib(40));
}

TEST_F(ImageLibraryTest, a_disk_is_not_copied_while_it_is_written_to) {
  ASSERT_TRUE(library_.import_file("dos", source(1 << 20)));
  {
    const auto writer = library_.open("dos", OpenMode::read_write, pc1).value();
    const auto refused = library_.import_file("copy", library_.path("dos").value());
    EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
    EXPECT_THAT(refused.error().message, HasSubstr(pc1));
    EXPECT_THAT(library_.names(), ElementsAre("dos"));
  }
  const auto reader = library_.open("dos", OpenMode::read_only, pc1).value();
  bool tried = false;
  ASSERT_TRUE(library_.import_file("copy", library_.path("dos").value(), [&](ByteCount, ByteCount) {
    if (std::exchange(tried, true)) return Result<void>{};
    const auto writer = library_.open("dos", OpenMode::read_write, pc1);
    EXPECT_FALSE(writer) << "nor written to while it is copied";
    EXPECT_THAT(writer ? "" : writer.error().message, HasSubstr("the copy copy"));
    return Result<void>{};
  }));
  EXPECT_TRUE(library_.open("dos", OpenMode::read_write, pc1)) << "and the copy lets go of it";
}

}  // namespace
}  // namespace bootferry::images
