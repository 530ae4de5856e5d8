// SPDX-License-Identifier: Apache-2.0
#include "capture/excerpt.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace bootferry::capture {
namespace {

constexpr std::uint16_t dhcp_server_port = 67, dhcp_client_port = 68;
constexpr std::uint16_t dhcpv6_client_port = 546, dhcpv6_server_port = 547;  // RFC 8415 7.2
constexpr std::size_t dhcp_chaddr = 28, dhcp_least = 240;                    // RFC 2131 section 2
constexpr std::uint16_t tftp_request = 1, tftp_data = 3, tftp_last = 6;      // RFC 1350, 2347
constexpr std::size_t login_header = 48;                                     // RFC 7143 11.12, 11.13
constexpr std::uint8_t login_request = 0x03, login_response = 0x23, immediate = 0x40;
constexpr std::size_t login_limit = 64u << 10;  // more than any login has
constexpr std::array<std::string_view, 2> proofs{"CHAP_R=", "CHAP_C="};

bool contains(ByteView bytes, std::string_view text) { return text_of(bytes).find(text) != std::string_view::npos; }

void blank(MutableByteView bytes) { std::fill(bytes.begin(), bytes.end(), std::uint8_t{'x'}); }

/// From the one challenge and its response a weak secret could be guessed at home.
void blank_proofs(MutableByteView text) {
  const std::string_view all = text_of(text);
  for (const std::string_view key : proofs) {
    for (std::size_t at = all.find(key); at != std::string_view::npos; at = all.find(key, at)) {
      at += key.size();
      const std::size_t end = std::min(all.find('\0', at), all.size());
      blank(text.subspan(at, end - at));
      at = end;
    }
  }
}

bool begins(ByteView bytes, std::string_view text) { return text_of(bytes).starts_with(text); }

/// Every machine asks DHCP; a netbooting one says so, and so do the answers to it.
bool tells_of_a_boot(ByteView options) {
  return contains(options, "PXEClient") || contains(options, "HTTPClient") || contains(options, "iPXE");
}

}  // namespace

void Excerpt::note_machine(const MacAddress& mac) {
  if (machines_.size() >= max_machines && !machines_.contains(mac)) machines_.clear();
  machines_.insert(mac);
}

std::optional<Excerpt::Kept> Excerpt::keep(ByteView bytes) {
  const auto frame = decode_frame(bytes);
  if (!frame) return std::nullopt;
  switch (frame->kind) {
    case Frame::Kind::arp:
    case Frame::Kind::icmp: {
      const MacAddress client = client_of(*frame);
      if (!machines_.contains(client)) return std::nullopt;
      return Kept{client, {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(frame->end)}, {}};
    }
    case Frame::Kind::udp:
      return keep_udp(bytes.first(frame->end), *frame);
    case Frame::Kind::tcp:
      return keep_tcp(bytes.first(frame->end), *frame);
  }
  return std::nullopt;
}

// ---- UDP

std::optional<Excerpt::Kept> Excerpt::keep_udp(ByteView bytes, const Frame& frame) {
  const auto is_port = [&](std::uint16_t port) { return frame.from_port == port || frame.to_port == port; };
  const bool v4 = frame.from.is_ipv4();
  if (is_port(v4 ? dhcp_server_port : dhcpv6_server_port) || is_port(v4 ? dhcp_client_port : dhcpv6_client_port) ||
      is_port(ports_.pxe))
    return v4 ? keep_dhcp(bytes, frame) : keep_dhcpv6(bytes, frame);
  ByteReader in(bytes.subspan(frame.payload));
  const std::uint16_t operation = in.u16(), block = in.u16();
  const bool from_client = !is_ours(frame);
  const Flow flow = from_client ? Flow{frame.from, frame.from_port} : Flow{frame.to, frame.to_port};
  if (!machines_.contains(client_of(frame)) || operation < tftp_request || operation > tftp_last) return std::nullopt;
  Kept kept{client_of(frame), {bytes.begin(), bytes.end()}, {}};
  if (from_client && frame.to_port == ports_.tftp) {
    if (downloads_.size() >= max_flows) downloads_.clear();
    downloads_.insert(flow);
    kept.knock = {boot::knocked_tftp, false};
    return kept;
  }
  if (!downloads_.contains(flow)) return std::nullopt;
  if (!from_client) kept.knock = {boot::knocked_tftp, true};
  // Of a block the header tells all: its text would be the loader.
  if (operation == tftp_data && block > 2) kept.bytes.resize(std::min(kept.bytes.size(), frame.payload + 4));
  return kept;
}

std::optional<Excerpt::Kept> Excerpt::keep_dhcp(ByteView bytes, const Frame& frame) {
  const ByteView message = bytes.subspan(frame.payload);
  if (message.size() < dhcp_least) return std::nullopt;
  const MacAddress client = MacAddress::from(message.subspan(dhcp_chaddr, 6));
  if (tells_of_a_boot(message.subspan(dhcp_least))) note_machine(client);
  return keep_of_machine(bytes, frame, client);
}

/// Its messages name no network card: behind a relay they are the relay's.
std::optional<Excerpt::Kept> Excerpt::keep_dhcpv6(ByteView bytes, const Frame& frame) {
  const MacAddress client = client_of(frame);
  if (tells_of_a_boot(bytes.subspan(frame.payload))) note_machine(client);
  return keep_of_machine(bytes, frame, client);
}

