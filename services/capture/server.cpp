// SPDX-License-Identifier: Apache-2.0
#include "capture/server.hpp"

#include <fmt/format.h>
#include <pcap/pcap.h>

#include "base/log.hpp"

namespace bootferry::capture {
namespace {

constexpr int snap_length = 1600;       // a whole packet of a usual LAN
constexpr int buffer_bytes = 1 << 20;   // some 600 such packets between two looks
constexpr int look_milliseconds = 100;  // what waits is handed over at the latest then

/// How a filter of pcap looks into a segment or datagram: of IPv6 it knows no "udp[...]" and no "tcp[...]".
struct Family {
  std::string_view ip, udp, tcp;  ///< the beginning of a look: "udp[" or "ip6[40+"
  std::string_view whole;         ///< the field that says how long the packet is
  std::string_view dhcp;          ///< the ports of its DHCP
  [[nodiscard]] std::string in_udp(std::string_view at) const { return fmt::format("{}{}]", udp, at); }
  [[nodiscard]] std::string in_tcp(std::string_view at) const { return fmt::format("{}{}]", tcp, at); }
};
constexpr Family ipv4{"ip", "udp[", "tcp[", "ip[2:2]", "port 67 or port 68"};
constexpr Family ipv6{"ip6", "ip6[40+", "ip6[40+", "ip6[4:2]", "port 546 or port 547"};

/// TFTP blocks that are full, in the sizes that firmware and iPXE ask for; a shorter one is a file's last.
std::string full_blocks(const Family& family) {
  std::string text;
  for (const int size : {512, 1024, 1408, 1428, 1432, 1448, 1456, 1468})
    text += fmt::format("{}{} = {}", text.empty() ? "" : " or ", family.in_udp("4:2"), size + 12);
  return text;
}

/// A look beyond a packet's end rejects it, so flags are asked before payloads, and every branch is of one protocol.
std::string render_filter_of(const Family& family, const Ports& ports) {
  const std::string operation = family.in_udp("8:2"), block = family.in_udp("10:2"), low = family.in_udp("11");
  const std::string few = fmt::format("{} < 3 or {} = 0", block, low);
  const std::string tftp = fmt::format("{0} = 5 or {0} = 6 or ({0} = 4 and ({1})) or ({0} = 3 and ({1} or not ({2})))",
                                       operation, few, full_blocks(family));
  const std::string payload = fmt::format("{}(({} & 0xf0) >> 2)", family.tcp, family.in_tcp("12"));
  const std::string http =
      fmt::format("{0}:4] = 0x47455420 or {0}:4] = 0x48454144 or {0}:4] = 0x48545450", payload);  // GET, HEAD, HTTP
  // Login PDUs, and the text that iPXE sends behind the header of one: its keys begin with a capital letter.
  const std::string iscsi = fmt::format(
      "({0}] & 0x3f) = 3 or {0}] = 0x23 or ({0}] >= 0x41 and {0}] <= 0x5a and {1} < 1600)", payload, family.whole);
  return fmt::format(
      "({0} and udp and ({1} or port {2} or port {3})) or ({0} and tcp and (port {4} or port {5}) and {6} & 7 != 0) or "
      "({0} and tcp and port {4} and ({7})) or ({0} and tcp and port {5} and ({8})) or "
      "({0} and udp and not port 53 and ({9}))",
      family.ip, family.dhcp, ports.pxe, ports.tftp, ports.http, ports.iscsi, family.in_tcp("13"), http, iscsi, tftp);
}

}  // namespace

std::string render_filter(const Ports& ports) {
  // Of ICMPv6 the errors (1 to 4), and the questions and answers of neighbours (135, 136).
  constexpr std::string_view icmpv6 = "ip6[40] < 5 or ip6[40] = 135 or ip6[40] = 136";
  return fmt::format("arp or (icmp and icmp[0] = 3) or (icmp6 and ({})) or {} or {}", icmpv6,
                     render_filter_of(ipv4, ports), render_filter_of(ipv6, ports));
}

struct Server::Handle {
  pcap_t* pcap = nullptr;
  ~Handle() {
    if (pcap) pcap_close(pcap);
  }
};

Server::Server(PacketRings& rings, MacAddress own, Ports ports, OnKnock on_knock)
    : rings_(rings), ports_(ports), excerpt_(own, ports), on_knock_(std::move(on_knock)) {}

Server::~Server() { stop(); }

Result<void> Server::open(const std::string& interface) {
  char why[PCAP_ERRBUF_SIZE] = {};
  auto handle = std::make_unique<Handle>();
  handle->pcap = pcap_create(interface.c_str(), why);
  if (!handle->pcap) return fail(ErrorKind::unavailable, why);
  pcap_set_snaplen(handle->pcap, snap_length);
  pcap_set_buffer_size(handle->pcap, buffer_bytes);
  pcap_set_timeout(handle->pcap, look_milliseconds);
  const int status = pcap_activate(handle->pcap);
  if (status < 0) {
    return fail(ErrorKind::unavailable,
                fmt::format("packets of {} cannot be seen ({}); Bootferry needs CAP_NET_RAW for it", interface,
                            pcap_statustostr(status)));
  }
  bpf_program program{};
  if (pcap_compile(handle->pcap, &program, render_filter(ports_).c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0)
    return fail(ErrorKind::unavailable, pcap_geterr(handle->pcap));
  const int set = pcap_setfilter(handle->pcap, &program);
  pcap_freecode(&program);
  if (set != 0 || pcap_setnonblock(handle->pcap, 0, why) != 0)
    return fail(ErrorKind::unavailable, pcap_geterr(handle->pcap));
  handle_ = std::move(handle);
  return {};
}

void Server::start() {
  if (!handle_) return;
  background_.start([this](std::stop_token stop) {
    const auto on_packet = [](u_char* self, const pcap_pkthdr* header, const u_char* bytes) {
      const std::chrono::microseconds at{std::int64_t{header->ts.tv_sec} * 1'000'000 + header->ts.tv_usec};
      reinterpret_cast<Server*>(self)->take({bytes, header->caplen}, header->len,
                                            std::chrono::sys_time<std::chrono::microseconds>(at));
    };
    // libpcap waits until a packet comes, for ever on a still LAN: it must be woken.
    const std::stop_callback wake(stop, [this] { pcap_breakloop(handle_->pcap); });
    while (!stop.stop_requested()) {
      if (pcap_dispatch(handle_->pcap, -1, on_packet, reinterpret_cast<u_char*>(this)) != PCAP_ERROR) continue;
      log::warning("CAPTURE_ENDED", {{"why", pcap_geterr(handle_->pcap)}});  // the interface is gone
      return;
    }
  });
}

void Server::take(ByteView bytes, std::uint32_t length, std::chrono::sys_time<std::chrono::microseconds> at) {
  auto kept = excerpt_.keep(bytes);
  if (!kept) return;
  if (kept->knock && on_knock_) on_knock_(kept->client, *kept->knock);
  rings_.add(kept->client, {at, length, std::move(kept->bytes)});
}

}  // namespace bootferry::capture
