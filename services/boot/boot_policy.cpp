// SPDX-License-Identifier: Apache-2.0
#include "boot/boot_policy.hpp"

#include <fmt/format.h>

#include "boot/overlay_plans.hpp"
#include "boot/target_name.hpp"

namespace bootferry::boot {
namespace {

/// The iPXE for an architecture; undionly and snponly drive the NIC through the firmware, so they work with any card.
std::string_view find_loader_file(Architecture architecture) {
  switch (architecture) {
    case Architecture::bios:
      return "undionly.kpxe";
    case Architecture::efi_x64:
      return "snponly.efi";
    case Architecture::efi_ia32:
      return "snponly-ia32.efi";
    case Architecture::efi_arm64:
      return "snponly-arm64.efi";
    case Architecture::efi_arm32:
    case Architecture::unknown:
      return "";
  }
  return "";
}

std::string script_url(const MacAddress& mac, const BootSettings& settings) {
  return fmt::format("{}/boot/{}.ipxe", settings.http_base(), mac.to_string());
}

std::string san_uri(const std::string& target, const BootSettings& settings) {
  // RFC 4173: iscsi:<server>:<protocol>:<port>:<LUN>:<target>; left out they are TCP, 3260 and LUN 0.
  const std::string port = settings.iscsi_port == 3260 ? "" : std::to_string(settings.iscsi_port);
  return fmt::format("iscsi:{}::{}::{}", settings.server.to_string(), port, target);
}

std::string file_url(const std::string& reference, const BootSettings& settings) {
  if (reference.find("://") != std::string::npos) return reference;
  return fmt::format("{}/files/{}", settings.http_base(), reference);
}

/// Turns a client's entry into what its script does.
struct ScriptMaker {
  const MacAddress& mac;
  const RegistrySnapshot& registry;
  const BootSettings& settings;
  const Access& access;

  ScriptDecision operator()(const Wait&) const { return WaitForAssignment{script_url(mac, settings)}; }
  ScriptDecision operator()(const LocalDisk&) const { return LocalBoot{}; }
  ScriptDecision operator()(const Kernel& kernel) const {
    KernelBoot boot{file_url(kernel.kernel, settings), {}, kernel.command_line};
    for (const std::string& initrd : kernel.initrds) boot.initrd_urls.push_back(file_url(initrd, settings));
    return boot;
  }
  ScriptDecision operator()(const Disks& disks) const {
    if (access.auth == AuthKind::chap || access.auth == AuthKind::mutual) {
      return Broken{
          fmt::format("Its disks ask for a secret that was set by hand, which no boot script carries. To boot over the "
                      "network it needs another access: bootferry client set {} --auth boot",
                      mac.to_string()),
          script_url(mac, settings)};
    }
    const bool own_name = access.initiator.empty() || access.initiator == any_initiator;
    SanBoot boot{own_name ? initiator_name(mac) : access.initiator, {}, access.auth == AuthKind::boot};
    std::uint8_t number = 0x80;
    for (const Drive& drive : disks.drives) {
      if (!registry.find_image(drive.image)) {
        return Broken{
            fmt::format("The image {} of drive 0x{:02x} is not in the library any more.", drive.image, number),
            script_url(mac, settings)};
      }
      if (drive.mode == DriveMode::master) {
        if (auto objection = find_master_objection(registry, drive.image))
          return Broken{fmt::format("Drive 0x{:02x}: {}.", number, *objection), script_url(mac, settings)};
      }
      const std::string target = target_name({mac, number});
      boot.drives.push_back({number, target, san_uri(target, settings)});
      ++number;
    }
    return boot;
  }
};

}  // namespace

std::string BootSettings::http_base() const { return fmt::format("http://{}:{}", server.to_string(), http_port); }

LoaderDecision decide_loader(const ClientFacts& facts, const RegistrySnapshot&, const BootSettings& settings) {
  if (facts.firmware == Firmware::ipxe) return RunScript{script_url(facts.mac, settings)};
  const std::string_view file = find_loader_file(facts.architecture);
  if (file.empty()) {
    return Ignore{fmt::format("There is no loader for its architecture ({}).", name_of(facts.architecture))};
  }
  if (!settings.loaders.contains(file)) {
    return Ignore{
        fmt::format("Its architecture ({}) needs the loader {}, which is not here; put the file into the loaders "
                    "folder of the state directory.",
                    name_of(facts.architecture), file)};
  }
  return SendLoader{std::string(file), fmt::format("{}/loaders/{}", settings.http_base(), file)};
}

ScriptDecision decide_script(const MacAddress& mac, const RegistrySnapshot& registry, const BootSettings& settings) {
  const Client* client = registry.find_client(mac);
  const BootEntry entry = client ? client->boot : BootEntry{Wait{}};
  const Access access = client ? client->access : Access{};
  return std::visit(ScriptMaker{mac, registry, settings, access}, entry);
}

}  // namespace bootferry::boot
