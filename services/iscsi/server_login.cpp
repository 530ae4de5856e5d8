// SPDX-License-Identifier: Apache-2.0
// A connection's login: the session table is asked for a predecessor, the directory for the disk.
#include <boost/asio/post.hpp>

#include <fmt/format.h>

#include "base/log.hpp"
#include "iscsi/server_connection.hpp"
#include "iscsi/session/chap.hpp"

namespace bootferry::iscsi {
namespace asio = boost::asio;
namespace {

LoginStatus status_of(LoginRefusal::Why why) {
  switch (why) {
    case LoginRefusal::Why::target_not_found:
      return LoginStatus::not_found;
    case LoginRefusal::Why::not_authorized:
      return LoginStatus::authorization_failure;
    case LoginRefusal::Why::target_removed:
      return LoginStatus::target_removed;
    case LoginRefusal::Why::in_use:
      return LoginStatus::out_of_resources;  // iPXE shows both as busy; initiators try again later
    case LoginRefusal::Why::unavailable:
      return LoginStatus::service_unavailable;
  }
  return LoginStatus::target_error;
}

/// For machines that read the event.
std::string_view word_of(LoginStatus status) {
  switch (status) {
    case LoginStatus::authentication_failure:
      return "secret";
    case LoginStatus::authorization_failure:
      return "right";
    case LoginStatus::out_of_resources:
      return "busy";
    case LoginStatus::not_found:
    case LoginStatus::target_removed:
      return "not-found";
    default:
      return "unavailable";
  }
}

/// What the login machine asks, put to the directory for this connection's peer.
class DirectoryAccess final : public AccessSource {
 public:
  DirectoryAccess(TargetDirectory& directory, std::string address)
      : directory_(directory), address_(std::move(address)) {}
  std::expected<Demand, Refusal> demand_of(std::string_view initiator, std::string_view target) override {
    auto demand = directory_.admit(target, {std::string(initiator), address_, {}});
    if (demand) return *demand;
    return std::unexpected(Refusal{status_of(demand.error().why), std::move(demand.error().reason)});
  }
  std::optional<ChapSecret> find_secret(std::string_view initiator, std::string_view target,
                                        std::string_view user) override {
    return directory_.find_secret(target, {std::string(initiator), address_, std::string(user)});
  }

