// SPDX-License-Identifier: Apache-2.0
// qcow2 files between us and QEMU's own tools: each reads what the other wrote; what we refuse, and why.
#include <thread>

#include "images/raw_device.hpp"
#include "qcow2_fixture.hpp"

namespace bootferry::images::qcow2 {
namespace {

class Qcow2Files : public testing::Test {
 protected:
  std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }

  Result<std::shared_ptr<Device>> open(const std::string& name, OpenMode mode,
                                       std::shared_ptr<BlockDevice> backing = {}) {
    auto file = open_posix_file(path(name), mode);
    if (!file) return std::unexpected(file.error());
    Files files;
    files.image = std::move(*file);
    for (std::size_t i = 0; i < 2 && mode == OpenMode::read_write; ++i) {
      const auto notes = path(name + ".notes" + std::to_string(i));
      auto note_file = std::filesystem::exists(notes) ? open_posix_file(notes, mode) : create_posix_file(notes);
      if (!note_file) return std::unexpected(note_file.error());
      files.journal[i] = std::move(*note_file);
    }
    Options options;
    options.mode = mode;
    return open_device(std::move(files), std::move(backing), options);
  }

  /// 4 MiB with a pattern that differs in every sector, and a hole.
  Bytes make_raw(const std::string& name) {
    Bytes content(4 << 20);
    SeededRandom(5).fill(MutableByteView(content).first(1 << 20));
    for (std::size_t i = 3 << 20; i < content.size(); ++i) content[i] = static_cast<std::uint8_t>(i >> 9);
    std::ofstream(path(name), std::ios::binary)
        .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
    return content;
  }
  static void expect_content(BlockDevice& device, const Bytes& wanted) {
    Bytes all(device.size().value);
    const auto read = device.read({0}, all);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(all, wanted);
  }

