// SPDX-License-Identifier: Apache-2.0
// A qcow2 file from a stranger: header, tables, refcounts, compressed clusters; opened for reading and for writing,
// read and written. No crash, no read outside the file, no loop, bounded memory.
#include <cstdint>

#include "images/memory_device.hpp"
#include "images/qcow2/device.hpp"
#include "support/volatile_file.hpp"

using namespace bootferry;

namespace {

void use(images::BlockDevice& device, ByteView choices) {
  ByteReader in(choices);
  Bytes buffer(8192);
  for (int i = 0; i < 8 && in.ok(); ++i) {
    const std::uint64_t blocks = device.size().value / 512;
    const ByteCount offset{(in.u64() % blocks) * 512};
    const std::uint64_t count = std::min<std::uint64_t>(1 + in.u8() % 16, blocks - offset.value / 512) * 512;
    const std::uint8_t what = in.u8();
    if (what < 128)
      (void)device.read(offset, MutableByteView(buffer).first(count));
    else if (what < 192)
      (void)device.write(offset, ByteView(buffer).first(count));
    else if (what < 224)
      (void)device.zero(offset, {count});
    else
      (void)device.flush();
  }
}

Bytes make_good_image() {
  const auto disk = std::make_shared<test::Disk>();
  test::VolatileFile file(disk);
  (void)images::qcow2::lay_out(file, {ByteCount{256 << 10}, 9, {}, {}});
  images::qcow2::Files files;
  files.image = std::make_unique<test::VolatileFile>(disk);
  for (auto& notes : files.journal) notes = std::make_unique<test::VolatileFile>(std::make_shared<test::Disk>());
  const auto device = images::qcow2::open_device(std::move(files), nullptr, {});
  for (const std::uint64_t at : {0u, 5u << 10, 40u << 10, 200u << 10}) (void)(*device)->write({at}, Bytes(3 << 10, 7));
  (void)(*device)->flush();
  return disk->bytes();
}

/// A good image with a few lies in it gets further than noise does: place, length, bytes, and again.
Bytes with_lies(ByteView lies) {
  static const Bytes good = make_good_image();
  Bytes image = good;
  ByteReader in(lies);
  while (in.remaining() > 4) {
    const std::size_t at = in.u16() % image.size();
    const ByteView bytes = in.take(std::min<std::size_t>({1u + in.u8() % 16u, in.remaining(), image.size() - at}));
    std::ranges::copy(bytes, image.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return image;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 64) return 0;
  const ByteView choices(data, 64);
  const Bytes content = with_lies({data + 64, size - 64});
  for (const auto mode : {images::OpenMode::read_only, images::OpenMode::read_write}) {
    const auto disk = std::make_shared<test::Disk>();
    disk->set_bytes(content);
    images::qcow2::Files files;
    files.image = std::make_unique<test::VolatileFile>(disk);
    for (auto& notes : files.journal) notes = std::make_unique<test::VolatileFile>(std::make_shared<test::Disk>());
    images::qcow2::Options options;
    options.mode = mode;
    options.limit = ByteCount{content.size() + (1u << 20)};
    std::shared_ptr<images::BlockDevice> backing;
    if (content[15] != 0) backing = std::make_shared<images::MemoryDevice>(ByteCount{1 << 16});
    if (const auto device = images::qcow2::open_device(std::move(files), backing, options)) use(**device, choices);
  }
  return 0;
}
