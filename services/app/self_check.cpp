// SPDX-License-Identifier: Apache-2.0
#include "app/self_check.hpp"

#include <fmt/format.h>

#include <boost/system/system_error.hpp>
#include <cerrno>
#include <filesystem>

#include "app/check_judgments.hpp"
#include "app/port_owner.hpp"
#include "app/room_settings.hpp"
#include "boot/address_book.hpp"
#include "boot/event_bus.hpp"
#include "boot/loader_table.hpp"
#include "tftp/server.hpp"

namespace bootferry::app {
namespace {

using boot::CheckLine;

constexpr Pretender pretenders[] = {Pretender::bios, Pretender::uefi, Pretender::uefi_http, Pretender::ipxe};
constexpr const char* nobody = "02-b0-07-fe-cc-00";  // locally administered; a script is asked for, nothing is stored

std::string log_mend() { return "journalctl -u bootferry -e"; }

/// The TFTP service once more, with the same files, on a door that this machine itself can reach: the real one hears
/// only what comes in by the LAN's cable.
class LoopbackTftp {
 public:
  explicit LoopbackTftp(const boot::LoaderCatalog& loaders)
      : loaders_(loaders),
        server_({.address = {0x7f000001}, .port = 0, .interface = "lo"}, loaders_, events_, addresses_, clock_) {
    server_.open();
    server_.start();
  }
  [[nodiscard]] std::uint16_t port() const { return server_.port(); }

