// SPDX-License-Identifier: Apache-2.0
#include "boot/boot_entry.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "boot/entry_fields.hpp"
#include "boot/image.hpp"
#include "boot/script_text.hpp"

namespace bootferry::boot {
namespace {

constexpr std::string_view mode_names[] = {"master", "readonly", "private", "fresh"};  // in the order of DriveMode
/// In the order of BootEntry.
constexpr std::string_view kind_names[] = {"wait",    "disks", "kernel", "local", "floppy", "cd",      "installer",
                                           "windows", "iso",   "efi",    "ipxe",  "shell",  "poweroff"};
static_assert(std::variant_size_v<BootEntry> == std::size(kind_names));

/// A URL, or a path below the files folder that cannot climb out of it.
Result<void> check_file_reference(std::string_view what, std::string_view reference) {
  if (reference.empty())
    return fail(ErrorKind::invalid, fmt::format("the {} is empty; give a URL or a file below the files folder", what));
  if (auto text = check_script_text(what, reference, false); !text) return text;
  if (reference.find("://") != std::string_view::npos) return {};
  if (reference.front() == '/' || reference == ".." || reference.starts_with("../") || reference.ends_with("/..") ||
      reference.find("/../") != std::string_view::npos) {
    return fail(
        ErrorKind::invalid,
        fmt::format("the {} \"{}\" is outside the files folder; give a path below it, or a URL", what, reference));
  }
  return {};
}

Result<void> check_quota(const Drive& drive) {
  if (drive.quota.value == 0) return {};
  if (drive.mode == DriveMode::master || drive.mode == DriveMode::readonly)
    return fail(ErrorKind::invalid,
                fmt::format("a quota is for private and fresh drives, not for one that is {}", name_of(drive.mode)));
  if (drive.quota < least_quota)
    return fail(ErrorKind::invalid, fmt::format("a quota of {} leaves no room for any change; give {} or more",
                                                render_byte_count(drive.quota), render_byte_count(least_quota)));
  return {};
}

Result<void> check_drives(const std::vector<Drive>& drives) {
  if (drives.empty() || drives.size() > max_drives) {
    return fail(ErrorKind::invalid, fmt::format("a client has 1 to {} drives, not {}", max_drives, drives.size()));
  }
  for (std::size_t i = 0; i < drives.size(); ++i) {
    if (auto name = check_image_name(drives[i].image); !name) return name;
    if (auto quota = check_quota(drives[i]); !quota) return quota;
    for (std::size_t j = 0; j < i; ++j) {
      const bool writes = drives[i].mode != DriveMode::readonly || drives[j].mode != DriveMode::readonly;
      if (writes && drives[i].image == drives[j].image) {
        return fail(
            ErrorKind::invalid,
            fmt::format(
                "image {} is there twice and would be written through both drives; give each drive its own image",
                drives[i].image));
      }
    }
  }
  return {};
}

Result<void> check_files(std::string_view what, const std::vector<std::string>& files, std::size_t most) {
  if (files.size() > most) return fail(ErrorKind::invalid, fmt::format("there are at most {} {}s", most, what));
  for (const std::string& file : files) {
    if (auto good = check_file_reference(what, file); !good) return good;
  }
  return {};
}

Result<void> check(const Wait&) { return {}; }
Result<void> check(const LocalDisk&) { return {}; }
Result<void> check(const Shell&) { return {}; }
Result<void> check(const PowerOff&) { return {}; }
Result<void> check(const Disks& disks) { return check_drives(disks.drives); }
Result<void> check(const Iso& iso) { return check_file_reference("ISO file", iso.file); }
Result<void> check(const IpxeScript& ipxe) { return check_file_reference("iPXE script", ipxe.url); }

Result<void> check(const Kernel& kernel) {
  if (auto file = check_file_reference("kernel", kernel.kernel); !file) return file;
  if (auto files = check_files("initrd", kernel.initrds, 8); !files) return files;
  return check_script_text("command line", kernel.command_line, true);
}

Result<void> check(const Floppy& floppy) {
  if (floppy.memdisk && floppy.drive.mode != DriveMode::readonly) {
    return fail(ErrorKind::invalid,
                "what a machine writes to a floppy in its memory is lost; say so with the mode readonly, or leave "
                "memdisk out");
  }
  return check_drives({floppy.drive});
}

Result<void> check(const Cd& cd) {
  if (cd.drive.mode != DriveMode::readonly)
    return fail(ErrorKind::invalid, "a CD is never written to; its mode is readonly");
  return check_drives({cd.drive});
}

Result<void> check(const Installer& installer) {
  if (auto drives = check_drives(installer.drives); !drives) return drives;
  return check(installer.kernel);
}

Result<void> check(const Windows& windows) {
  if (auto drives = check_drives(windows.drives); !drives) return drives;
  if (!windows.wimboot.empty()) {
    if (auto file = check_file_reference("wimboot", windows.wimboot); !file) return file;
  }
  if (windows.files.empty()) {
    return fail(ErrorKind::invalid,
                "Windows' boot files are missing; name bootmgr, BCD, boot.sdi and boot.wim of its installation medium");
  }
  return check_files("boot file", windows.files, 16);
}

Result<void> check(const EfiProgram& efi) {
  if (auto file = check_file_reference("EFI program", efi.program); !file) return file;
  return check_script_text("arguments", efi.arguments, true);
}

template <std::size_t... Index>
BootEntry make_kind(std::size_t wanted, std::index_sequence<Index...>) {
  BootEntry entry;
  ((Index == wanted ? (void)entry.emplace<Index>() : void()), ...);
  return entry;
}

const std::vector<Drive>* disks_of(const BootEntry& entry) {
  if (const auto* disks = std::get_if<Disks>(&entry)) return &disks->drives;
  if (const auto* installer = std::get_if<Installer>(&entry)) return &installer->drives;
  if (const auto* windows = std::get_if<Windows>(&entry)) return &windows->drives;
  return nullptr;
}

}  // namespace

std::string_view name_of(const BootEntry& entry) { return kind_names[entry.index()]; }

Result<BootEntry> make_boot_entry(std::string_view kind_name) {
  for (std::size_t i = 0; i < std::size(kind_names); ++i) {
    if (kind_names[i] == kind_name) return make_kind(i, std::make_index_sequence<std::size(kind_names)>());
  }
  return fail(ErrorKind::invalid, fmt::format("\"{}\" is not a kind of boot; use one of: {}", kind_name.substr(0, 40),
                                              fmt::join(kind_names, ", ")));
}

std::string_view name_of(DriveMode mode) { return mode_names[static_cast<std::size_t>(mode)]; }

Result<DriveMode> parse_drive_mode(std::string_view name) {
  for (std::size_t i = 0; i < std::size(mode_names); ++i) {
    if (mode_names[i] == name) return static_cast<DriveMode>(i);
  }
  return fail(ErrorKind::invalid,
              fmt::format("\"{}\" is not a drive mode; use private, fresh, readonly or master", name.substr(0, 40)));
}

Result<void> check_boot_entry(const BootEntry& entry) {
  return std::visit([](const auto& kind) { return check(kind); }, entry);
}

Result<Drive> parse_drive(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::string_view rest = text; parts.size() < 4;) {
    const std::size_t colon = rest.find(':');
    parts.push_back(rest.substr(0, colon));
    if (colon == std::string_view::npos) break;
    rest.remove_prefix(colon + 1);
  }
  if (parts.size() > 3)
    return fail(ErrorKind::invalid, "a drive is written NAME, NAME:MODE or NAME:MODE:QUOTA, as in win:private:20G");
  Drive drive;
  drive.image = parts[0];
  if (auto name = check_image_name(drive.image); !name) return std::unexpected(name.error());
  if (parts.size() > 1) {
    auto mode = parse_drive_mode(parts[1]);
    if (!mode) return std::unexpected(mode.error());
    drive.mode = *mode;
  }
  if (parts.size() > 2) {
    auto quota = parse_byte_count(parts[2]);
    if (!quota) return std::unexpected(quota.error());
    drive.quota = *quota;
  }
  return drive;
}

std::vector<NumberedDrive> drives_of(const BootEntry& entry) {
  std::vector<NumberedDrive> drives;
  if (const auto* disks = disks_of(entry)) {
    for (const Drive& drive : *disks) drives.push_back({static_cast<std::uint8_t>(0x80 + drives.size()), &drive});
  }
  if (const auto* floppy = std::get_if<Floppy>(&entry); floppy && !floppy->memdisk)
    drives.push_back({0x00, &floppy->drive});
  if (const auto* cd = std::get_if<Cd>(&entry)) drives.push_back({cd_drive, &cd->drive});
  return drives;
}

std::vector<const Drive*> images_of(const BootEntry& entry) {
  if (const auto* floppy = std::get_if<Floppy>(&entry)) return {&floppy->drive};
  std::vector<const Drive*> images;
  for (const NumberedDrive& one : drives_of(entry)) images.push_back(one.drive);
  return images;
}

}  // namespace bootferry::boot
