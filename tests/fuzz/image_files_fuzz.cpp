// SPDX-License-Identifier: Apache-2.0
// Folders and files of a stranger's image: bytes laid over a small floppy, a partitioned disk and a CD are walked, name
// by name. No crash, no read outside the image, no walk without an end.
#include <cstdint>
#include <cstdlib>

#include "images/files/browse.hpp"
#include "images/files/iso_record.hpp"
#include "images/memory_device.hpp"

using namespace bootferry;

namespace {

constexpr std::size_t disk_size = 256 << 10;
constexpr std::size_t most_looks = 40;

void put(Bytes& into, std::size_t at, ByteView bytes) {
  std::ranges::copy(bytes, into.begin() + static_cast<std::ptrdiff_t>(at));
}

/// FAT12 of 256 KiB at `at`: one reserved sector, FATs of two, a root of 16 entries.
void put_fat(Bytes& disk, std::size_t at) {
  const Bytes boot{0xEB, 0x3C, 0x90, 'M', 'S', 'D', 'O', 'S',  '5', '.',  '0', 0,
                   2,    1,    1,    0,   2,   16,  0,   0x80, 1,   0xF8, 2,   0};
  put(disk, at, boot);
  put(disk, at + 510, Bytes{0x55, 0xAA});
  put(disk, at + 512, Bytes{0xF8, 0xFF, 0xFF, 0x03, 0x40, 0x00, 0xFF, 0x0F});
  put(disk, at + 5 * 512, bytes_of("DOS        \x10"));
  disk[at + 5 * 512 + 26] = 2;
}

Bytes make_disk(unsigned kind) {
  Bytes disk(disk_size, 0);
  if (kind == 0) put_fat(disk, 0);
  if (kind == 1) {
    put(disk, 446 + 4, Bytes{6, 0, 0, 0, 1, 0, 0, 0, 0x80, 1});
    put(disk, 510, Bytes{0x55, 0xAA});
    put_fat(disk, 512);
  }
  if (kind >= 2) {
    put(disk, 16 * 2048, Bytes{static_cast<std::uint8_t>(kind == 2 ? 1 : 2), 'C', 'D', '0', '0', '1', 1});
    put(disk, 16 * 2048 + 88, bytes_of("%/E"));
    put(disk, 16 * 2048 + 128, Bytes{0, 8, 8, 0});
    const Bytes record{34, 0, 20, 0, 0, 0, 0, 0, 0, 20, 0, 8, 0, 0, 0, 0, 8, 0, 126, 3, 1, 9, 30, 0, 0, 2};
    put(disk, 16 * 2048 + 156, record);
    disk[16 * 2048 + 156 + 32] = 1;
    put(disk, 20 * 2048, record);
    disk[20 * 2048 + 32] = 1;
  }
  return disk;
}

/// Place, length, bytes, and again.
void lie(Bytes& disk, ByteView lies) {
  ByteReader in(lies);
  while (in.remaining() > 4) {
    const std::size_t at = in.u24() % disk_size;
    put(disk, at, in.take(std::min<std::size_t>({1u + in.u8() % 64u, in.remaining(), disk_size - at})));
  }
}

void look(images::BlockDevice& device, const std::string& path, std::size_t& looks) {
  if (++looks > most_looks) return;
  const auto folder = images::files::list_folder(device, path);
  if (!folder) {
    (void)images::files::read_file(device, path);
    return;
  }
  for (const auto& node : folder->nodes) {
    if (node.name.find('/') != std::string::npos) std::abort();
    look(device, path + "/" + node.name, looks);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  Bytes disk = make_disk(data[0] % 4);
  lie(disk, {data + 1, size - 1});
  images::MemoryDevice device({disk_size}, data[0] % 4 >= 2 ? 2048 : 512);
  if (!device.write({0}, disk)) std::abort();
  std::size_t looks = 0;
  look(device, "", looks);
  for (const auto names :
       {images::files::IsoNames::plain, images::files::IsoNames::joliet, images::files::IsoNames::rock_ridge})
    (void)images::files::decode_iso_folder({data, size}, names, 1000, [](auto, auto, auto) { return Bytes{}; });
  return 0;
}
