// SPDX-License-Identifier: Apache-2.0
#include "app/check_judgments.hpp"

#include <fmt/format.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/missing_files.hpp"
#include "base/units.hpp"
#include "boot/loader_table.hpp"
#include "images/file_descriptor.hpp"

namespace bootferry::app {
namespace {

using boot::Architecture;
using boot::CheckLine;
using boot::CheckVerdict;

constexpr std::uint64_t little_space = 1ull << 30;

std::string first_word(const std::filesystem::path& file) {
  std::string word;
  std::ifstream(file) >> word;
  return word;
}

std::string own_program() {
  std::error_code failed;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
  return failed ? "/usr/local/bin/bootferry" : program.string();
}

/// Of the kernel's module behind the interface (ethtool(8), SIOCETHTOOL).
std::string driver_of(const std::string& interface) {
  ethtool_drvinfo info{};
  info.cmd = ETHTOOL_GDRVINFO;
  ifreq request{};
  interface.copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_data = reinterpret_cast<char*>(&info);
  const images::FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  return socket && ioctl(socket.get(), SIOCETHTOOL, &request) == 0 ? std::string(info.driver) : std::string();
}

bool has_own_name(const Ipv4Address& address) {
  std::ifstream hosts("/etc/hosts");
  std::string line, word;
  while (std::getline(hosts, line)) {
    if (std::istringstream(line) >> word && word == address.to_string()) return true;
  }
  return false;
}

/// Docker's and Podman's own: 172.17.0.0/16, 10.88.0.0/16.
bool is_container_bridge(const Ipv4Network& network) {
  return (network.address.value >> 16) == 0xac11 || (network.address.value >> 16) == 0x0a58;
}

/// A network that the container's engine made: its end is a pair of veth, or a tap where it runs without root; and it
/// wrote the address into /etc/hosts. With the host's network it is neither, and macvlan does hear broadcasts.
bool is_of_container(const NetworkInterface& served, const LinkFacts& now) {
  if (!now.in_container) return false;
  const bool made = now.driver == "veth" || now.driver == "tun";
  return is_container_bridge(served.network) || (made && now.own_name);
}

}  // namespace

CheckLine good(std::string id, std::string text) { return {std::move(id), CheckVerdict::ok, std::move(text), {}}; }
CheckLine warn(std::string id, std::string text, std::string mend) {
  return {std::move(id), CheckVerdict::warning, std::move(text), std::move(mend)};
}
CheckLine bad(std::string id, std::string text, std::string mend) {
  return {std::move(id), CheckVerdict::failure, std::move(text), std::move(mend)};
}

LinkFacts read_link(const std::string& interface) {
  LinkFacts facts;
  const std::filesystem::path folder = "/sys/class/net/" + interface;
  std::error_code ignored;
  for (const NetworkInterface& one : list_interfaces()) {
    if (one.name != interface) continue;
    facts.present = true;
    facts.up = one.up;
    facts.address = one.network.address;
  }
  facts.carrier = first_word(folder / "carrier") != "0";  // unreadable while it is down, and where /sys is hidden
  facts.wireless = std::filesystem::exists(folder / "wireless", ignored);
  facts.in_container = find_keeper() == Keeper::container;
  facts.driver = driver_of(interface);
  facts.own_name = facts.address && has_own_name(*facts.address);
  return facts;
}

CheckLine judge_interface(const NetworkInterface& served, const LinkFacts& now) {
  const std::string id = "interface";
  const std::string name = fmt::format("{} ({})", served.name, served.network.to_string());
  if (!now.present || !now.address)
    return bad(id, fmt::format("The LAN interface {} has no address any more.", name),
               "sudo systemctl restart bootferry");
  if (*now.address != served.network.address)
    return bad(id,
               fmt::format("The LAN interface {} has the address {} now; machines are still told the old one.", name,
                           now.address->to_string()),
               "sudo systemctl restart bootferry");
  if (!now.up)
    return bad(id, fmt::format("The LAN interface {} is down.", name), "sudo ip link set " + served.name + " up");
  if (!now.carrier)
    return bad(id, fmt::format("The LAN interface {} has no link: no cable, or the switch is off.", name),
               "Plug the cable in.");
  if (is_of_container(served, now))
    return bad(
        id,
        fmt::format("{} is a container's own (bridge) network: no machine's DHCP broadcast ever arrives here.", name),
        "Start the container again with --network host (compose: network_mode: host).");
  if (now.wireless)
    return warn(id, fmt::format("The LAN interface {} is wireless: many access points drop DHCP of others.", name),
                "Connect this server by cable.");
  return good(id, fmt::format("The LAN interface is {}.", name));
}

CheckLine judge_raw_sockets(bool allowed, Keeper keeper) {
  const std::string id = "raw-sockets";
  if (allowed) return good(id, "Answers can be sent to machines that have no address yet.");
  const std::string fault =
      "The server lacks CAP_NET_RAW: answers go by broadcast, which some firmware does not take, addresses are not "
      "probed, no packets are kept, and iPXE waits 16 s longer.";
  switch (keeper) {
    case Keeper::container:
      return bad(id, fault, "Start the container again with --cap-add NET_RAW (compose: cap_add: [NET_RAW]).");
    case Keeper::systemd:
      return bad(id, fault + " The unit's AmbientCapabilities and CapabilityBoundingSet shall have it.",
                 "sudo systemctl edit --full bootferry");
    case Keeper::nobody:
      break;
  }
  return bad(id, fault + " Start it as root, or give its file the right and start it again.",
             "sudo setcap cap_net_bind_service,cap_net_raw=ep " + own_program());
}

CheckLine judge_ports(const std::vector<ServicePort>& ports, const std::string& no_https) {
  const std::string id = "ports";
  if (!no_https.empty())
    return warn(id, fmt::format("The page is not offered over HTTPS: {}.", no_https),
                "Set ports.https in /etc/bootferry/bootferry.toml to a free port, or to 0.");
  std::string all;
  for (const ServicePort& port : ports)
    all += fmt::format("{}{} ({} {})", all.empty() ? "" : ", ", port.name, port.protocol, port.port);
  return good(id, fmt::format("The server has all of its ports: {}.", all));
}

CheckLine judge_loaders(const boot::LoaderCatalog& loaders, const std::set<Architecture>& seen) {
  std::string none, mend;
  bool waits = false;
  for (const Architecture architecture :
       {Architecture::bios, Architecture::efi_x64, Architecture::efi_ia32, Architecture::efi_arm64}) {
    const auto chosen = boot::choose_loader(architecture, boot::Firmware::pxe, {}, loaders);
    if (chosen) continue;
    const bool common = architecture == Architecture::bios || architecture == Architecture::efi_x64;
    if (!common && !seen.contains(architecture)) continue;
    waits = true;
    none += fmt::format("{}{}", none.empty() ? "" : ", ", boot::name_of(architecture));
    if (mend.empty()) mend = common ? "sudo apt-get install ipxe" : chosen.error().message;
  }
  if (waits) return bad("loaders", fmt::format("There is no boot loader for {}.", none), std::move(mend));
  return good("loaders", "There is a boot loader for each kind of machine that was seen, and for every PC.");
}

CheckLine judge_dhcp_mode(DhcpMode mode) {
  switch (mode) {
    case DhcpMode::proxy:
      return good("dhcp-mode", "Addresses come from your router, boot files from here (proxy).");
    case DhcpMode::server:
      return good("dhcp-mode", "This server hands out addresses and boot files.");
    case DhcpMode::off:
      break;
  }
  return warn("dhcp-mode", "DHCP is off: only machines that another DHCP server sends here can boot.",
              "Set dhcp.mode = \"proxy\" in /etc/bootferry/bootferry.toml.");
}

CheckLine judge_other_servers(const std::vector<boot::NetworkServer>& servers, DhcpMode mode) {
  const std::string id = "other-servers";
  std::string givers;
  for (const boot::NetworkServer& server : servers) {
    if (std::string complaint = boot::complaint_of(server, mode == DhcpMode::server); !complaint.empty())
      return warn(id, std::move(complaint), "bootferry network servers --probe");
    if (server.kind != boot::ServerKind::proxy) givers += (givers.empty() ? "" : ", ") + server.address.to_string();
  }
  if (mode == DhcpMode::proxy && givers.empty())
    return warn(id, "No DHCP server answers here: machines get no address, and a proxy gives none.",
                "Switch the router's DHCP on, or set dhcp.mode = \"server\" in /etc/bootferry/bootferry.toml.");
  return good(id, givers.empty() ? "There is no other DHCP or PXE server." : "Addresses are given by " + givers + ".");
}

CheckLine judge_images(const std::vector<boot::ImageView>& images) {
  if (const std::string lost = describe_missing_files(images); !lost.empty())
    return bad("images", lost + ".", missing_files_mend);
  return good("images", images.size() == 1 ? "The image has its files."
                                           : fmt::format("All {} images have their files.", images.size()));
}

CheckLine judge_webhooks(const std::vector<boot::WebhookView>& hooks) {
  for (const boot::WebhookView& hook : hooks) {
    if (!hook.failing_since) continue;
    return warn("webhooks",
                fmt::format("Webhook {} fails since {}: {}.", hook.number, render_time(*hook.failing_since),
                            hook.last ? hook.last->text : ""),
                fmt::format("bootferry webhook test {}", hook.number));
  }
  return good("webhooks", hooks.size() == 1 ? "The webhook takes what it is told."
                                            : fmt::format("{} webhooks take what they are told.", hooks.size()));
}

CheckLine judge_space(DiskSpace space, const std::string& folder) {
  const std::string text = fmt::format("{} of {} are free on the disk of {}.", render_byte_count({space.available}),
                                       render_byte_count({space.capacity}), folder);
  if (space.available == 0) return bad("space", text, "Remove images or changes that nobody needs.");
  const std::uint64_t low = std::max(space.capacity / 20, std::min(little_space, space.capacity / 2));
  return space.available < low ? warn("space", text, "Remove images or changes that nobody needs.")
                               : good("space", text);
}

}  // namespace bootferry::app
