// SPDX-License-Identifier: Apache-2.0
// Layers in the library: made, stacked, shared, grown, claimed, removed, and what a killed server left of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "images/image_library.hpp"
#include "qcow2_fixture.hpp"

namespace bootferry::images {
namespace {

using qcow2::runs;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string pc1 = "52:54:00:e2:e0:01", pc2 = "52:54:00:e2:e0:02";
const LayerFile base{"win.raw", "raw"}, one{"layers/1.qcow2", "qcow2"}, two{"layers/2.qcow2", "qcow2"};
const std::vector<LayerFile> one_on_base{one, base}, two_on_base{two, base}, two_on_one{two, one, base};

constexpr std::uint64_t cluster = 65536;

class ImageLayers : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(library_->create("win", mib(4))); }
  void make(const LayerFile& layer, const LayerFile& below, ByteCount size = mib(4)) {
    const auto made = library_->make_layer({layer.file, size, below.file, below.format});
    ASSERT_TRUE(made) << made.error().message;
  }
  Opened open(const std::vector<LayerFile>& layers, OpenMode mode, const std::string& holder) {
    auto opened = library_->open_stack(layers, mode, holder);
    EXPECT_TRUE(opened) << opened.error().message;
    return opened.value_or(Opened{});
  }
  void fill(BlockDevice& device, std::uint64_t at, std::uint8_t value) {
    const auto written = device.write({at}, Bytes(4096, value));
    ASSERT_TRUE(written) << written.error().message;
  }
  static std::uint8_t byte_at(BlockDevice& device, std::uint64_t at) {
    Bytes block(4096);
    const auto read = device.read({at}, block);
    EXPECT_TRUE(read) << read.error().message;
    EXPECT_EQ(block, Bytes(4096, block[0]));
    return block[0];
  }
  std::filesystem::path path(const std::string& file) const { return folder_ / "images" / file; }
  /// As a kill leaves it: what devices had in memory is gone, files stay as they are.
  void start_anew() { library_ = std::make_unique<ImageLibrary>(folder_ / "images"); }

  test::TemporaryFolder folder_;
  std::unique_ptr<ImageLibrary> library_ = std::make_unique<ImageLibrary>(folder_ / "images");
};

TEST_F(ImageLayers, many_disks_on_one_base_share_its_device_and_differ) {
  make(one, base);
  make(two, base);
  {
    auto master = open({base}, OpenMode::read_write, pc1);
    fill(*master.device, 0, 0xaa);
  }
  auto first = open(one_on_base, OpenMode::read_write, pc1);
  auto second = open(two_on_base, OpenMode::read_write, pc2);
  fill(*first.device, 0, 1);
  EXPECT_EQ(byte_at(*first.device, 0), 1);
  EXPECT_EQ(byte_at(*second.device, 0), 0xaa);
  const auto reader = open({base}, OpenMode::read_only, pc1);
  const auto other = open({base}, OpenMode::read_only, pc2);
  EXPECT_EQ(reader.device, other.device);
  EXPECT_EQ(reader.device.use_count(), 4) << "the two disks on it and the two readers";
  EXPECT_THAT(library_->layer_holders("win.raw"), ElementsAre(pc1, pc2));
  EXPECT_THAT(library_->holders("win"), ElementsAre(pc1, pc2));
}

TEST_F(ImageLayers, a_base_in_use_is_not_written_grown_claimed_or_removed_and_says_who) {
  make(one, base);
  auto disk = open(one_on_base, OpenMode::read_write, pc1);
  for (const std::string& holder : {pc1, pc2}) {
    const auto refused = library_->open("win", OpenMode::read_write, holder);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
    EXPECT_THAT(refused.error().message, testing::AllOf(HasSubstr("Image win"), HasSubstr(pc1)));
  }
  EXPECT_THAT(library_->grow("win", mib(8)).error().message, HasSubstr(pc1));
  EXPECT_THAT(library_->remove("win").error().message, HasSubstr(pc1));
  EXPECT_THAT(library_->claim_layer("win.raw").error().message, HasSubstr(pc1));
  EXPECT_THAT(library_->remove_layer(one.file).error().message, HasSubstr(pc1));
  disk = {};
  const auto master = open({base}, OpenMode::read_write, pc1);
  EXPECT_THAT(library_->open_stack(one_on_base, OpenMode::read_write, pc2).error().message, HasSubstr(pc1));
  EXPECT_THAT(library_->layer_holders(one.file), ElementsAre()) << "all files of a disk or none";
}

