// SPDX-License-Identifier: Apache-2.0
// Requests to the doors: who may download what, and how it begins.
#include <fmt/format.h>

#include <algorithm>
#include <boost/system/system_error.hpp>

#include "base/log.hpp"
#include "tftp/codec.hpp"
#include "tftp/loader_name.hpp"
#include "tftp/server_core.hpp"

namespace bootferry::tftp {

void Server::Core::on_request(const UdpSocket& door, const Datagram& datagram) {
  // A reply to port 0, to a broadcast or to ourselves would never end well.
  if (datagram.from.port == 0 || datagram.from.address.is_unspecified() || datagram.from.address.is_multicast()) return;
  const Result<Message> message = decode(datagram.bytes);
  if (!message) {
    // Only what looks like a request is answered: a stray DATA or a garbage packet may be part of a loop or of an
    // attack.
    const bool request =
        datagram.bytes.size() >= 2 && datagram.bytes[0] == 0 && (datagram.bytes[1] == 1 || datagram.bytes[1] == 2);
    if (request) refuse(door, datagram, ErrorCode::illegal_operation, message.error().message);
    return;
  }
  if (std::holds_alternative<WriteRequest>(*message))
    return refuse(door, datagram, ErrorCode::access_violation, "this server only sends boot loaders");
  if (const auto* request = std::get_if<ReadRequest>(&*message)) on_read_request(door, datagram, *request);
}

void Server::Core::on_read_request(const UdpSocket& door, const Datagram& datagram, const ReadRequest& request) {
  if (repeats_known(datagram.from, request)) return;
  if (request.mode != "octet" && request.mode != "netascii") {
    return refuse(door, datagram, ErrorCode::illegal_operation,
                  fmt::format("the mode \"{}\" is not offered; ask for octet", printable(request.mode)));
  }
  const auto name = find_loader_name(loaders_, request.file);
  if (!name) {
    const std::string asked = printable(clean_name(request.file));
    const std::string why = fmt::format("this server has no boot loader named \"{}\"", asked);
    if (is_optional(asked)) return refuse(door, datagram, ErrorCode::file_not_found, why);
    return refuse_loader(door, datagram, asked, ErrorCode::file_not_found, why);
  }
  auto content = files_.require(*loaders_.find(*name), request.mode == "netascii");
  if (!content) {
    log::error("LOADER_UNREADABLE", {{"file", *name}, {"why", content.error().message}});
    return refuse_loader(door, datagram, *name, ErrorCode::not_defined,
                         fmt::format("the server cannot read {}", *name));
  }
  if (!make_room(datagram.from.address)) {
    log::warning("TFTP_BUSY",
                 {{"address", datagram.from.address.to_string()}, {"transfers", std::to_string(sessions_.size())}});
    return;  // unanswered: firmware asks again, an error would end its boot
  }
  begin(datagram, request, *name, std::move(*content));
}

/// True when it is the same request again, sent because our first packet has not arrived; another request from the same
/// port ends the download that it replaces.
bool Server::Core::repeats_known(const Endpoint& client, const ReadRequest& request) {
  for (auto& [other, session] : sessions_) {
    if (other.address == client.address && !session->transfer.proven()) session->asked_again = true;
  }
  const auto at = sessions_.find(client);
  if (at == sessions_.end()) return false;
  const SessionPtr session = at->second;
  if (!session->transfer.proven() && session->request == request) {
    session->asked_again = false;
    perform(session, session->transfer.on_repeated_request(clock_.now()));
    return true;
  }
  perform(session, session->transfer.on_error(), "another request came from the same port");
  return false;
}

/// A download more for this address? Those that never proved themselves give way first.
bool Server::Core::make_room(const IpAddress& address) {
  std::size_t same = 0;
  for (const auto& [client, session] : sessions_) same += client.address.limited_as() == address.limited_as();
  const bool own_full = same >= settings_.max_transfers_per_address;
  if (!own_full && sessions_.size() < settings_.max_transfers) return true;
  SessionPtr oldest;
  for (const auto& [client, session] : sessions_) {
    if (session->transfer.proven() || (own_full && client.address.limited_as() != address.limited_as())) continue;
    if (!oldest || session->began < oldest->began) oldest = session;
  }
  if (!oldest) return false;
  oldest->asked_again = true;
  (void)oldest->transfer.on_error();
  finish(oldest, Transfer::Outcome::unanswered, {});
  return true;
}

void Server::Core::refuse(const UdpSocket& door, const Datagram& datagram, ErrorCode code, const std::string& text) {
  try_send(door, datagram.from, encode_error(code, text));
  // One line a second is enough to see a flood; more would be the flood's second victim.
  if (clock_.now() - last_refusal_logged_ < std::chrono::seconds{1}) return;
  last_refusal_logged_ = clock_.now();
  log::info("TFTP_REFUSED", {{"address", datagram.from.address.to_string()}, {"why", text}});
}

void Server::Core::refuse_loader(const UdpSocket& door, const Datagram& datagram, const std::string& file,
                                 ErrorCode code, const std::string& text) {
  try_send(door, datagram.from, encode_error(code, text));
  // Each is kept and shown; names made up by a flood must not push out what the machines did.
  if (!unknown_names_.try_take(clock_.now())) return;
  const Subject subject{datagram.from.address, addresses_.find(datagram.from.address), file, 0};
  events_.publish(report_refused(subject, text));
}

/// What is agreed, with what the machine's firmware cannot bear left out.
Terms Server::Core::terms_for(const ReadRequest& request, const Subject& subject) const {
  TransferLimits limits = settings_.limits;
  const auto snapshot = registry_ && subject.mac ? registry_->snapshot() : nullptr;
  const boot::Client* client = snapshot ? snapshot->find_client(*subject.mac) : nullptr;
  if (!client) return negotiate(request, subject.size, limits);
  const boot::Quirks& quirks = client->quirks;
  if (quirks.tftp_no_options) return {};
  if (quirks.tftp_block_size > 0)
    limits.max_block_size = std::min<std::size_t>(limits.max_block_size, quirks.tftp_block_size);
  return negotiate(request, subject.size, limits);
}

void Server::Core::begin(const Datagram& datagram, const ReadRequest& request, std::string file,
                         LoaderFiles::Content content) {
  // A fixed address of ours is one of IPv4.
  const bool fixed = !settings_.address.is_unspecified() && datagram.local.is_ipv4();
  const IpAddress local = fixed ? settings_.address : datagram.local;
  Subject subject{datagram.from.address, addresses_.find(datagram.from.address), std::move(file),
                  content->bytes().size()};
  const Terms terms = terms_for(request, subject);
  SessionPtr session;
  try {
    DownloadPort port(local, settings_.interface, datagram.from);
    for (const UdpSocket* socket : {&port.own, &port.strangers}) sockets_.add(socket->descriptor());
    session = std::make_shared<Session>(std::move(port), datagram.from, request, std::move(content), terms);
  } catch (const boost::system::system_error& error) {
    log::error("TFTP_NO_SOCKET", {{"address", datagram.from.address.to_string()}, {"why", error.what()}});
    return;
  }
  session->subject = std::move(subject);
  session->began = session->told = clock_.now();
  sessions_[datagram.from] = session;
  for (const UdpSocket* socket : {&session->port.own, &session->port.strangers})
    by_descriptor_[socket->descriptor()] = session;
  perform(session, session->transfer.start(session->began));
}

}  // namespace bootferry::tftp
