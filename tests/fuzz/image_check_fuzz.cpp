// SPDX-License-Identifier: Apache-2.0
// An image from a stranger: good disks with a few lies in them are checked, and repaired. No crash, no read or write
// outside the disk, no loop, no work without a bound; a second repair finds nothing more to do than the first left.
#include <cstdint>
#include <cstdlib>

#include "images/check/check_image.hpp"
#include "images/check/initramfs.hpp"
#include "images/memory_device.hpp"
#include "images/presets/boot_code.hpp"
#include "images/presets/dos_layout.hpp"

using namespace bootferry;

namespace {

constexpr std::size_t disk_size = 2 << 20;

void put(Bytes& into, std::size_t at, ByteView bytes) {
  std::ranges::copy(bytes, into.begin() + static_cast<std::ptrdiff_t>(at));
}

Bytes directory_entry(std::string_view name, std::uint8_t cluster, std::uint8_t attributes = 0x20) {
  Bytes entry(32, 0);
  put(entry, 0, bytes_of(name));
  entry[11] = attributes;
  entry[26] = cluster;
  entry[29] = 0x20;
  return entry;
}

void put_fat12(Bytes& disk, std::size_t at, std::uint16_t sectors) {
  const Bytes boot{0xEB,
                   0x3C,
                   0x90,
                   'M',
                   'S',
                   'D',
                   'O',
                   'S',
                   '5',
                   '.',
                   '0',
                   0,
                   2,
                   8,
                   1,
                   0,
                   2,
                   0,
                   2,
                   static_cast<std::uint8_t>(sectors),
                   static_cast<std::uint8_t>(sectors >> 8),
                   0xF8,
                   2,
                   0,
                   63,
                   0,
                   16,
                   0,
                   63,
                   0,
                   0,
                   0,
                   0,
                   0,
                   0,
                   0,
                   0x80,
                   0,
                   0x29};
  put(disk, at, boot);
  put(disk, at + 510, Bytes{0x55, 0xAA});
  put(disk, at + 512, Bytes{0xF8, 0xFF, 0xFF, 0x03, 0x40, 0x00, 0x02, 0xF0, 0xFF});  // a ring of three clusters
  put(disk, at + 5 * 512, directory_entry("CONFIG  SYS", 2));
  put(disk, at + 5 * 512 + 32, directory_entry("AUTOEXECBAT", 3));
  put(disk, at + 37 * 512, bytes_of("DEVICE=C:\\DOS\\EMM386.EXE\r\n"));
}

Bytes make_dos() {
  Bytes disk(disk_size, 0);
  const auto layout = images::presets::lay_out_dos({disk_size});
  put(disk, 0, images::presets::mbr_boot_code());
  put(disk, layout->entry.place(), images::check::encode_mbr_entry(layout->entry));
  put(disk, 510, Bytes{0x55, 0xAA});
  put_fat12(disk, 63 * 512, static_cast<std::uint16_t>(layout->entry.count));
  return disk;
}

Bytes make_gpt() {
  Bytes disk(disk_size, 0);
  disk[446 + 4] = 0xEE;
  put(disk, 510, Bytes{0x55, 0xAA});
  put(disk, 512, bytes_of("EFI PART"));
  disk[512 + 12] = 92;
  return disk;
}

Bytes make_cd() {
  Bytes disk(disk_size, 0);
  put(disk, 16 * 2048, Bytes{1, 'C', 'D', '0', '0', '1', 1});
  put(disk, 17 * 2048, Bytes{0, 'C', 'D', '0', '0', '1', 1});
  put(disk, 17 * 2048 + 7, bytes_of("EL TORITO SPECIFICATION"));
  disk[17 * 2048 + 0x47] = 20;
  disk[20 * 2048] = 1;
  put(disk, 20 * 2048 + 28, Bytes{0xAA, 0x55, 0x55, 0xAA});
  put(disk, 20 * 2048 + 32, Bytes{0x88, 0, 0, 0, 0, 0, 4, 0, 21});
  put(disk, 20 * 2048 + 64, Bytes{0x91, 0xEF, 1});
  put(disk, 20 * 2048 + 96, Bytes{0x88});
  return disk;
}

/// Place, length, bytes, and again.
void lie(images::BlockDevice& device, ByteView lies) {
  ByteReader in(lies);
  while (in.remaining() > 4) {
    const std::size_t at = in.u24() % disk_size;
    const ByteView bytes = in.take(std::min<std::size_t>({1u + in.u8() % 16u, in.remaining(), disk_size - at}));
    const std::uint64_t block = at / device.block_size() * device.block_size();
    Bytes around(2 * std::size_t{device.block_size()});
    const std::size_t held = std::min<std::size_t>(around.size(), disk_size - block);
    if (!device.read({block}, MutableByteView(around).first(held))) std::abort();
    std::ranges::copy(bytes, around.begin() + static_cast<std::ptrdiff_t>(at - block));
    if (!device.write({block}, ByteView(around).first(held))) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  (void)images::check::look_into_initramfs({data, size});
  static const Bytes kinds[] = {make_dos(), make_gpt(), make_cd(), Bytes(disk_size, 0)};
  static constexpr std::uint32_t block_sizes[] = {512, 512, 2048, 4096};
  images::MemoryDevice device({disk_size}, block_sizes[data[0] / 4 % 4]);
  if (!device.write({0}, kinds[data[0] % 4])) std::abort();
  lie(device, {data + 1, size - 1});
  if (!images::check::check_image(device)) std::abort();
  const auto repaired = images::check::repair_image(device);
  if (!repaired) std::abort();
  return 0;
}