  const test::TemporaryFolder folder_;
};

TEST_F(Qcow2Files, reads_what_qemu_img_wrote_in_every_shape) {
  const Bytes wanted = make_raw("raw");
  for (const std::string options : {"", "-o compat=0.10", "-o cluster_size=512", "-o cluster_size=2M",
                                    "-o extended_l2=on", "-c", "-c -o compression_type=zstd", "-o lazy_refcounts=on",
                                    "-o refcount_bits=1", "-o preallocation=metadata", "-o preallocation=full -S 0"}) {
    std::filesystem::remove(path("image"));
    ASSERT_TRUE(runs("qemu-img convert -f raw -O qcow2 " + options + " " + path("raw").string() + " " +
                     path("image").string()));
    auto device = open("image", OpenMode::read_only);
    ASSERT_TRUE(device) << options << ": " << device.error().message;
    SCOPED_TRACE(options);
    expect_content(**device, wanted);
  }
}

// Parts of a cluster that are its own, zero, or the base's: subclusters of 2 KiB, and QEMU's own view as the referee.
TEST_F(Qcow2Files, reads_the_subclusters_that_qemu_io_wrote) {
  (void)make_raw("raw");
  const std::string image = path("image").string();
  ASSERT_TRUE(runs("qemu-img create -q -f qcow2 -o extended_l2=on -b " + path("raw").string() + " -F raw " + image));
  ASSERT_TRUE(
      runs("qemu-io -f qcow2 -c 'write -P 1 2k 2k' -c 'write -P 2 66k 6k' -c 'write -z 70k 4k' "
           "-c 'write -P 3 130560 512' -c 'write -z 256k 64k' -c 'write -P 4 258k 2k' -c 'discard 1M 128k' "
           "-c 'write -P 5 3145k 1k' -c 'write -z 3200k 1k' " +
           image));
  ASSERT_TRUE(runs("qemu-img convert -f qcow2 -O raw " + image + " " + path("wanted").string()));
  std::ifstream in(path("wanted"), std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  auto base = make_raw_device(path("raw"), OpenMode::read_only);
  ASSERT_TRUE(base);
  auto device = open("image", OpenMode::read_only, *base);
  ASSERT_TRUE(device) << device.error().message;
  expect_content(**device, Bytes(text.begin(), text.end()));
  Bytes part(2048);
  for (std::size_t at = 0; at + part.size() <= text.size(); at += part.size()) {
    ASSERT_TRUE((*device)->read({at}, part));
    ASSERT_TRUE(std::equal(part.begin(), part.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
                           [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); }))
        << "at " << at;
  }
}

TEST_F(Qcow2Files, writes_into_what_qemu_img_wrote_and_qemu_img_reads_it) {
  for (const std::string options :
       {"", "-c", "-c -o compression_type=zstd", "-o cluster_size=512", "-o lazy_refcounts=on"}) {
    Bytes wanted = make_raw("raw");
    std::filesystem::remove(path("image"));
    ASSERT_TRUE(runs("qemu-img convert -f raw -O qcow2 " + options + " " + path("raw").string() + " " +
                     path("image").string()));
    {
      auto device = open("image", OpenMode::read_write);
      ASSERT_TRUE(device) << options << ": " << device.error().message;
      for (const std::uint64_t at : {512u, 70000u / 512 * 512, 2u << 20, (4u << 20) - 1024}) {
        ASSERT_TRUE((*device)->write({at}, Bytes(1024, 0x5a)));
        std::fill_n(wanted.begin() + static_cast<std::ptrdiff_t>(at), 1024, 0x5a);
      }
      ASSERT_TRUE((*device)->trim({256 << 10}, {256 << 10}));
      std::fill_n(wanted.begin() + (256 << 10), 256 << 10, 0);
      ASSERT_TRUE((*device)->flush());
    }
    std::ofstream(path("raw"), std::ios::binary)
        .write(reinterpret_cast<const char*>(wanted.data()), static_cast<std::streamsize>(wanted.size()));
    EXPECT_TRUE(runs("qemu-img check -f qcow2 " + path("image").string())) << options;
    EXPECT_TRUE(runs("qemu-img compare -f raw -F qcow2 " + path("raw").string() + " " + path("image").string()))
        << options;
  }
}

TEST_F(Qcow2Files, an_overlay_is_read_by_qemu_with_its_base) {
  Bytes wanted = make_raw("raw");
  auto base = make_raw_device(path("raw"), OpenMode::read_only);
  ASSERT_TRUE(base);
  {
    auto file = create_posix_file(path("image"));
    ASSERT_TRUE(file);
    ASSERT_TRUE(lay_out(**file, {{4 << 20}, 16, "raw", "raw"}));
  }
  auto device = open("image", OpenMode::read_write, *base);
  ASSERT_TRUE(device) << device.error().message;
  expect_content(**device, wanted);
  ASSERT_TRUE((*device)->write({5 * 512}, Bytes(512, 0x77)));
  std::fill_n(wanted.begin() + 5 * 512, 512, 0x77);
  ASSERT_TRUE((*device)->zero({3 << 20}, {1 << 19}));
  std::fill_n(wanted.begin() + (3 << 20), 1 << 19, 0);
  ASSERT_TRUE((*device)->flush());
  expect_content(**device, wanted);
  std::ofstream(path("wanted"), std::ios::binary)
      .write(reinterpret_cast<const char*>(wanted.data()), static_cast<std::streamsize>(wanted.size()));
  EXPECT_TRUE(runs("qemu-img check -f qcow2 " + path("image").string()));
  EXPECT_TRUE(runs("qemu-img compare -f raw -F qcow2 " + path("wanted").string() + " " + path("image").string()));
}

TEST_F(Qcow2Files, refuses_what_it_cannot_do_with_a_reason) {
  const auto refused = [&](OpenMode mode, const std::string& word) {
    const auto device = open("image", mode);
    ASSERT_FALSE(device) << word;
    EXPECT_NE(device.error().message.find(word), std::string::npos) << device.error().message;
  };
  const auto create = [&](const std::string& arguments) {
    std::filesystem::remove(path("image"));
    return runs("qemu-img create -q -f qcow2 " + arguments + " " + path("image").string() + " 4M");
  };
  ASSERT_TRUE(create("--object secret,id=s,data=abcdefgh -o encrypt.format=aes,encrypt.key-secret=s"));
  refused(OpenMode::read_only, "encrypted");
  ASSERT_TRUE(create("-o data_file=" + path("data").string()));
  refused(OpenMode::read_only, "another file");
  ASSERT_TRUE(create(""));
  ASSERT_TRUE(runs("qemu-img snapshot -c one " + path("image").string()));
  refused(OpenMode::read_only, "snapshots");
  make_raw("raw");
  ASSERT_TRUE(create("-b " + path("raw").string() + " -F raw"));
  refused(OpenMode::read_only, "overlay");
  ASSERT_TRUE(create("-o compat=0.10"));
  refused(OpenMode::read_write, "version 2");
  ASSERT_TRUE(create("-o refcount_bits=64"));
  refused(OpenMode::read_write, "16 bits");
  ASSERT_TRUE(create("-o extended_l2=on"));
  refused(OpenMode::read_write, "subclusters");
}

TEST_F(Qcow2Files, a_limit_is_told_as_exhausted_and_room_that_is_given_back_serves_again) {
  Machine machine;
  machine.lay_out({64 << 20}, 16);
  auto device = machine.open(OpenMode::read_write, {1 << 20});
  ASSERT_TRUE(device);
  std::uint64_t at = 0;
  Result<void> done;
  while ((done = (*device)->write({at}, Bytes(65536, 1)))) at += 65536;
  EXPECT_EQ(done.error().kind, ErrorKind::exhausted);
  EXPECT_LE((*device)->used().value, 1u << 20);
  EXPECT_GE(at, 8u << 16);
  ASSERT_TRUE((*device)->trim({0}, {4 << 16}));
  ASSERT_TRUE((*device)->flush());
  EXPECT_TRUE((*device)->write({at}, Bytes(65536, 2)));
  ASSERT_TRUE((*device)->flush());
  EXPECT_TRUE(is_clean(*machine.image));
}

TEST_F(Qcow2Files, grows_beyond_its_first_l1_table) {
  Machine machine;
  machine.lay_out({1 << 20}, 9);
  auto device = machine.open();
  ASSERT_TRUE(device);
  ASSERT_TRUE((*device)->write({0}, Bytes(4096, 3)));
  EXPECT_FALSE((*device)->grow({512}));
  const auto grown = (*device)->grow({64 << 20});
  ASSERT_TRUE(grown) << grown.error().message;
  EXPECT_EQ((*device)->size().value, 64u << 20);
  ASSERT_TRUE((*device)->write({(64 << 20) - 4096}, Bytes(4096, 4)));
  ASSERT_TRUE((*device)->flush());
  EXPECT_TRUE(is_clean(*machine.image));
  device = machine.open();
  ASSERT_TRUE(device) << device.error().message;
  Bytes end(8192);
  ASSERT_TRUE((*device)->read({(64 << 20) - 8192}, end));
  EXPECT_EQ(Bytes(end.begin(), end.begin() + 4096), Bytes(4096));
  EXPECT_EQ(Bytes(end.begin() + 4096, end.end()), Bytes(4096, 4));
}

TEST_F(Qcow2Files, many_writers_of_the_same_clusters_do_not_tear_each_other) {
  Machine machine;
  machine.backing = std::make_shared<MemoryDevice>(ByteCount{4 << 20});
  ASSERT_TRUE(machine.backing->write({0}, Bytes(4 << 20, 0xee)));
  machine.lay_out({4 << 20}, 16);
  auto device = machine.open();
  ASSERT_TRUE(device);
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::uint64_t i = t; i < 1024; i += 4) {  // neighbours in one cluster belong to different threads
        EXPECT_TRUE((*device)->write({i * 4096}, Bytes(2048, static_cast<std::uint8_t>(t + 1))));
        if (i % 64 == t) {
          EXPECT_TRUE((*device)->flush());
        }
        Bytes back(4096);
        EXPECT_TRUE((*device)->read({i * 4096}, back));
        EXPECT_EQ(back[0], t + 1);
        EXPECT_EQ(back[4095], 0xee);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  ASSERT_TRUE((*device)->flush());
  EXPECT_TRUE(is_clean(*machine.image));
}

TEST_F(Qcow2Files, two_mappings_of_one_cluster_are_never_written_to) {
  Machine machine;
  machine.lay_out({4 << 20}, 16);
  {
    auto device = machine.open();
    ASSERT_TRUE((*device)->write({0}, Bytes(2 << 16, 1)));
    ASSERT_TRUE((*device)->flush());
  }
  Bytes bytes = machine.image->bytes();
  ByteReader l1(ByteView(bytes).subspan(3 << 16, 8));
  const std::uint64_t table = l1.u64() & 0x00ff'ffff'ffff'fe00;
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(table), 8,
              bytes.begin() + static_cast<std::ptrdiff_t>(table) + 8);
  machine.image->set_bytes(bytes);
  const auto device = machine.open();
  ASSERT_FALSE(device);
  EXPECT_EQ(device.error().kind, ErrorKind::invalid);
  EXPECT_TRUE(machine.open(OpenMode::read_only));
}