TEST_F(ImageLayers, a_claim_keeps_everybody_out) {
  make(one, base);
  auto claim = library_->claim_layer("win.raw");
  ASSERT_TRUE(claim);
  EXPECT_EQ(library_->open_stack(one_on_base, OpenMode::read_only, pc1).error().kind, ErrorKind::conflict);
  claim->reset();
  EXPECT_TRUE(library_->open_stack(one_on_base, OpenMode::read_only, pc1));
}

TEST_F(ImageLayers, what_was_acknowledged_before_a_kill_is_there_as_top_and_as_base) {
  make(one, base);
  auto killed = open(one_on_base, OpenMode::read_write, pc1);
  fill(*killed.device, 8192, 7);  // never flushed
  const auto keep = std::move(library_);
  start_anew();
  EXPECT_EQ(byte_at(*open(one_on_base, OpenMode::read_only, pc1).device, 8192), 7);
  start_anew();
  auto killed_too = open(one_on_base, OpenMode::read_write, pc1);
  fill(*killed_too.device, 1 << 20, 8);
  const auto keep_too = std::move(library_);
  start_anew();
  make(two, one);
  auto above = open(two_on_one, OpenMode::read_write, pc1);
  EXPECT_EQ(byte_at(*above.device, 8192), 7);
  EXPECT_EQ(byte_at(*above.device, 1 << 20), 8);
  EXPECT_TRUE(runs("qemu-img check -q -f qcow2 " + path(one.file).string()));
}

TEST_F(ImageLayers, other_tools_find_each_layers_base) {
  make(one, base);
  make(two, one);
  {
    auto disk = open(two_on_one, OpenMode::read_write, pc1);
    fill(*disk.device, 1 << 20, 3);
    ASSERT_TRUE(disk.device->flush());
  }
  EXPECT_TRUE(runs("qemu-img check -q -f qcow2 " + path(two.file).string()));
  EXPECT_TRUE(runs("qemu-io -f qcow2 -r -c 'read -P 3 1M 4k' -c 'read -P 0 0 1M' " + path(two.file).string() +
                   " | grep -qv 'verification failed'"));
  EXPECT_TRUE(runs("qemu-img info -f qcow2 --backing-chain " + path(two.file).string() + " | grep win.raw"));
  EXPECT_THAT(library_->layer_files(), ElementsAre(one.file, two.file));
  EXPECT_EQ(library_->layer_size(two.file, "qcow2").value(), mib(4));
  EXPECT_GE(library_->layer_allocated(two.file).value(), kib(64));
}

TEST_F(ImageLayers, hostile_names_and_stacks_are_refused) {
  for (const std::string file :
       {"../x.qcow2", "layers/../x", "layers/", "layers/a/b", "layers/.x", "", "/etc/../x", "other/x.qcow2"}) {
    EXPECT_FALSE(library_->make_layer({file, mib(1), {}, {}})) << file;
    const LayerFile layer{file, "raw"};
    EXPECT_EQ(library_->open_stack({&layer, 1}, OpenMode::read_only, pc1).error().kind, ErrorKind::invalid) << file;
    EXPECT_FALSE(library_->claim_layer(file)) << file;
    EXPECT_FALSE(library_->remove_layer(file)) << file;
    EXPECT_FALSE(library_->layer_size(file, "raw")) << file;
  }
  make(one, base);
  EXPECT_EQ(library_->make_layer({one.file, mib(1), {}, {}}).error().kind, ErrorKind::conflict);
  const auto refused = [&](const std::vector<LayerFile>& layers) {
    const auto opened = library_->open_stack(layers, OpenMode::read_write, pc1);
    return opened ? std::string() : opened.error().message;
  };
  EXPECT_THAT(refused({one, one, base}), HasSubstr("itself"));
  EXPECT_THAT(refused({base, one}), HasSubstr("lie on"));
  EXPECT_THAT(refused({}), HasSubstr("file"));
  EXPECT_THAT(refused({one}), HasSubstr("below"));
  EXPECT_THAT(refused({{"layers/1.qcow2", "vmdk"}}), HasSubstr("vmdk"));
  EXPECT_THAT(refused({one, {"none.raw", "raw"}}), HasSubstr("none.raw"));
  EXPECT_THAT(refused({{"/etc/passwd", "raw"}}), HasSubstr("no disk"));
  std::vector<LayerFile> deep;
  deep.reserve(33);
  for (int i = 0; i < 33; ++i) deep.push_back({"layers/d" + std::to_string(i), "qcow2"});
  EXPECT_THAT(refused(deep), HasSubstr("32"));
  EXPECT_EQ(library_->remove_layer("win.raw").error().kind, ErrorKind::invalid);
  EXPECT_THAT(library_->layer_holders(one.file), ElementsAre());
}

