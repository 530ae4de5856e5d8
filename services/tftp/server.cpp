// SPDX-License-Identifier: Apache-2.0
#include "tftp/server.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>

#include "base/log.hpp"
#include "base/rate_limit.hpp"
#include "tftp/codec.hpp"
#include "tftp/loader_files.hpp"
#include "tftp/loader_name.hpp"
#include "tftp/report.hpp"
#include "tftp/server_socket.hpp"

namespace bootferry::tftp {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;

constexpr auto tick = std::chrono::milliseconds{20};  ///< only while there are downloads
constexpr int datagrams_a_turn = 64;                  ///< then other work of the loop gets its turn

std::string printable(std::string_view text) {
  std::string out(text.substr(0, 120));
  std::replace_if(out.begin(), out.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return out;
}

/// One download: its socket, its machine and the bytes it sends.
struct Session {
  Session(udp::socket opened, Endpoint asker, ReadRequest asked, LoaderFiles::Content bytes, const Terms& terms)
      : socket(std::move(opened)),
        client(asker),
        request(std::move(asked)),
        content(std::move(bytes)),
        transfer(*content, terms) {}

  udp::socket socket;
  Endpoint client;
  ReadRequest request;
  LoaderFiles::Content content;
  Transfer transfer;
  Subject subject;
  SteadyTime began{};
  bool asked_again = false;  ///< the same machine has begun another download since: silence of this one is no news
  bool announced = false;
};

}  // namespace

class Server::Core : public std::enable_shared_from_this<Server::Core> {
 public:
  Core(asio::io_context& context, Settings settings, const boot::LoaderCatalog& loaders, boot::EventBus& events,
       const boot::AddressBook& addresses, const Clock& clock)
      : executor_(context.get_executor()),
        settings_(std::move(settings)),
        loaders_(loaders),
        events_(events),
        addresses_(addresses),
        clock_(clock),
        timer_(executor_) {}

  void open() {
    socket_.emplace(open_socket(executor_, {settings_.address, settings_.port}, settings_.interface));
    port_ = socket_->local_endpoint().port();
  }
  void start() {
    if (socket_) wait_request();
  }
  void stop();
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  using SessionPtr = std::shared_ptr<Session>;

  void wait_request();
  void wait_answer(const SessionPtr& session);
  void on_request(const Datagram& datagram);
  void on_read_request(const Datagram& datagram, const ReadRequest& request);
  void on_answer(const SessionPtr& session, const Datagram& datagram);
  [[nodiscard]] bool repeats_known(const Endpoint& client, const ReadRequest& request);
  [[nodiscard]] bool make_room(Ipv4Address address);
  void refuse(const Datagram& datagram, ErrorCode code, const std::string& text);
  void refuse_loader(const Datagram& datagram, const std::string& file, ErrorCode code, const std::string& text);
  void begin(const Datagram& datagram, const ReadRequest& request, std::string file, LoaderFiles::Content content);
  void perform(const SessionPtr& session, const Transfer::Actions& actions, std::string_view client_error = {});
  void finish(const SessionPtr& session, Transfer::Outcome outcome, std::string_view client_error);
  void arm_timer();
  void on_timer();