TEST_F(Qcow2Files, compressed_bytes_behind_the_end_are_a_lie) {
  make_raw("raw");
  ASSERT_TRUE(runs("qemu-img convert -c -f raw -O qcow2 " + path("raw").string() + " " + path("image").string()));
  std::ifstream in(path("image"), std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  Bytes bytes(text.begin(), text.end());
  Machine machine;
  machine.image->set_bytes(bytes);
  ASSERT_TRUE(machine.open());
  ByteReader l1(ByteView(bytes).subspan(3 << 16, 8));
  const std::uint64_t table = l1.u64() & 0x00ff'ffff'ffff'fe00;
  // The last one of the disk lies last in the file: as many sectors as an entry can say.
  for (std::size_t at = table + (4 << 20 >> 16) * 8 - 8; at >= table; at -= 8) {
    if ((bytes[at] & 0x40) == 0) continue;
    bytes[at] |= 0x3f, bytes[at + 1] |= 0xc0;
    break;
  }
  machine.image->set_bytes(bytes);
  EXPECT_FALSE(machine.open());
}

TEST_F(Qcow2Files, notes_of_another_file_are_refused) {
  Machine one, other;
  one.lay_out({4 << 20}, 16);
  other.lay_out({64 << 20}, 16);
  {
    auto device = other.open();
    ASSERT_TRUE((*device)->write({60 << 20}, Bytes(512, 1)));
  }
  one.notes = other.notes;
  const auto device = one.open();
  ASSERT_FALSE(device);
  EXPECT_NE(device.error().message.find("notes"), std::string::npos);
}

}  // namespace
}  // namespace bootferry::images::qcow2
