// SPDX-License-Identifier: Apache-2.0
#include "boot/script_policy.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "boot/ibft.hpp"
#include "boot/image_plans.hpp"
#include "boot/script_variables.hpp"
#include "boot/target_name.hpp"

namespace bootferry::boot {
namespace {

// As BootSecrets makes them; the host name is the router's to give, and this much is left for it.
constexpr std::size_t chap_user_length = 25, chap_secret_length = 16, host_name_length = 16;

std::string san_uri(const std::string& target, const BootSettings& settings) {
  // RFC 4173: iscsi:<server>:<protocol>:<port>:<LUN>:<target>; left out they are TCP, 3260 and LUN 0.
  const std::string port = settings.iscsi_port == 3260 ? "" : std::to_string(settings.iscsi_port);
  return fmt::format("iscsi:{}::{}::{}", settings.portal().to_url_host(), port, target);
}

bool is_efi(Architecture architecture) {
  return architecture != Architecture::unknown && architecture != Architecture::bios;
}

/// Turns an entry into what its script does; a sentence where it cannot.
class ScriptMaker {
 public:
  ScriptMaker(const Offer& offer, const Entry& entry, const Variables& variables, const RegistrySnapshot& registry,
              const BootSettings& settings)
      : offer_(offer), entry_(entry), variables_(variables), registry_(registry), settings_(settings) {}

  using Made = Result<ScriptDecision>;

  Made operator()(const Wait&) const { return WaitForAssignment{script_url(offer_.mac, settings_)}; }
  Made operator()(const LocalDisk&) const { return LocalBoot{}; }
  Made operator()(const Shell&) const { return ShellBoot{}; }
  Made operator()(const PowerOff&) const { return PowerOffBoot{}; }
  Made operator()(const Kernel& kernel) const { return as_decision(kernel_of(kernel)); }

  Made operator()(const Disks& disks) const {
    auto san = san_of();
    if (!san) return std::unexpected(san.error());
    san->keep_san = disks.keep_san;
    return std::move(*san);
  }
  Made operator()(const Floppy& floppy) const {
    if (is_efi(architecture()))
      return fail(ErrorKind::unsupported, "UEFI firmware cannot boot a floppy. Give this machine a disk or a CD.");
    if (floppy.memdisk) return memdisk_of(floppy.drive.image);
    auto san = san_of();
    if (!san) return std::unexpected(san.error());
    san->boot_drive = 0x00;
    return std::move(*san);
  }
  Made operator()(const Cd&) const {
    auto san = san_of();
    if (!san) return std::unexpected(san.error());
    san->boot_drive = san->drives.front().number;
    return std::move(*san);
  }
  Made operator()(const Installer& installer) const {
    auto san = san_of();
    if (!san) return std::unexpected(san.error());
    auto kernel = kernel_of(installer.kernel);
    if (!kernel) return std::unexpected(kernel.error());
    return InstallerBoot{std::move(*san), std::move(*kernel)};
  }
  Made operator()(const Windows& windows) const {
    auto san = san_of();
    if (!san) return std::unexpected(san.error());
    auto wimboot = windows.wimboot.empty() ? loader_of("wimboot", wimboot_mend) : url_of(windows.wimboot);
    if (!wimboot) return std::unexpected(wimboot.error());
    WindowsBoot boot{std::move(*san), std::move(*wimboot), {}};
    for (const std::string& file : windows.files) {
      auto url = url_of(file);
      if (!url) return std::unexpected(url.error());
      boot.files.push_back({url->substr(url->rfind('/') + 1), *url});
    }
    return boot;
  }
  Made operator()(const Iso& iso) const {
    return with_url(iso.file, [](std::string url) { return IsoBoot{std::move(url)}; });
  }
  Made operator()(const IpxeScript& ipxe) const {
    return with_url(ipxe.url, [](std::string url) { return ChainBoot{std::move(url)}; });
  }
  Made operator()(const EfiProgram& efi) const {
    if (architecture() == Architecture::bios)
      return fail(ErrorKind::unsupported,
                  "This machine started by its BIOS, which cannot run an EFI program. Switch its firmware to UEFI.");
    auto arguments = expand_variables(efi.arguments, variables_);
    if (!arguments) return std::unexpected(arguments.error());
    return with_url(efi.program, [&](std::string url) { return EfiBoot{std::move(url), std::move(*arguments)}; });
  }