TEST_F(ImageLayers, a_raw_disk_that_looks_like_qcow2_is_raw) {
  std::filesystem::create_directories(path("layers"));
  ASSERT_TRUE(runs("qemu-img create -q -f qcow2 -b /etc/passwd -F raw -u " + path("evil.raw").string() + " 1M"));
  const auto disk = open({{"evil.raw", "raw"}}, OpenMode::read_only, pc1);
  Bytes start(512);
  ASSERT_TRUE(disk.device->read({0}, start));
  EXPECT_EQ(start[0], 'Q');
}

TEST_F(ImageLayers, a_qcow2_disk_grows_open_or_closed_and_its_readers_see_it) {
  make(one, base);
  EXPECT_EQ(library_->grow_layer(one_on_base, {mib(6).value - 3}).value(), mib(6)) << "whole blocks";
  {
    auto writer = open(one_on_base, OpenMode::read_write, pc1);
    EXPECT_EQ(writer.device->size(), mib(6));
    ASSERT_TRUE(library_->grow_layer(one_on_base, gib(2)));
    EXPECT_EQ(writer.device->size(), gib(2));
    fill(*writer.device, gib(1).value, 5);
    ASSERT_TRUE(writer.device->flush());
    EXPECT_EQ(library_->grow_layer(one_on_base, gib(1)).error().kind, ErrorKind::conflict) << "never smaller";
  }
  auto reader = open(one_on_base, OpenMode::read_only, pc1);
  ASSERT_TRUE(library_->grow_layer(one_on_base, {1ull << 45})) << "the L1 table moves";
  EXPECT_EQ(reader.device->size().value, 1ull << 45);
  EXPECT_EQ(byte_at(*reader.device, gib(1).value), 5);
  EXPECT_EQ(byte_at(*reader.device, (1ull << 45) - 4096), 0);
  EXPECT_TRUE(runs("qemu-img check -q -f qcow2 " + path(one.file).string()));
  EXPECT_EQ(library_->layer_size(one.file, "qcow2").value().value, 1ull << 45);
}

TEST_F(ImageLayers, a_removed_layer_takes_its_notes_with_it_and_a_new_one_of_its_name_starts_empty) {
  make(one, base);
  {
    auto disk = open(one_on_base, OpenMode::read_write, pc1);
    fill(*disk.device, 0, 9);
  }
  EXPECT_TRUE(std::filesystem::exists(path("layers/.1.qcow2.notes0")));
  auto lingering = open(one_on_base, OpenMode::read_write, pc1);
  lingering.hold.reset();  // a job of a session that has ended still has the device
  ASSERT_TRUE(library_->remove_layer(one.file));
  EXPECT_TRUE(std::filesystem::is_empty(path("layers")));
  EXPECT_EQ(library_->remove_layer(one.file).error().kind, ErrorKind::not_found);
  make(one, base);
  EXPECT_EQ(byte_at(*open(one_on_base, OpenMode::read_write, pc1).device, 0), 0);
}

