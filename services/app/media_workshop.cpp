// SPDX-License-Identifier: Apache-2.0
#include "app/media_workshop.hpp"

#include <fmt/format.h>
#include <utility>

#include <array>
#include <fstream>
#include <set>

#include "app/image_presets.hpp"
#include "app/tool.hpp"

namespace bootferry::app {
namespace {

namespace fs = std::filesystem;
using boot::MediumKind;

constexpr std::uint64_t mebibyte = 1ull << 20;
constexpr ByteCount usb_size = mib(64);            // FAT16, which every BIOS and UEFI reads
constexpr std::uint64_t usb_partition = 63 * 512;  // where the preset "dos" puts it
constexpr std::size_t boot_code_size = 440;        // of an MBR: its disk signature and table follow

std::string at(const fs::path& image, std::uint64_t offset) {
  return offset ? fmt::format("{}@@{}", image.string(), offset) : image.string();
}

std::vector<std::string> mtool(std::string name, const std::string& image) {
  return {"env", "MTOOLS_SKIP_CHECK=1", std::move(name), "-i", image};
}

Result<void> copy_in(const std::string& image, const std::vector<MediumPart>& parts) {
  std::set<std::string> folders;
  for (const MediumPart& part : parts) {
    for (std::size_t slash = part.target.find('/'); slash != std::string::npos;
         slash = part.target.find('/', slash + 1))
      folders.insert(part.target.substr(0, slash));
  }
  for (const std::string& folder : folders) {  // in order: a folder before what is in it
    auto command = mtool("mmd", image);
    command.push_back("::/" + folder);
    if (auto done = run_tool(std::move(command), "mtools"); !done) return done;
  }
  for (const MediumPart& part : parts) {
    auto command = mtool("mcopy", image);
    command.insert(command.end(), {part.source.string(), "::/" + part.target});
    if (auto done = run_tool(std::move(command), "mtools"); !done) return done;
  }
  return {};
}

Result<void> make_preset(std::string_view name, ByteCount size, const fs::path& out) {
  const auto preset = images::presets::require_preset(name);
  if (!preset) return std::unexpected(preset.error());
  const auto whole = images::presets::size_of(*preset, size, 512);
  if (!whole) return std::unexpected(whole.error());
  std::ofstream(out, std::ios::binary | std::ios::trunc).close();
  std::error_code failed;
  fs::resize_file(out, whole->value, failed);
  if (failed) return fail(ErrorKind::io, fmt::format("{} cannot be made: {}", out.string(), failed.message()));
  return format_preset(*preset, *whole, out);
}

/// A FAT volume that has just room for them.
Result<void> make_efi_volume(const std::vector<MediumPart>& parts, const fs::path& out) {
  std::uint64_t bytes = mebibyte;
  std::error_code ignored;
  for (const MediumPart& part : parts) bytes += fs::file_size(part.source, ignored) + 4096;
  const std::uint64_t tracks = bytes / mebibyte + 1;  // of 64 heads and 32 sectors: a mebibyte each
  fs::remove(out, ignored);
  if (auto done = run_tool({"mformat", "-C", "-i", out.string(), "-t", std::to_string(tracks), "-h", "64", "-s", "32",
                            "-v", "BOOTFERRY", "::"},
                           "mtools");
      !done)
    return done;
  return copy_in(out.string(), parts);
}

std::string fingerprint(const std::vector<MediumPart>& parts) {
  std::string text;
  for (const MediumPart& part : parts) {
    std::error_code ignored;
    text += fmt::format("{} {} {} {}\n", part.target, part.source.string(), fs::file_size(part.source, ignored),
                        fs::last_write_time(part.source, ignored).time_since_epoch().count());
  }
  return text;
}

void write_text(const fs::path& file, std::string_view text) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

Result<void> require_file(const fs::path& file, std::string_view package) {
  std::error_code ignored;
  if (fs::is_regular_file(file, ignored)) return {};
  return fail(ErrorKind::unavailable,
              fmt::format("{} is not here; install the package {} on the server", file.string(), package));
}

}  // namespace

Result<fs::path> MediaWorkshop::make(MediumKind kind) {
  const std::lock_guard lock(one_at_a_time_);
  std::error_code failed;
  fs::create_directories(folder_, failed);
  if (failed) return fail(ErrorKind::io, fmt::format("{} cannot be made: {}", folder_.string(), failed.message()));
  if (!std::exchange(texts_written_, true)) {
    write_text(folder_ / "boot.ipx", script_);
    write_text(folder_ / "syslinux.cfg", syslinux_config());
  }
  auto parts = gather(kind);
  if (!parts) return std::unexpected(parts.error());
  const std::string made_of = script_ + fingerprint(parts->bios) + fingerprint(parts->uefi);
  const fs::path out = folder_ / boot::file_name_of(kind);
  if (made_of_[kind] == made_of && fs::exists(out, failed)) return out;
  const fs::path draft = folder_ / fmt::format("{}.part", boot::name_of(kind));
  if (auto built = build(kind, *parts, draft); !built) {
    fs::remove(draft, failed);
    return std::unexpected(built.error());
  }
  fs::rename(draft, out, failed);
  if (failed) return fail(ErrorKind::io, fmt::format("{} cannot be made: {}", out.string(), failed.message()));
  made_of_[kind] = made_of;
  return out;
}

Result<MediaWorkshop::Parts> MediaWorkshop::gather(MediumKind kind) const {
  const auto loaders = loaders_.files();
  auto bios = bios_parts(*loaders, folder_ / "boot.ipx", folder_ / "syslinux.cfg");
  if (!bios) return std::unexpected(bios.error());
  if (kind == MediumKind::floppy) return Parts{*std::move(bios), {}};
  auto uefi = uefi_parts(*loaders, folder_ / "boot.ipx");
  if (!uefi) return std::unexpected(uefi.error());
  return Parts{*std::move(bios), *std::move(uefi)};
}

Result<void> MediaWorkshop::build(MediumKind kind, const Parts& parts, const fs::path& out) const {
  switch (kind) {
    case MediumKind::floppy:
      return build_floppy(parts, out);
    case MediumKind::iso:
      return build_iso(parts, out);
    case MediumKind::usb:
      return build_usb(parts, out);
  }
  return fail(ErrorKind::unsupported, "no such medium");
}

/// syslinux works on a copy in a folder for temporary files, which a confined service has only here.
Result<void> MediaWorkshop::install_syslinux(const fs::path& image, std::uint64_t offset) const {
  return run_tool({"env", "TMPDIR=" + folder_.string(), "syslinux", "--install", "--offset", std::to_string(offset),
                   image.string()},
                  "syslinux");
}

Result<void> MediaWorkshop::build_floppy(const Parts& parts, const fs::path& out) const {
  if (auto done = make_preset("floppy-1440", {}, out); !done) return done;
  if (auto done = copy_in(out.string(), parts.bios); !done) {
    return fail(done.error().kind, fmt::format("{}. Is this ipxe.lkrn too large for a floppy? One of Debian's package "
                                               "ipxe fits.",
                                               done.error().message));
  }
  return install_syslinux(out, 0);
}

Result<void> MediaWorkshop::build_usb(const Parts& parts, const fs::path& out) const {
  if (auto done = require_file(sources_.mbr, "syslinux-common"); !done) return done;
  if (auto done = make_preset("dos", usb_size, out); !done) return done;
  const std::string volume = at(out, usb_partition);
  if (auto done = copy_in(volume, parts.bios); !done) return done;
  if (auto done = copy_in(volume, parts.uefi); !done) return done;
  if (auto done = install_syslinux(out, usb_partition); !done) return done;
  return write_boot_code(out);
}

Result<void> MediaWorkshop::write_boot_code(const fs::path& disk) const {
  std::array<char, boot_code_size> code{};
  std::ifstream(sources_.mbr, std::ios::binary).read(code.data(), code.size());
  std::fstream out(disk, std::ios::binary | std::ios::in | std::ios::out);
  if (!out.write(code.data(), code.size()).flush())
    return fail(ErrorKind::io, fmt::format("{} cannot be written", disk.string()));
  return {};
}

Result<void> MediaWorkshop::build_iso(const Parts& parts, const fs::path& out) const {
  const fs::path binary = sources_.isolinux / "isolinux.bin", hybrid = sources_.isolinux / "isohdpfx.bin";
  const fs::path module = sources_.modules / "ldlinux.c32";
  for (const fs::path& file : {binary, hybrid}) {
    if (auto done = require_file(file, "isolinux"); !done) return done;
  }
  if (auto done = require_file(module, "syslinux-common"); !done) return done;
  const fs::path efi = folder_ / "efi.img", tree = folder_ / "iso";
  if (auto done = make_efi_volume(parts.uefi, efi); !done) return done;
  std::error_code failed;
  fs::remove_all(tree, failed);
  fs::create_directories(tree, failed);
  for (const auto& [from, to] : {std::pair{binary, "isolinux.bin"}, {module, "ldlinux.c32"}, {efi, "efi.img"}}) {
    if (!failed) fs::copy_file(from, tree / to, failed);
  }
  for (const MediumPart& part : parts.bios) {
    if (!failed) fs::copy_file(part.source, tree / part.target, failed);
  }
  if (failed) return fail(ErrorKind::io, fmt::format("{} cannot be filled: {}", tree.string(), failed.message()));
  // Also as a disk, so that the file written to a stick boots too.
  auto done = run_tool({"xorriso",
                        "-as",
                        "mkisofs",
                        "-quiet",
                        "-V",
                        "BOOTFERRY",
                        "-o",
                        out.string(),
                        "-isohybrid-mbr",
                        hybrid.string(),
                        "-c",
                        "boot.cat",
                        "-b",
                        "isolinux.bin",
                        "-no-emul-boot",
                        "-boot-load-size",
                        "4",
                        "-boot-info-table",
                        "-eltorito-alt-boot",
                        "-e",
                        "efi.img",
                        "-no-emul-boot",
                        "-isohybrid-gpt-basdat",
                        tree.string()},
                       "xorriso");
  fs::remove_all(tree, failed);
  fs::remove(efi, failed);
  return done;
}

}  // namespace bootferry::app