 private:
  static constexpr std::string_view wimboot_mend =
      "Bootferry brings no wimboot. Put the file wimboot of ipxe.org/wimboot into the loaders folder of the state "
      "directory, where it is found at once";
  static constexpr std::string_view memdisk_mend = "Install the package syslinux-common on the server";

  static Made as_decision(Result<KernelBoot> kernel) {
    if (!kernel) return std::unexpected(kernel.error());
    return std::move(*kernel);
  }
  template <class Make>
  Made with_url(const std::string& file, Make make) const {
    auto url = url_of(file);
    if (!url) return std::unexpected(url.error());
    return make(std::move(*url));
  }
  [[nodiscard]] Architecture architecture() const {
    return offer_.client ? offer_.client->architecture : Architecture::unknown;
  }
  [[nodiscard]] Result<std::string> url_of(const std::string& file) const {
    auto reference = expand_variables(file, variables_);
    if (!reference || reference->find("://") != std::string::npos) return reference;
    return fmt::format("{}/files/{}", settings_.http_base(), *reference);
  }
  [[nodiscard]] Result<std::string> loader_of(std::string_view name, std::string_view mend) const {
    if (settings_.loaders.contains(name)) return fmt::format("{}/loaders/{}", settings_.http_base(), name);
    return fail(ErrorKind::not_found, fmt::format("This boot needs {}, which is not here. {}.", name, mend));
  }
  [[nodiscard]] Result<KernelBoot> kernel_of(const Kernel& kernel) const {
    KernelBoot boot;
    auto url = url_of(kernel.kernel);
    if (!url) return std::unexpected(url.error());
    boot.kernel_url = std::move(*url);
    for (const std::string& initrd : kernel.initrds) {
      auto one = url_of(initrd);
      if (!one) return std::unexpected(one.error());
      boot.initrd_urls.push_back(std::move(*one));
    }
    auto line = expand_variables(kernel.command_line, variables_);
    if (!line) return std::unexpected(line.error());
    boot.command_line = with_console(std::move(*line));
    return boot;
  }
  /// A machine without a screen shows its kernel on its serial line, unless a person chose consoles himself.
  [[nodiscard]] std::string with_console(std::string line) const {
    const unsigned port = offer_.client ? offer_.client->quirks.serial_console : 0;
    if (port == 0 || line.find("console=") != std::string::npos) return line;
    return fmt::format("{}{}console=tty0 console=ttyS{},115200", line, line.empty() ? "" : " ", port - 1);
  }
  [[nodiscard]] Made memdisk_of(const std::string& image) const {
    if (!registry_.find_image(image))
      return fail(ErrorKind::not_found, fmt::format("The image {} is not in the library any more.", image));
    auto memdisk = loader_of("memdisk", memdisk_mend);
    if (!memdisk) return std::unexpected(memdisk.error());
    return MemdiskBoot{std::move(*memdisk), fmt::format("{}/boot/{}/floppy.img?entry={}", settings_.http_base(),
                                                        offer_.mac.to_string(), entry_.id)};
  }
  [[nodiscard]] Result<SanBoot> san_of() const;
  [[nodiscard]] Result<void> check_drive(const NumberedDrive& one) const;
  void describe_what_fits(SanBoot& san) const;

