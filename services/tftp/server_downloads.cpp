// SPDX-License-Identifier: Apache-2.0
// Answers to a download's own port, and the clock: what its machine says to do is done here.
#include <fmt/format.h>

#include "base/log.hpp"
#include "tftp/codec.hpp"
#include "tftp/server_core.hpp"
#include "tftp/server_window.hpp"

namespace bootferry::tftp {
namespace {

constexpr auto progress_step = std::chrono::milliseconds{500};  ///< between two events of one download

}  // namespace

/// RFC 1350 section 4: the stranger is told, the download goes on. An error is never answered by an error.
void Server::Core::on_stranger(const Session& session) {
  const auto datagram = try_receive(session.port.strangers, buffer_);
  if (!datagram) return;
  const Result<Message> message = decode(datagram->bytes);
  if (message && !std::holds_alternative<ErrorMessage>(*message))
    try_send(session.port.strangers, datagram->from,
             encode_error(ErrorCode::unknown_transfer_id, "this port serves another client"));
}

void Server::Core::on_answer(const SessionPtr& session, ByteView packet) {
  const Result<Message> message = decode(packet);
  if (!message) return;
  if (const auto* error = std::get_if<ErrorMessage>(&*message))
    return perform(session, session->transfer.on_error(),
                   error->text.empty() ? fmt::format("error {}", static_cast<int>(error->code)) : error->text);
  if (const auto* ack = std::get_if<Ack>(&*message)) {
    const SteadyTime now = clock_.now();
    perform(session, session->transfer.on_ack(ack->block, now));
    tell_progress(*session, now);
  }
}

/// So that a slow download is seen to move. Most are over before the first time.
void Server::Core::tell_progress(Session& session, SteadyTime now) {
  if (session.transfer.ended() || !session.announced || now - session.told < progress_step) return;
  session.told = now;
  events_.publish(report_progress(session.subject, session.transfer));
}

void Server::Core::perform(const SessionPtr& session, const Transfer::Actions& actions, std::string_view client_error) {
  if (session->transfer.proven() && !session->announced) {
    session->announced = true;
    events_.publish(report_start(session->subject, session->transfer.terms()));
  }
  if (actions.send_option_ack) try_send(session->port, encode_option_ack(session->transfer.terms().accepted));
  if (actions.block_count > 0) {
    WindowSender window(session->port, *session->content);
    for (std::uint64_t block = actions.first_block; block < actions.first_block + actions.block_count; ++block) {
      window.add(static_cast<std::uint16_t>(block),
                 session->transfer.block(block));  // the number wraps to 0 after 65535
    }
    window.flush();
  }
  if (actions.finish) finish(session, *actions.finish, client_error);
}

void Server::Core::finish(const SessionPtr& session, Transfer::Outcome outcome, std::string_view client_error) {
  const Transfer& transfer = session->transfer;
  const Subject& subject = session->subject;
  switch (outcome) {
    case Transfer::Outcome::done:
      events_.publish(report_done(subject, transfer, clock_.now() - session->began));
      break;
    case Transfer::Outcome::refused:
      events_.publish(
          report_failed(subject, transfer, "ended", fmt::format("the machine ended it: {}", printable(client_error))));
      break;
    case Transfer::Outcome::unanswered:
      // Some ROMs take the size from the OACK and go, without a word, to ask again.
      if (session->asked_again && !transfer.proven()) break;
      events_.publish(report_failed(subject, transfer, "silent",
                                    "the machine fell silent; look for a firewall that stops UDP, or a cable"));
      break;
    case Transfer::Outcome::probe:
      log::debug("TFTP_SIZE_ASKED", {{"address", subject.address.to_string()}, {"file", subject.file}});
      break;
  }
  for (const UdpSocket* socket : {&session->port.own, &session->port.strangers})
    by_descriptor_.erase(socket->descriptor());
  session->port.close();
  const auto at = sessions_.find(session->client);
  if (at != sessions_.end() && at->second == session) sessions_.erase(at);
}

void Server::Core::look_for_silence(SteadyTime now) {
  std::vector<SessionPtr> due;
  for (const auto& [client, session] : sessions_) {
    if (session->transfer.deadline() <= now) due.push_back(session);
  }
  for (const SessionPtr& session : due) perform(session, session->transfer.on_tick(now));
}

}  // namespace bootferry::tftp
