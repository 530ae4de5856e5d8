// SPDX-License-Identifier: Apache-2.0
// A client: a machine known by its MAC, and what it boots. The words of the API, the page and the command line.
// Plain values; kept by db, read by everyone through a RegistrySnapshot.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/ipv4_address.hpp"
#include "base/mac_address.hpp"
#include "base/units.hpp"
#include "boot/access.hpp"
#include "boot/architecture.hpp"

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

/// Not assigned: the client's screen waits.
struct Wait {
  friend bool operator==(const Wait&, const Wait&) = default;
};
/// iSCSI disks: the first is drive 0x80, the next 0x81, ...
struct Disks {
  std::vector<Drive> drives;
  friend bool operator==(const Disks&, const Disks&) = default;
};
/// Linux without a disk of ours: each of kernel and initrds is a URL, or a path below the files folder.
struct Kernel {
  std::string kernel;
  std::vector<std::string> initrds;
  std::string command_line;
  friend bool operator==(const Kernel&, const Kernel&) = default;
};
/// The client's own disk.
struct LocalDisk {
  friend bool operator==(const LocalDisk&, const LocalDisk&) = default;
};
using BootEntry = std::variant<Wait, Disks, Kernel, LocalDisk>;
inline constexpr ByteCount least_quota = mib(16);  ///< the tables of an overlay take some of it
inline constexpr std::size_t max_drives = 4;       ///< the BIOS iBFT has room for the targets of few drives

struct Client {
  MacAddress mac;
  std::string name;
  bool known = false;  ///< a person has said something about it; else it was only seen
  BootEntry boot = Wait{};
  std::optional<Ipv4Address> reserved_address;
  Access access;  ///< to its disks

  std::optional<Ipv4Address> address;  ///< last seen with
  Architecture architecture = Architecture::unknown;
  std::optional<WallTime> first_seen;
  std::optional<WallTime> last_seen;
};

/// What is wrong with an entry or a name that a person gave: number of drives, empty or unprintable text, `${` and
/// newlines.
[[nodiscard]] Result<void> check_boot_entry(const BootEntry& entry);
[[nodiscard]] Result<void> check_client_name(std::string_view name);  ///< 1 to 63 of letters, digits, '-', '_', '.'
/// "NAME:MODE:QUOTA" of the command line; the quota may be left out, and the mode, which is then master.
[[nodiscard]] Result<Drive> parse_drive(std::string_view text);

}  // namespace bootferry::boot
