// SPDX-License-Identifier: Apache-2.0
#include "images/check/linux_boot.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "images/check/ext_volume.hpp"
#include "images/check/fat.hpp"
#include "images/check/initramfs.hpp"
#include "images/check/little_endian.hpp"

namespace bootferry::images::check {
namespace {

constexpr std::uint64_t biggest_initramfs = 128 << 20;
constexpr std::size_t most_initramfs = 3;  // of a volume: the newest kernels' names come last

struct Initramfs {
  std::string path;
  Bytes bytes;
};
struct Found {
  std::vector<Initramfs> files;
  std::vector<std::string> untold;  ///< what could not be looked into, and why
};

bool is_initramfs(std::string name) {
  for (char& letter : name) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  const bool old = name.ends_with(".old") || name.ends_with(".bak") || name.find("rescue") != name.npos ||
                   name.find("kdump") != name.npos;
  return (name.starts_with("initrd") || name.starts_with("initramfs")) && !old;
}

// What the disk below fails at ends the check; what a broken file system leads to is told.
Result<void> note(const Error& error, const std::string& what, Found& found) {
  if (error.kind != ErrorKind::invalid && error.kind != ErrorKind::unsupported && error.kind != ErrorKind::exhausted)
    return std::unexpected(error);
  found.untold.push_back(fmt::format("{}: {}", what, error.message));
  return {};
}

Result<void> look_into_folder(ExtVolume& volume, std::uint32_t folder, const std::string& path, Found& found) {
  auto files = volume.list(folder);
  if (!files) return note(files.error(), path, found);
  std::erase_if(*files, [](const ExtVolume::File& file) { return file.folder || !is_initramfs(file.name); });
  std::ranges::sort(*files, std::greater{}, &ExtVolume::File::name);
  if (files->size() > most_initramfs) files->resize(most_initramfs);
  for (const ExtVolume::File& file : *files) {
    auto bytes = volume.read(file.inode, biggest_initramfs);
    if (bytes)
      found.files.push_back({path + file.name, std::move(*bytes)});
    else if (auto done = note(bytes.error(), path + file.name, found); !done)
      return done;
  }
  return {};
}

Result<void> look_into_ext(ExtVolume volume, const std::string& name, Found& found) {
  auto root = volume.list(ExtVolume::root);
  if (!root) return note(root.error(), name, found);
  if (auto done = look_into_folder(volume, ExtVolume::root, "/", found); !done) return done;
  for (const ExtVolume::File& file : *root) {
    if (!file.folder || file.name != "boot") continue;
    if (auto done = look_into_folder(volume, file.inode, "/boot/", found); !done) return done;
  }
  return {};
}

Result<void> look_into_fat(DiskReader& reader, std::uint64_t first, const FatBoot& boot, Found& found) {
  FatVolume volume(reader, first, boot);
  auto files = volume.root();
  if (!files) return note(files.error(), "/", found);
  for (const FatFile& file : *files) {
    if (file.folder || !is_initramfs(file.name) || found.files.size() >= most_initramfs) continue;
    auto bytes = volume.read(file, biggest_initramfs);
    if (bytes)
      found.files.push_back({"/" + file.name, std::move(*bytes)});
    else if (auto done = note(bytes.error(), "/" + file.name, found); !done)
      return done;
  }
  return {};
}

std::string name_of_content(ByteView start) {
  if (text_of(start).starts_with("XFSB")) return "XFS";
  if (text_of(start.subspan(512)).starts_with("LABELONE")) return "LVM";
  if (text_of(start).starts_with("LUKS\xBA\xBE")) return "an encrypted volume";
  return {};
}

Result<void> look_into(DiskReader& reader, const Partition& partition, Found& found) {
  const std::uint64_t start = partition.first * reader.block_size(), length = partition.count * reader.block_size();
  if (length < 8192 || !reader.holds(start, length)) return {};
  auto head = reader.read(start, 4096);
  if (!head) return std::unexpected(head.error());
  const auto boot = decode_fat_boot(*head);
  if (boot && boot->total <= length / 512) return look_into_fat(reader, start / 512, *boot, found);
  auto volume = ExtVolume::open(reader, start, length);
  if (!volume) return note(volume.error(), partition.name, found);
  if (*volume) return look_into_ext(**volume, partition.name, found);
  const std::string content = name_of_content(*head);
  if (!content.empty()) found.untold.push_back(fmt::format("{} holds {}", partition.name, content));
  return {};
}

void judge(const Initramfs& file, Report& report) {
  const InitramfsFacts facts = look_into_initramfs(file.bytes);
  if (facts.initiator)
    return report.ok("linux-iscsi", fmt::format("{} holds an iSCSI initiator{}: its Linux finds its root over the "
                                                "network.",
                                                file.path, facts.ibft ? " and reads where from (iBFT)" : ""));
  if (!facts.untold.empty())
    return report.add(
        Severity::note, "linux-iscsi-untold",
        fmt::format("Whether {} can find its root over iSCSI cannot be told: {}.", file.path, facts.untold));
  report.add(Severity::warning, "linux-no-iscsi",
             fmt::format("{} holds no iSCSI initiator: its Linux loses the disk when the kernel starts.", file.path),
             "Debian and Ubuntu: install open-iscsi, write ISCSI_AUTO=true into /etc/iscsi/iscsi.initramfs, run "
             "update-initramfs -u -k all. Fedora and its kind: dracut --add iscsi, and rd.iscsi.firmware=1 on the "
             "kernel's command line.");
}

}  // namespace

Result<void> check_linux(DiskReader& reader, const std::vector<Partition>& partitions, Report& report) {
  Found found;
  for (const Partition& partition : partitions) {
    if (auto done = look_into(reader, partition, found); !done) return done;
  }
  for (const Initramfs& file : found.files) judge(file, report);
  if (!found.files.empty()) return {};
  for (const std::string& what : found.untold)
    report.add(Severity::note, "linux-iscsi-untold",
               fmt::format("Whether a Linux on it can find its root over iSCSI cannot be told: {}.", what));
  return {};
}

}  // namespace bootferry::images::check