 private:
  const boot::LoaderCatalog loaders_;
  SystemClock clock_;
  boot::EventBus events_{clock_};  // its own: nobody shall read that a machine boots
  boot::AddressBook addresses_;
  tftp::Server server_;
};

/// The loader that a PC gets: of BIOS, else of UEFI.
Result<std::string> some_loader(const boot::LoaderCatalog& loaders) {
  auto chosen = boot::choose_loader(boot::Architecture::bios, boot::Firmware::pxe, {}, loaders);
  return chosen ? chosen : boot::choose_loader(boot::Architecture::efi_x64, boot::Firmware::pxe, {}, loaders);
}

}  // namespace

std::vector<ServicePort> service_ports(const Settings& settings) {
  std::vector<ServicePort> ports{
      {"udp", settings.tftp_port, "TFTP"}, {"tcp", settings.http_port, "HTTP"}, {"tcp", settings.iscsi_port, "iSCSI"}};
  if (settings.dhcp_mode == DhcpMode::off) return ports;
  ports.insert(ports.begin(), {"udp", settings.pxe_port, "PXE"});
  ports.insert(ports.begin(), {"udp", settings.dhcp_port, "DHCP"});
  return ports;
}

std::vector<CheckLine> ApplianceSelfCheck::run() {
  const std::lock_guard lock(one_at_a_time_);
  std::vector<CheckLine> lines;
  lines.push_back(judge_interface(interface_, read_link(interface_.name)));
  lines.push_back(judge_raw_sockets(has_capability(Capability::net_raw), find_keeper()));
  lines.push_back(check_ports());
  lines.push_back(judge_firewall(read_firewall(), service_ports(settings_), interface_.name));
  lines.push_back(judge_dhcp_mode(settings_.dhcp_mode));
  std::set<boot::Architecture> seen;
  for (const auto& [mac, client] : registry_.snapshot()->clients) seen.insert(client.architecture);
  lines.push_back(judge_loaders(dhcp_.boot.loaders, seen));
  if (settings_.dhcp_mode != DhcpMode::off) {
    for (const Pretender pretender : pretenders) lines.push_back(check_dhcp(pretender));
    lines.push_back(judge_other_servers(network_.probe_network(), settings_.dhcp_mode));
  }
  lines.push_back(check_tftp());
  lines.push_back(check_http_loader());
  lines.push_back(check_script());
  lines.push_back(check_iscsi());
  std::error_code error;
  const auto space = std::filesystem::space(settings_.state_dir, error);
  if (!error) lines.push_back(judge_space({space.available, space.capacity}, settings_.state_dir.string()));
  if (const auto images = administration_.images(); !images.empty()) lines.push_back(judge_images(images));
  if (const auto hooks = webhooks_.webhooks(); !hooks.empty()) lines.push_back(judge_webhooks(hooks));
  return lines;
}

/// A start that does not get another port fails, and says who has it.
CheckLine ApplianceSelfCheck::check_ports() const {
  std::vector<ServicePort> ports = service_ports(settings_);
  if (settings_.https_port == 0) return judge_ports(ports, "");
  ports.push_back({"tcp", settings_.https_port, "HTTPS"});
  if (has_https_()) return judge_ports(ports, "");
  return judge_ports(ports, explain_bind_failure(EADDRINUSE, PortKind::tcp, settings_.https_port, "ports.https"));
}

CheckLine ApplianceSelfCheck::check_dhcp(Pretender pretender) const {
  constexpr const char* ids[] = {"dhcp-bios", "dhcp-uefi", "dhcp-http-boot", "dhcp-ipxe"};
  const char* id = ids[static_cast<std::size_t>(pretender)];
  const auto file = probe_dhcp(pretender, dhcp_, registry_);
  if (file && !file->empty()) return good(id, fmt::format("DHCP tells {} to load {}.", name_of(pretender), *file));
  return bad(id,
             fmt::format("DHCP tells {} nothing: {}", name_of(pretender),
                         file ? "the answer has no boot file." : file.error().message),
             "bootferry loader list");
}

CheckLine ApplianceSelfCheck::check_tftp() const {
  const auto name = some_loader(dhcp_.boot.loaders);
  if (!name) return bad("tftp", "TFTP has no boot loader to send.", "sudo apt-get install ipxe");
  const auto files = dhcp_.boot.loaders.files();
  try {
    const LoopbackTftp door(dhcp_.boot.loaders);
    const auto got = probe_tftp({0x7f000001}, door.port(), *name);
    if (!got) return bad("tftp", fmt::format("{} could not be read: {}.", *name, got.error().message), log_mend());
    const std::uint64_t size = files->at(*name).size.value;
    if (*got != size)
      return bad("tftp", fmt::format("{} has {} bytes, and TFTP sends {}.", *name, size, *got), log_mend());
    return good("tftp", fmt::format("TFTP sends {} whole ({}).", *name, render_byte_count({*got})));
  } catch (const boost::system::system_error& error) {
    return warn("tftp", fmt::format("TFTP could not be tried: {}.", error.what()), log_mend());
  }
}

CheckLine ApplianceSelfCheck::check_http_loader() const {
  const auto name = some_loader(dhcp_.boot.loaders);
  if (!name) return bad("http-loader", "HTTP has no boot loader to send.", "sudo apt-get install ipxe");
  const std::uint64_t size = dhcp_.boot.loaders.files()->at(*name).size.value;
  const auto head = probe_http(interface_.network.address, settings_.http_port, "/loaders/" + *name);
  if (!head) return bad("http-loader", fmt::format("HTTP does not answer: {}.", head.error().message), log_mend());
  if (head->status != 200 || head->length != size)
    return bad("http-loader", fmt::format("HTTP answers {} for {}.", head->status, *name), log_mend());
  return good("http-loader", fmt::format("HTTP sends {} ({}).", *name, render_byte_count({size})));
}

CheckLine ApplianceSelfCheck::check_script() const {
  const auto head = probe_http(interface_.network.address, settings_.http_port, fmt::format("/boot/{}.ipxe", nobody));
  if (!head) return bad("script", fmt::format("HTTP does not answer: {}.", head.error().message), log_mend());
  if (head->status != 200 || head->length == 0)
    return bad("script", fmt::format("A machine's boot script is answered with {}.", head->status), log_mend());
  return good("script", "An unknown machine gets a boot script.");
}

/// Where no addresses were chosen, IPv4 stands for all: at the IPv6 ones of the interface it hears only what comes in
/// by the LAN's cable; chosen ones are all tried.
CheckLine ApplianceSelfCheck::check_iscsi() const {
  const std::vector<std::string> addresses = portal_addresses(settings_, interface_);
  for (const std::string& address : addresses) {
    const auto done = probe_iscsi(address, settings_.iscsi_port);
    if (!done)
      return bad("iscsi", fmt::format("The iSCSI target does not answer at {}: {}.", address, done.error().message),
                 log_mend());
  }
  return good("iscsi", fmt::format("The iSCSI target answers a discovery login at {}.", fmt::join(addresses, " and ")));
}

}  // namespace bootferry::app
