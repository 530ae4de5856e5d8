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

/// TFTP blocks that are full, in the sizes that firmware and iPXE ask for; a shorter one is a file's last.
std::string full_blocks() {
  std::string text;
  for (const int size : {512, 1024, 1408, 1428, 1432, 1448, 1456, 1468})
    text += fmt::format("{}udp[4:2] = {}", text.empty() ? "" : " or ", size + 12);
  return text;
}

}  // namespace

std::string render_filter(const Ports& ports) {
  // A look beyond a packet's end rejects it, so flags are asked before payloads, and every branch is of one protocol.
  const std::string payload = "tcp[((tcp[12] & 0xf0) >> 2)";
  const std::string tftp = fmt::format(
      "udp[8:2] = 5 or udp[8:2] = 6 or (udp[8:2] = 4 and (udp[10:2] < 3 or udp[11] = 0)) or "
      "(udp[8:2] = 3 and (udp[10:2] < 3 or udp[11] = 0 or not ({})))",
      full_blocks());
  const std::string http =
      fmt::format("{0}:4] = 0x47455420 or {0}:4] = 0x48454144 or {0}:4] = 0x48545450", payload);  // GET, HEAD, HTTP
  // Login PDUs, and the text that iPXE sends behind the header of one: its keys begin with a capital letter.
  const std::string iscsi =
      fmt::format("({0}] & 0x3f) = 3 or {0}] = 0x23 or ({0}] >= 0x41 and {0}] <= 0x5a and ip[2:2] < 1600)", payload);
  return fmt::format(
      "arp or (icmp and icmp[0] = 3) or (udp and (port 67 or port 68 or port {} or port {})) or "
      "(tcp and (port {} or port {}) and tcp[13] & 7 != 0) or (tcp and port {} and ({})) or (tcp and port {} and ({})) "
      "or "
      "(udp and not port 53 and ({}))",
      ports.pxe, ports.tftp, ports.http, ports.iscsi, ports.http, http, ports.iscsi, iscsi, tftp);
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