std::optional<Excerpt::Kept> Excerpt::keep_of_machine(ByteView bytes, const Frame& frame, const MacAddress& client) {
  if (!machines_.contains(client)) return std::nullopt;
  Kept kept{client, {bytes.begin(), bytes.end()}, {}};
  const bool ours = is_ours(frame);
  if ((ours ? frame.from_port : frame.to_port) == ports_.pxe) kept.knock = {boot::knocked_pxe, ours};
  return kept;
}

// ---- TCP

std::optional<Excerpt::Kept> Excerpt::keep_tcp(ByteView bytes, const Frame& frame) {
  const bool from_client = !is_ours(frame);
  const std::uint16_t service = from_client ? frame.to_port : frame.from_port;
  const MacAddress client = client_of(frame);
  if ((service != ports_.http && service != ports_.iscsi) || !machines_.contains(client)) return std::nullopt;
  Kept kept{client, {bytes.begin(), bytes.end()}, {}};
  const Flow flow = from_client ? Flow{frame.from, frame.from_port} : Flow{frame.to, frame.to_port};
  const bool opens = from_client && (frame.flags & (Frame::syn | Frame::ack)) == Frame::syn;
  const bool accepts = !from_client && (frame.flags & (Frame::syn | Frame::rst)) != 0;
  if (opens || accepts) kept.knock = {service == ports_.http ? boot::knocked_http : boot::knocked_iscsi, accepts};
  if (opens && service == ports_.iscsi) {
    if (logins_.size() >= max_flows) logins_.clear();
    logins_[flow] = {};
  }
  const MutableByteView payload = MutableByteView(kept.bytes).subspan(frame.payload);
  const std::size_t part = payload.empty()          ? 0
                           : service == ports_.http ? http_head(payload, from_client)
                                                    : login_part(payload, flow, from_client);
  const bool tells = (frame.flags & (Frame::syn | Frame::fin | Frame::rst)) != 0;
  if (part == 0 && !tells) return std::nullopt;
  if ((frame.flags & (Frame::fin | Frame::rst)) != 0 && service == ports_.iscsi) logins_.erase(flow);
  kept.bytes.resize(frame.payload + part);
  return kept;
}

/// How much of it is a head that may be kept: that of a machine's own requests, and of answers, without their bodies.
std::size_t Excerpt::http_head(ByteView payload, bool from_client) {
  const std::string_view text = text_of(payload);
  std::size_t end = text.find("\r\n\r\n");
  end = end == std::string_view::npos ? text.size() : end + 4;
  if (!from_client) {
    if (!begins(payload, "HTTP/1.")) return 0;
    return text.find("\r\n\r\n") == std::string_view::npos ? std::min(text.find("\r\n"), text.size()) : end;
  }
  if (!begins(payload, "GET ") && !begins(payload, "HEAD ")) return 0;
  const std::string_view path = text.substr(text.find(' ') + 1);
  if (!path.starts_with("/boot/") && !path.starts_with("/loaders/") && !path.starts_with("/files/")) return 0;
  std::string head(text.substr(0, end));
  std::transform(head.begin(), head.end(), head.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const bool has_credentials =
      head.find("\r\nauthorization:") != std::string::npos || head.find("\r\ncookie:") != std::string::npos;
  return has_credentials ? std::min(text.find("\r\n"), text.size()) : end;
}

/// How much of it is login PDUs: they come one at a time each way, and the answer that ends the login ends the looking,
/// for what follows is the disk's.
std::size_t Excerpt::login_part(MutableByteView payload, const Flow& flow, bool from_client) {
  const auto at = logins_.find(flow);
  if (at == logins_.end()) return 0;
  Login& login = at->second;
  Direction& direction = from_client ? login.in : login.out;
  login.seen += payload.size();
  if (login.seen > login_limit) return logins_.erase(at), 0;
  if (direction.rest > 0) {  // iPXE sends a PDU's header and its text apart
    const std::size_t part = std::min(direction.rest, payload.size());
    direction.torn |= part < direction.rest;
    direction.torn ? blank(payload.first(part)) : blank_proofs(payload.first(part));
    direction.rest -= part;
    return part;
  }
  const std::uint8_t opcode = payload[0] & ~(from_client ? immediate : 0);
  if (payload.size() < login_header || opcode != (from_client ? login_request : login_response))
    return logins_.erase(at), 0;
  const std::size_t extra = std::size_t{payload[4]} * 4;
  const std::size_t data =
      ((std::size_t{payload[5]} << 16 | std::size_t{payload[6]} << 8 | payload[7]) + 3) & ~std::size_t{3};
  const std::size_t whole = login_header + extra + data;
  const std::size_t part = std::min(whole, payload.size());
  const bool complete = part == whole;
  direction = {whole - part, part > login_header && !complete};
  direction.torn ? blank(payload.subspan(login_header, part - login_header)) : blank_proofs(payload.first(part));
  const bool is_last = !from_client && (payload[1] & 0x83) == 0x83;  // T, and the next stage is 3: full feature
  const bool refused = !from_client && payload[36] != 0;             // Status-Class
  if ((is_last || refused) && complete) logins_.erase(at);
  return part;
}

}  // namespace bootferry::capture