  const Offer& offer_;
  const Entry& entry_;
  const Variables& variables_;
  const RegistrySnapshot& registry_;
  const BootSettings& settings_;
};

Result<void> ScriptMaker::check_drive(const NumberedDrive& one) const {
  const std::string& image = one.drive->image;
  if (!registry_.find_image(image))
    return fail(ErrorKind::not_found,
                fmt::format("The image {} of drive 0x{:02x} is not in the library any more.", image, one.number));
  if (one.drive->mode != DriveMode::master) return {};
  if (auto objection = find_master_objection(registry_, image))
    return fail(ErrorKind::conflict, fmt::format("Drive 0x{:02x}: {}.", one.number, *objection));
  return {};
}

Result<SanBoot> ScriptMaker::san_of() const {
  const Access access = offer_.client ? offer_.client->access : Access{};
  if (access.auth == AuthKind::chap || access.auth == AuthKind::mutual) {
    return fail(
        ErrorKind::denied,
        fmt::format("Its disks ask for a secret that was set by hand, which no boot script carries. To boot over "
                    "the network it needs another access: bootferry client set {} --auth boot",
                    offer_.mac.to_string()));
  }
  const bool own_name = access.initiator.empty() || access.initiator == any_initiator;
  SanBoot san{own_name ? initiator_name(offer_.mac) : access.initiator, {}, access.auth == AuthKind::boot};
  for (const NumberedDrive& one : drives_of(entry_.boot, registry_)) {
    if (one.is_cd_floppy && is_efi(architecture())) continue;
    if (auto good = check_drive(one); !good) return std::unexpected(good.error());
    const std::string target = target_name({offer_.mac, one.number, entry_.id});
    san.drives.push_back({one.number, target, san_uri(target, settings_)});
  }
  describe_what_fits(san);
  return san;
}

/// A BIOS has no room for the names of many disks: those behind the first that do not fit are drives of INT 13h only.
void ScriptMaker::describe_what_fits(SanBoot& san) const {
  if (is_efi(architecture())) return;
  IbftNames names{san.initiator, {}, 0, 0, host_name_length};
  if (san.needs_secret) names.user_length = chap_user_length, names.secret_length = chap_secret_length;
  for (SanDrive& drive : san.drives) {
    names.targets.push_back(drive.target);
    drive.described = ibft_size(names) <= ibft_room;
    if (!drive.described) names.targets.pop_back();
  }
}

Variables all_variables(const Offer& offer, const MacAddress& mac, const BootSettings& settings) {
  Variables all = offer.variables;
  all["mac"] = mac.to_string();
  all["server"] = settings.reached_at.value_or(settings.server).to_url_host();
  all["base"] = settings.http_base();
  all["page"] = settings.http_base() + "/";
  const Client* client = offer.client;
  all["name"] = client && !client->name.empty() ? client->name : mac.to_string();
  all["uuid"] = client ? client->uuid : "";
  all["serial"] = client ? client->serial : "";
  all["architecture"] = std::string(name_of(client ? client->architecture : Architecture::unknown));
  return all;
}

bool wants_introduction(const MacAddress& mac, const RegistrySnapshot& registry) {
  const Client* client = registry.find_client(mac);
  return std::ranges::any_of(registry.rules, [&](const Rule& rule) {
    return (!rule.uuid.empty() && (!client || client->uuid.empty())) ||
           (!rule.serial.empty() && (!client || client->serial.empty()));
  });
}

MenuBoot menu_of(const Offer& offer) {
  MenuBoot menu{{}, offer.preset->id, offer.timeout};
  for (const Offered& one : offer.entries) menu.items.push_back({one.entry->id, one.entry->name});
  return menu;
}

}  // namespace

ScriptAnswer decide_script(const ScriptQuestion& question, const RegistrySnapshot& registry,
                           const BootSettings& settings) {
  const std::string url = script_url(question.mac, settings);
  const Offer offer = offer_of(question.mac, registry);
  ScriptAnswer answer{
      WaitForAssignment{url}, url, offer.mac, "", offer.why, false, all_variables(offer, question.mac, settings)};
  if (offer.ignored) {
    answer.decision = LocalBoot{};
    return answer;
  }
  const bool own = offer.client && (!offer.client->menu.entries.empty() || offer.next);
  if (!own && !question.introduced && wants_introduction(question.mac, registry)) {
    answer.decision = Introduce{};
    return answer;
  }
  const Entry* entry = question.entry ? offer.find_entry(*question.entry) : offer.next;
  answer.uses_next_boot = entry && entry == offer.next;
  if (!entry && question.entry) {
    answer.decision = Broken{"What was chosen in the menu is not offered any more.", url};
    return answer;
  }
  if (!entry) {
    const bool has_menu = offer.entries.size() > 1 && (!offer.timeout || offer.timeout->count() > 0);
    if (has_menu) return answer.decision = menu_of(offer), answer;
    entry = offer.preset;
  }
  if (!entry) return answer;
  answer.entry = entry->name;
  // A next boot is over once it is served; what fails of it is tried again all the same.
  if (answer.uses_next_boot || question.entry) answer.retry_url = fmt::format("{}?entry={}", url, entry->id);
  const ScriptMaker maker(offer, *entry, answer.variables, registry, settings);
  auto made = std::visit(maker, entry->boot);
  answer.decision = made ? std::move(*made) : ScriptDecision(Broken{made.error().message, url});
  return answer;
}

}  // namespace bootferry::boot
