// SPDX-License-Identifier: Apache-2.0
// What a machine's iPXE is to do: its offer turned into one decision, for which there is one template in ipxe-scripts/.
// Pure functions of the question, the registry and the settings; asked by http for each script, on any thread.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "boot/boot_policy.hpp"
#include "boot/offer.hpp"

namespace bootferry::boot {

struct SanDrive {
  std::uint8_t number;    ///< 0x00 a floppy, 0x80, 0x81, ... disks, 0xe0 a CD; ascending
  std::string target;     ///< IQN
  std::string uri;        ///< "iscsi:10.99.0.1::::iqn..." (RFC 4173; the port only when it is not 3260)
  bool described = true;  ///< in the iBFT, where the system finds it; else INT 13h only
};
struct SanBoot {
  std::string initiator;
  std::vector<SanDrive> drives;  ///< at least one
  bool needs_secret = false;     ///< CHAP, with credentials of this boot: whoever renders the script makes them
  std::string user{};
  Secret secret{};
  bool keep_san = false;
  std::uint8_t boot_drive = 0x80;
};
struct KernelBoot {
  std::string kernel_url;
  std::vector<std::string> initrd_urls;
  std::string command_line;
};
/// An installer: the disks are attached first, and stay.
struct InstallerBoot {
  SanBoot san;
  KernelBoot kernel;
};
struct NamedFile {
  std::string name, url;
};
struct WindowsBoot {
  SanBoot san;
  std::string wimboot_url;
  std::vector<NamedFile> files;
};
struct MemdiskBoot {
  std::string memdisk_url, floppy_url;
};
struct IsoBoot {
  std::string url;
};
struct EfiBoot {
  std::string url, arguments;
};
struct ChainBoot {
  std::string url;
};
struct LocalBoot {};
struct ShellBoot {};
struct PowerOffBoot {};
struct MenuBoot {
  struct Item {
    unsigned id = 0;
    std::string name;
  };
  std::vector<Item> items;
  unsigned preset = 0;                          ///< the id of the item that is chosen when nobody presses a key
  std::optional<std::chrono::seconds> timeout;  ///< none: waits for a key
};
struct WaitForAssignment {
  std::string script_url;  ///< where to ask again
};
/// It must say first what it is (UUID, serial): a rule wants to know.
struct Introduce {};
/// The entry cannot be booted now (its image is gone): the screen says why and asks again.
struct Broken {
  std::string reason;
  std::string script_url;
};
using ScriptDecision =
    std::variant<SanBoot, KernelBoot, InstallerBoot, WindowsBoot, MemdiskBoot, IsoBoot, EfiBoot, ChainBoot, LocalBoot,
                 ShellBoot, PowerOffBoot, MenuBoot, WaitForAssignment, Introduce, Broken>;

struct ScriptQuestion {
  MacAddress mac;
  std::optional<unsigned> entry = {};  ///< chosen in the menu
  bool introduced = true;              ///< it has said what it is, as far as it knows
};
struct ScriptAnswer {
  ScriptDecision decision;
  std::string retry_url;  ///< where its script asks again
  MacAddress owner;       ///< whose disks they are: the credentials of the boot are that client's
  std::string entry;      ///< the name of the entry; empty: there is none
  std::string why;        ///< as of Offer
  bool uses_next_boot = false;
  Variables variables;  ///< built-in ones too
};
[[nodiscard]] ScriptAnswer decide_script(const ScriptQuestion& question, const RegistrySnapshot& registry,
                                         const BootSettings& settings);

}  // namespace bootferry::boot