TEST_F(ImageLayers, leftovers_of_a_crash_are_removed_at_start_and_layers_stay) {
  make(one, base);
  {
    auto disk = open(one_on_base, OpenMode::read_write, pc1);
    fill(*disk.device, 0, 9);
  }
  std::ofstream(path("layers/.unfinished-7.qcow2")) << "half";
  std::ofstream(path("layers/.7.qcow2.notes0")) << "of a layer that is gone";
  start_anew();
  EXPECT_FALSE(std::filesystem::exists(path("layers/.unfinished-7.qcow2")));
  EXPECT_FALSE(std::filesystem::exists(path("layers/.7.qcow2.notes0")));
  EXPECT_EQ(byte_at(*open(one_on_base, OpenMode::read_write, pc1).device, 0), 9);
}

TEST_F(ImageLayers, a_writers_device_is_one_whoever_opens_it_next) {
  make(one, base);
  auto first = open(one_on_base, OpenMode::read_write, pc1);
  fill(*first.device, 0, 1);
  const auto own = open(one_on_base, OpenMode::read_only, pc1);
  fill(*first.device, 4096, 2);
  EXPECT_EQ(byte_at(*own.device, 4096), 2);
  EXPECT_FALSE(own.device->write({0}, Bytes(512)));
  first.hold.reset();
  EXPECT_FALSE(library_->open_stack(one_on_base, OpenMode::read_write, pc1)) << "beside its own reader";
}

TEST_F(ImageLayers, who_comes_while_the_last_job_of_the_one_before_runs_gets_the_same_device) {
  make(one, base);
  auto first = open(one_on_base, OpenMode::read_write, pc1);
  fill(*first.device, 0, 1);
  first.hold.reset();
  EXPECT_EQ(byte_at(*open(one_on_base, OpenMode::read_only, pc2).device, 0), 1);
  const auto second = open(one_on_base, OpenMode::read_write, pc2);
  EXPECT_EQ(first.device, second.device);
}

/// No file may get longer than this: what a full disk is to one that grows.
class FullDisk {
 public:
  explicit FullDisk(std::uint64_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit full{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &full);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    (void)std::signal(SIGXFSZ, signal_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*signal_)(int) = std::signal(SIGXFSZ, SIG_IGN);
};

TEST_F(ImageLayers, a_full_disk_ends_writes_and_nothing_else_and_space_given_back_lets_them_go_on) {
  make(one, base);
  auto disk = open(one_on_base, OpenMode::read_write, pc1);
  std::uint64_t at = 0;
  {
    const FullDisk full(20 * cluster);
    Result<void> done;
    while ((done = disk.device->write({at}, Bytes(65536, 5)))) at += 65536;
    EXPECT_EQ(done.error().kind, ErrorKind::exhausted) << done.error().message;
    ASSERT_GE(at, 10 * cluster);
    EXPECT_EQ(byte_at(*disk.device, at), 0);
    fill(*disk.device, 0, 6);
    EXPECT_TRUE(disk.device->flush());
    EXPECT_TRUE(runs("qemu-img check -q -f qcow2 " + path(one.file).string()));
    ASSERT_TRUE(disk.device->trim({cluster}, {2 * cluster}));
    EXPECT_TRUE(disk.device->write({at}, Bytes(65536, 7)));
    EXPECT_TRUE(disk.device->flush());
  }
  disk = {};
  start_anew();
  const auto again = open(one_on_base, OpenMode::read_only, pc1);
  EXPECT_EQ(byte_at(*again.device, 0), 6);
  EXPECT_EQ(byte_at(*again.device, 65536), 0);
  EXPECT_EQ(byte_at(*again.device, at), 7);
  EXPECT_TRUE(runs("qemu-img check -q -f qcow2 " + path(one.file).string()));
}

TEST_F(ImageLayers, opening_the_same_layers_from_many_threads_is_one_device) {
  make(one, base);
  make(two, one);
  std::vector<std::thread> threads;
  std::vector<Opened> opened(8);
  threads.reserve(opened.size());
  for (std::size_t i = 0; i < opened.size(); ++i)
    threads.emplace_back([&, i] { opened[i] = open(two_on_one, OpenMode::read_only, "pc" + std::to_string(i)); });
  for (auto& thread : threads) thread.join();
  for (const auto& disk : opened) EXPECT_EQ(disk.device, opened.front().device);
}

}  // namespace
}  // namespace bootferry::images
