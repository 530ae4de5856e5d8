// SPDX-License-Identifier: Apache-2.0
// What a machine boots: one alternative for each kind of docs/api.md, and the drives that it means. Kept by db inside
// clients, groups and rules; turned into a script by boot_policy; its drives are opened by app. Plain values, any
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/units.hpp"

namespace bootferry::boot {

enum class DriveMode {
  master,           ///< writes go to the image itself; one client at a time
  readonly,         ///< many clients may share it
  private_overlay,  ///< writes go to a layer of its own, which is kept
  fresh_overlay,    ///< writes go to a layer of its own, which each boot begins anew
};
[[nodiscard]] std::string_view name_of(DriveMode mode);
[[nodiscard]] Result<DriveMode> parse_drive_mode(std::string_view name);

struct Drive {
  std::string image;
  DriveMode mode = DriveMode::master;
  ByteCount quota = {};  ///< of an overlay: what its changes may take on the server's disk; 0: what there is
  friend bool operator==(const Drive&, const Drive&) = default;
};

// A file below is a URL, or a path below the files folder (STATE_DIR/files).

/// Not assigned: the client's screen waits.
struct Wait {
  friend bool operator==(const Wait&, const Wait&) = default;
};
/// iSCSI disks: the first is drive 0x80, the next 0x81, ...
struct Disks {
  std::vector<Drive> drives;
  bool keep_san = false;  ///< they stay attached when the first does not boot, for what the firmware tries next
  friend bool operator==(const Disks&, const Disks&) = default;
};
/// Linux without a disk of ours.
struct Kernel {
  std::string kernel;                ///< a file
  std::vector<std::string> initrds;  ///< files
  std::string command_line;
  friend bool operator==(const Kernel&, const Kernel&) = default;
};
/// The client's own disk.
struct LocalDisk {
  friend bool operator==(const LocalDisk&, const LocalDisk&) = default;
};
/// Drive 0x00, writable over iSCSI; or wholly in the machine's memory, by MEMDISK.
struct Floppy {
  Drive drive;
  bool memdisk = false;
  friend bool operator==(const Floppy&, const Floppy&) = default;
};
/// A CD drive over iSCSI. When the CD boots by floppy emulation its floppy is drive 0x00 beside it.
struct Cd {
  Drive drive{{}, DriveMode::readonly, {}};
  friend bool operator==(const Cd&, const Cd&) = default;
};
/// An installer's kernel, with the disks attached that it installs to.
struct Installer {
  std::vector<Drive> drives;
  Kernel kernel;
  friend bool operator==(const Installer&, const Installer&) = default;
};
/// Windows' boot files by wimboot, with its disks attached.
struct Windows {
  std::vector<Drive> drives;
  std::string wimboot;             ///< a file; empty: the loader "wimboot"
  std::vector<std::string> files;  ///< bootmgr, BCD, boot.sdi, boot.wim, ...: Windows knows them by their last part
  friend bool operator==(const Windows&, const Windows&) = default;
};
/// A CD image that iPXE reads over HTTP, block by block.
struct Iso {
  std::string file;
  friend bool operator==(const Iso&, const Iso&) = default;
};
struct EfiProgram {
  std::string program;  ///< a file
  std::string arguments;
  friend bool operator==(const EfiProgram&, const EfiProgram&) = default;
};
/// Another server's iPXE script or program.
struct IpxeScript {
  std::string url;  ///< a file
  friend bool operator==(const IpxeScript&, const IpxeScript&) = default;
};
struct Shell {
  friend bool operator==(const Shell&, const Shell&) = default;
};
struct PowerOff {
  friend bool operator==(const PowerOff&, const PowerOff&) = default;
};
using BootEntry = std::variant<Wait, Disks, Kernel, LocalDisk, Floppy, Cd, Installer, Windows, Iso, EfiProgram,
                               IpxeScript, Shell, PowerOff>;
inline constexpr ByteCount least_quota = mib(16);  ///< the tables of an overlay take some of it
inline constexpr std::size_t max_drives = 4;       ///< the BIOS iBFT has room for the targets of few drives
inline constexpr std::uint8_t cd_drive = 0xe0;     ///< far from the disks' numbers, and from those of real CD drives

[[nodiscard]] std::string_view name_of(const BootEntry& entry);               ///< "disks"
[[nodiscard]] Result<BootEntry> make_boot_entry(std::string_view kind_name);  ///< an empty one of that kind

/// What is wrong with an entry that a person gave: number of drives, empty or unprintable text, `${` and newlines.
[[nodiscard]] Result<void> check_boot_entry(const BootEntry& entry);
/// "NAME:MODE:QUOTA" of the command line; the quota may be left out, and the mode, which is then master.
[[nodiscard]] Result<Drive> parse_drive(std::string_view text);

struct NumberedDrive {
  std::uint8_t number = 0x80;  ///< of INT 13h
  const Drive* drive = nullptr;
  bool is_cd_floppy = false;  ///< not the image itself: the floppy that is in the CD
};
/// What of it is served over iSCSI, in ascending order of the numbers. Points into `entry`.
[[nodiscard]] std::vector<NumberedDrive> drives_of(const BootEntry& entry);
/// All images that it needs, served or not. Points into `entry`.
[[nodiscard]] std::vector<const Drive*> images_of(const BootEntry& entry);

}  // namespace bootferry::boot