  asio::any_io_executor executor_;
  const Settings settings_;
  const boot::LoaderCatalog& loaders_;
  boot::EventBus& events_;
  const boot::AddressBook& addresses_;
  const Clock& clock_;
  LoaderFiles files_;
  std::optional<udp::socket> socket_;
  std::uint16_t port_ = 0;
  asio::steady_timer timer_;
  bool timer_armed_ = false;
  SteadyTime last_refusal_logged_{};
  RateLimit unknown_names_{100, 10};  ///< old ROMs try a dozen names each
  bool stopped_ = false;
  std::map<Endpoint, SessionPtr> sessions_;  ///< by the client's address and port
  std::array<std::uint8_t, 2048> buffer_;
};

void Server::Core::stop() {
  if (std::exchange(stopped_, true)) return;
  timer_.cancel();
  boost::system::error_code ignored;
  if (socket_) socket_->close(ignored);
  const Bytes goodbye = encode_error(ErrorCode::not_defined, "the boot server is stopping; try again in a moment");
  for (auto& [client, session] : sessions_) {
    try_send(session->socket, client, goodbye);
    session->socket.close(ignored);
  }
  sessions_.clear();
}

void Server::Core::wait_request() {
  socket_->async_wait(udp::socket::wait_read, [self = shared_from_this()](const boost::system::error_code& error) {
    if (error || self->stopped_) return;
    for (int i = 0; i < datagrams_a_turn; ++i) {
      const auto datagram = try_receive(*self->socket_, self->buffer_);
      if (!datagram) break;
      self->on_request(*datagram);
    }
    self->wait_request();
  });
}

void Server::Core::wait_answer(const SessionPtr& session) {
  session->socket.async_wait(udp::socket::wait_read,
                             [self = shared_from_this(), session](const boost::system::error_code& error) {
                               if (error || self->stopped_) return;
                               for (int i = 0; i < datagrams_a_turn && !session->transfer.ended(); ++i) {
                                 const auto datagram = try_receive(session->socket, self->buffer_);
                                 if (!datagram) break;
                                 self->on_answer(session, *datagram);
                               }
                               if (!session->transfer.ended()) self->wait_answer(session);
                             });
}

// ---- requests to port 69

void Server::Core::on_request(const Datagram& datagram) {
  // A reply to port 0, to a broadcast or to ourselves would never end well.
  if (datagram.from.port == 0 || datagram.from.address.is_unspecified() ||
      datagram.from.address == Ipv4Address::broadcast())
    return;
  const Result<Message> message = decode(datagram.bytes);
  if (!message) {
    // Only what looks like a request is answered: a stray DATA or a garbage packet may be part of a loop or of an
    // attack.
    const bool request =
        datagram.bytes.size() >= 2 && datagram.bytes[0] == 0 && (datagram.bytes[1] == 1 || datagram.bytes[1] == 2);
    if (request) refuse(datagram, ErrorCode::illegal_operation, message.error().message);
    return;
  }
  if (std::holds_alternative<WriteRequest>(*message))
    return refuse(datagram, ErrorCode::access_violation, "this server only sends boot loaders");
  if (const auto* request = std::get_if<ReadRequest>(&*message)) on_read_request(datagram, *request);
}

void Server::Core::on_read_request(const Datagram& datagram, const ReadRequest& request) {
  if (repeats_known(datagram.from, request)) return;
  if (request.mode != "octet" && request.mode != "netascii") {
    return refuse(datagram, ErrorCode::illegal_operation,
                  fmt::format("the mode \"{}\" is not offered; ask for octet", printable(request.mode)));
  }
  const auto name = find_loader_name(loaders_, request.file);
  if (!name) {
    const std::string asked = printable(clean_name(request.file));
    return refuse_loader(datagram, asked, ErrorCode::file_not_found,
                         fmt::format("this server has no boot loader named \"{}\"", asked));
  }
  auto content = files_.require(*loaders_.find(*name), request.mode == "netascii");
  if (!content) {
    log::error("LOADER_UNREADABLE", {{"file", *name}, {"why", content.error().message}});
    return refuse_loader(datagram, *name, ErrorCode::not_defined, fmt::format("the server cannot read {}", *name));
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
bool Server::Core::make_room(Ipv4Address address) {
  std::size_t same = 0;
  for (const auto& [client, session] : sessions_) same += client.address == address;
  const bool own_full = same >= settings_.max_transfers_per_address;
  if (!own_full && sessions_.size() < settings_.max_transfers) return true;
  SessionPtr oldest;
  for (const auto& [client, session] : sessions_) {
    if (session->transfer.proven() || (own_full && client.address != address)) continue;
    if (!oldest || session->began < oldest->began) oldest = session;
  }
  if (!oldest) return false;
  oldest->asked_again = true;
  (void)oldest->transfer.on_error();
  finish(oldest, Transfer::Outcome::unanswered, {});
  return true;
}

void Server::Core::refuse(const Datagram& datagram, ErrorCode code, const std::string& text) {
  try_send(*socket_, datagram.from, encode_error(code, text));
  // One line a second is enough to see a flood; more would be the flood's second victim.
  if (clock_.now() - last_refusal_logged_ < std::chrono::seconds{1}) return;
  last_refusal_logged_ = clock_.now();
  log::info("TFTP_REFUSED", {{"address", datagram.from.address.to_string()}, {"why", text}});
}

void Server::Core::refuse_loader(const Datagram& datagram, const std::string& file, ErrorCode code,
                                 const std::string& text) {
  try_send(*socket_, datagram.from, encode_error(code, text));
  // Each is kept and shown; names made up by a flood must not push out what the machines did.
  if (!unknown_names_.try_take(clock_.now())) return;
  const Subject subject{datagram.from.address, addresses_.find(datagram.from.address), file, 0};
  events_.publish(report_failed(subject, 0, 0, text));
}

void Server::Core::begin(const Datagram& datagram, const ReadRequest& request, std::string file,
                         LoaderFiles::Content content) {
  const Ipv4Address local = settings_.address.is_unspecified() ? datagram.local : settings_.address;
  const Terms terms = negotiate(request, content->size(), settings_.limits);
  SessionPtr session;
  try {
    udp::socket socket = open_socket(executor_, {local, 0}, settings_.interface);
    session = std::make_shared<Session>(std::move(socket), datagram.from, request, std::move(content), terms);
  } catch (const boost::system::system_error& error) {
    log::error("TFTP_NO_SOCKET", {{"address", datagram.from.address.to_string()}, {"why", error.what()}});
    return;
  }
  session->subject = {datagram.from.address, addresses_.find(datagram.from.address), std::move(file),
                      session->content->size()};
  session->began = clock_.now();
  sessions_[datagram.from] = session;
  perform(session, session->transfer.start(session->began));
  wait_answer(session);
  arm_timer();
}

// ---- answers to a download's own port

void Server::Core::on_answer(const SessionPtr& session, const Datagram& datagram) {
  const Result<Message> message = decode(datagram.bytes);
  const auto* error = message ? std::get_if<ErrorMessage>(&*message) : nullptr;
  if (datagram.from != session->client) {
    // RFC 1350 section 4: the stranger is told, the download goes on. An error is never answered by an error.
    if (message && !error)
      try_send(session->socket, datagram.from,
               encode_error(ErrorCode::unknown_transfer_id, "this port serves another client"));
    return;
  }
  if (!message) return;
  if (error)
    return perform(session, session->transfer.on_error(),
                   error->text.empty() ? fmt::format("error {}", static_cast<int>(error->code)) : error->text);
  if (const auto* ack = std::get_if<Ack>(&*message))
    perform(session, session->transfer.on_ack(ack->block, clock_.now()));
}

void Server::Core::perform(const SessionPtr& session, const Transfer::Actions& actions, std::string_view client_error) {
  if (session->transfer.proven() && !session->announced) {
    session->announced = true;
    events_.publish(report_start(session->subject, session->transfer.terms()));
  }
  if (actions.send_option_ack)
    try_send(session->socket, session->client, encode_option_ack(session->transfer.terms().accepted));
  if (actions.block_count > 0) {
    WindowSender window(session->socket, session->client);
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
      events_.publish(report_failed(subject, transfer.bytes_acknowledged(), transfer.percent(),
                                    fmt::format("the machine ended it: {}", printable(client_error))));
      break;
    case Transfer::Outcome::unanswered:
      // Some ROMs take the size from the OACK and go, without a word, to ask again.
      if (session->asked_again && !transfer.proven()) break;
      events_.publish(report_failed(subject, transfer.bytes_acknowledged(), transfer.percent(),
                                    "the machine fell silent; look for a firewall that stops UDP, or a cable"));
      break;
    case Transfer::Outcome::probe:
      log::debug("TFTP_SIZE_ASKED", {{"address", subject.address.to_string()}, {"file", subject.file}});
      break;
  }
  boost::system::error_code ignored;
  session->socket.close(ignored);
  const auto at = sessions_.find(session->client);
  if (at != sessions_.end() && at->second == session) sessions_.erase(at);
}

void Server::Core::arm_timer() {
  if (timer_armed_ || sessions_.empty() || stopped_) return;
  timer_armed_ = true;
  timer_.expires_after(tick);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    self->timer_armed_ = false;
    if (!error && !self->stopped_) self->on_timer();
  });
}

void Server::Core::on_timer() {
  const SteadyTime now = clock_.now();
  std::vector<SessionPtr> due;
  for (const auto& [client, session] : sessions_) {
    if (session->transfer.deadline() <= now) due.push_back(session);
  }
  for (const SessionPtr& session : due) perform(session, session->transfer.on_tick(now));
  arm_timer();
}

Server::Server(asio::io_context& context, Settings settings, const boot::LoaderCatalog& loaders, boot::EventBus& events,
               const boot::AddressBook& addresses, const Clock& clock)
    : core_(std::make_shared<Core>(context, std::move(settings), loaders, events, addresses, clock)),
      executor_(context.get_executor()) {}

Server::~Server() { stop(); }
void Server::open() { core_->open(); }
void Server::start() {
  asio::dispatch(executor_, [core = core_] { core->start(); });
}
void Server::stop() {
  asio::dispatch(executor_, [core = core_] { core->stop(); });
}
std::uint16_t Server::port() const { return core_->port(); }

}  // namespace bootferry::tftp