 private:
  TargetDirectory& directory_;
  const std::string address_;
};

boot::SessionLimits limits_of(const Parameters& agreed, std::uint32_t receive_segment) {
  boot::SessionLimits limits;
  limits.header_digest = agreed.header_digest;
  limits.data_digest = agreed.data_digest;
  limits.initial_r2t = agreed.initial_r2t;
  limits.immediate_data = agreed.immediate_data;
  limits.send_segment = agreed.initiator_max_data_segment;
  limits.receive_segment = receive_segment;
  limits.max_burst = agreed.max_burst;
  limits.first_burst = agreed.first_burst;
  limits.max_outstanding_r2t = agreed.max_outstanding_r2t;
  return limits;
}

std::string portal_of(const Connection::Socket& socket) {
  boost::system::error_code gone;
  const auto local = socket.local_endpoint(gone);
  if (gone) return {};
  const std::string host = local.address().to_string();
  return fmt::format("{}:{}", local.address().is_v6() ? "[" + host + "]" : host, local.port());
}

std::string render_isid(const Isid& isid) {
  std::string text;
  for (const std::uint8_t byte : isid) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace

void Connection::on_action(OpenTarget& action) {
  if (core_->stopping) return session_->on_target_refused(LoginStatus::service_unavailable, actions_);
  SessionKey key{action.initiator, render_isid(session_->login().isid()), action.target};
  if (action.requested_tsih != 0) {  // a second connection to a session: MaxConnections is 1
    const bool exists = core_->table.has_tsih(key, action.requested_tsih);
    return session_->on_target_refused(exists ? LoginStatus::too_many_connections : LoginStatus::session_does_not_exist,
                                       actions_);
  }
  if (action.target.empty()) return session_->on_target_opened(core_->table.next_tsih(), actions_);
  // Who has no right here must not end the session of one who has.
  if (const auto objection = core_->directory.find_objection(action.target, visitor())) {
    tell_refusal(status_of(objection->why), objection->reason);
    return session_->on_target_refused(status_of(objection->why), actions_);
  }
  const auto older = core_->table.claim(id_, std::move(key));
  if (!older) return ask_directory(std::move(action.target));
  if (const auto door = core_->table.find(*older)) door->ask_close("its initiator logged in again");
  core_->table.when_predecessors_gone(id_, [self = shared_from_this(), target = action.target] {
    asio::post(self->socket_.get_executor(), [self, target] {
      if (!self->ended_) self->ask_directory(target);
    });
  });
}

Visitor Connection::visitor() const {
  const Login& login = session_->login();
  return {login.initiator_name(), host_of(address_), std::string(login.user()), login.proof()};
}

std::unique_ptr<Authenticator> Connection::make_authenticator() const {
  return std::make_unique<ChapAuthenticator>(std::make_unique<DirectoryAccess>(core_->directory, host_of(address_)),
                                             core_->random);
}

void Connection::ask_directory(std::string target) {
  ++jobs_in_pool_;
  core_->disk_pool.post([self = shared_from_this(), target = std::move(target), who = visitor()]() mutable {
    std::expected<OpenedTarget, LoginRefusal> opened =
        std::unexpected(LoginRefusal{LoginRefusal::Why::unavailable, "the disk cannot be opened"});
    try {
      opened = self->core_->directory.open(target, who);
    } catch (const std::exception& error) {
      log::error("ISCSI_OPEN_FAILED", {{"target", target}, {"why", error.what()}});
    }
    const auto executor = self->socket_.get_executor();
    asio::post(executor, [self = std::move(self), opened = std::move(opened)]() mutable {
      self->on_directory(std::move(opened));
    });
  });
}

void Connection::on_directory(std::expected<OpenedTarget, LoginRefusal> opened) {
  --jobs_in_pool_;
  if (ended_) {
    if (opened) opened_ = std::move(*opened);
    return finish_ending();
  }
  const std::string& initiator = session_->login().initiator_name();
  if (!opened) {
    tell_refusal(status_of(opened.error().why), opened.error().reason);
    session_->on_target_refused(status_of(opened.error().why), actions_);
  } else {
    opened_ = std::move(*opened);
    nexus_ = {id_, initiator + ",i,0x" + render_isid(session_->login().isid())};
    session_->on_target_opened(core_->table.next_tsih(), actions_);
  }
  run_actions();
  if (ended_) return;
  reader_.set_limits(session_->limits());  // what was negotiated holds from the very next PDU
  flush();
  if (!ended_) wait_readable();
}

void Connection::tell_refusal(LoginStatus status, std::string_view reason) {
  if (!core_->refusal_limits.try_take(host_of(address_), core_->clock.now())) return;
  const Login& login = session_->login();
  const std::string what = login.discovery() ? "the list of targets" : login.target_name();
  log::warning("ISCSI_LOGIN_REFUSED", {{"target", login.target_name()},
                                       {"initiator", login.initiator_name()},
                                       {"peer", address_},
                                       {"why", std::string(reason)}});
  publish(boot::EventKind::login_refused, fmt::format("was refused {}: {}", what, reason),
          {{"status", std::string(word_of(status))}, {"why", std::string(reason)}});
}

void Connection::on_action(SessionBegan&) {
  const Login& login = session_->login();
  boot::SessionView view;
  view.target = login.target_name();
  view.initiator = login.initiator_name();
  view.isid = render_isid(login.isid());
  view.tsih = login.response().tsih;
  view.state = "full-feature";
  view.image = opened_.image;
  view.drive = opened_.drive;
  view.read_only = opened_.read_only;
  view.mac = opened_.mac;
  view.since = core_->clock.wall_now();
  view.portal = portal_of(socket_);
  view.limits = limits_of(session_->parameters(), session_->limits().max_data_segment);
  if (login.discovery()) {
    view.state = "discovery";
    return core_->table.set_view(id_, std::move(view));
  }
  core_->table.set_view(id_, std::move(view));
  opened_.unit->on_nexus_begin(nexus_);
  nexus_began_ = true;
  log::info("ISCSI_OPENED", {{"session", std::to_string(id_)},
                             {"target", login.target_name()},
                             {"initiator", login.initiator_name()},
                             {"peer", address_},
                             {"image", opened_.image}});
  publish(boot::EventKind::session_opened, fmt::format("opened disk {:#04x}, image {}", opened_.drive, opened_.image),
          {{"isid", render_isid(login.isid())}, {"image", opened_.image}});
  check_right();  // it may have gone since the directory answered; from here on check_rights() finds the session
}

void Connection::check_right() {
  if (ended_ || !session_ || session_->phase() != Session::Phase::full_feature || session_->discovery()) return;
  const Visitor who = visitor();
  auto why = core_->directory.why_revoked({session_->login().target_name(), who, opened_.disk});
  if (why) start_logout(logout_seconds, std::move(*why));
}

void Connection::on_action(ListTargets&) {
  boost::system::error_code ignored;
  const auto portals = core_->portals_for(socket_.local_endpoint(ignored));
  session_->on_targets(core_->directory.targets_for(visitor()), portals, actions_);
}

/// `text` goes on after who did it: "PC 52:54:00:e2:e0:01 opened disk 0x80".
void Connection::publish(boot::EventKind kind, std::string text, EventFields more) {
  boot::Event event;
  event.kind = kind;
  event.mac = opened_.mac;
  // A refusal has opened nothing, but the target names the client whose disk was asked for: its boot log must tell.
  if (!event.mac) event.mac = core_->directory.find_owner(session_->login().target_name());
  if (const auto address = parse_ipv4_address(host_of(address_))) event.address = *address;
  const std::string who =
      opened_.mac ? "PC " + opened_.mac->to_string() : session_->login().initiator_name() + " at " + address_;
  event.text = who + " " + text;
  event.fields = {{"session", std::to_string(id_)},
                  {"target", session_->login().target_name()},
                  {"initiator", session_->login().initiator_name()},
                  {"peer", address_}};
  event.fields.insert(event.fields.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  core_->events.publish(std::move(event));
}

}  // namespace bootferry::iscsi
