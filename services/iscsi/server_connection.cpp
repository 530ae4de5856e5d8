// SPDX-License-Identifier: Apache-2.0
#include "iscsi/server_connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/post.hpp>

#include "base/log.hpp"

namespace bootferry::iscsi {
namespace asio = boost::asio;
namespace {

constexpr std::size_t scratch_size = 256u << 10;
constexpr std::size_t large_direct = 32u << 10;
constexpr std::size_t behind_direct = 2048;
constexpr std::size_t flush_at = 256u << 10;    // bytes waiting that make a send worth its call before the round ends
constexpr std::size_t congested_at = 4u << 20;  // an initiator that does not read gets no more work done
constexpr int rounds_per_wake = 4;              // then other connections of the loop have their turn
constexpr std::size_t spare_batches_kept = 8;

void set_option(int fd, int level, int name, int value) { (void)::setsockopt(fd, level, name, &value, sizeof value); }

void set_socket_options(int fd) {
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  // A BIOS machine answers the network only inside its disk calls, so it may be silent for minutes and still live.
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 30);
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 10);
  set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (60 + 30 * 10) * 1000);
}

}  // namespace

Connection::Connection(std::shared_ptr<Server::Core> core, Socket socket, LoopPool::Seat seat, std::size_t lane)
    : core_(std::move(core)), socket_(std::move(socket)), seat_(std::move(seat)), lane_(lane) {}

void Connection::enroll(std::string address) {
  address_ = std::move(address);
  id_ = core_->table.add(weak_from_this(), meter_, address_);
}

void Connection::start() {
  if (ended_) return;
  if (core_->stopping) return end("the server stops");
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  set_socket_options(socket_.native_handle());
  SessionSettings settings;
  settings.window = core_->settings.window;
  settings.budget = core_->budget;
  settings.login_limit = core_->settings.login_limit;
  settings.keepalive = core_->settings.keepalive;
  session_ = std::make_unique<Session>(std::move(settings), core_->buffers, make_authenticator(), core_->clock.now());
  reader_.set_limits(session_->limits());
  core_->join(lane_, *this);
  wait_readable();
}

void Connection::wait_readable() {
  if (ended_ || closing_ || waits_readable_ || congested()) return;
  waits_readable_ = true;
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](const boost::system::error_code& error) {
    self->waits_readable_ = false;
    if (!error && !self->ended_) self->on_readable();
  });
}

void Connection::on_readable() {
  for (int round = 0; round < rounds_per_wake && receive_once(); ++round) {
  }
  if (ended_) return;
  dispatch_jobs();
  flush();
  if (ended_) return;
  acknowledge_now();
  wait_readable();
}

/// iPXE keeps one segment in flight: a delayed acknowledgement would cost it 40 ms. Only where the initiator may have
/// to send more before it hears from us: an answer carries the acknowledgement itself, and a disk job brings one.
void Connection::acknowledge_now() {
  const bool answer_comes = reader_.between_pdus() && (acknowledged_ || jobs_in_pool_ != 0);
  if (!answer_comes) set_option(socket_.native_handle(), IPPROTO_TCP, TCP_QUICKACK, 1);
}

/// false: nothing more is to be read now.
bool Connection::receive_once() {
  if (ended_ || closing_ || congested()) return false;
  Bytes& scratch = core_->lanes[lane_].scratch;
  if (scratch.empty()) scratch.resize(scratch_size);
  const MutableByteView direct = reader_.direct_space();
  // Behind a large direct space only the next header is let in: data that follows it goes straight to its own place.
  const std::size_t extra = direct.size() >= large_direct ? behind_direct : scratch.size();
  iovec pieces[2] = {{direct.data(), direct.size()}, {scratch.data(), extra}};
  msghdr message{};
  message.msg_iov = direct.empty() ? pieces + 1 : pieces;
  message.msg_iovlen = direct.empty() ? 1 : 2;
  const ssize_t count = ::recvmsg(socket_.native_handle(), &message, MSG_DONTWAIT);
  if (count < 0) {
    if (errno != EAGAIN && errno != EINTR) end("the connection broke");
    return false;
  }
  if (count == 0) {  // iPXE ends so, without a logout, and comes again at once
    end("the initiator closed the connection");
    return false;
  }
  now_ = core_->clock.now();
  acknowledged_ = false;
  const auto received = static_cast<std::size_t>(count);
  const std::size_t straight = std::min(received, direct.size());
  reader_.on_direct(straight);
  if (!process(ByteView(scratch).first(received - straight))) return false;
  return received == direct.size() + extra;
}

bool Connection::process(ByteView input) {
  for (;;) {
    const auto progress = reader_.feed(input);
    if (!progress) {
      end(progress.error().message);
      return false;
    }
    if (*progress == PduReader::Progress::need_more) return true;
    if (*progress == PduReader::Progress::header) {
      reader_.set_destination(session_->destination_for(reader_.bhs()));
      continue;
    }
    session_->on_pdu(reader_.pdu(), actions_);
    run_actions();
    if (ended_ || closing_) return false;
    reader_.set_limits(session_->limits());
    if (session_->queued_bytes() >= flush_at) flush();
    if (ended_) return false;
  }
}

bool Connection::congested() const {
  return session_->queued_bytes() + (batch_ ? batch_->bytes : 0) >= congested_at || session_->queued_pdus() >= 4096;
}

void Connection::schedule_flush() {
  if (flush_scheduled_ || ended_) return;
  flush_scheduled_ = true;
  asio::post(socket_.get_executor(), [self = shared_from_this()] {  // behind what is ready now: one send for all of it
    self->flush_scheduled_ = false;
    if (self->ended_) return;
    self->dispatch_jobs();
    self->flush();
    if (!self->ended_) self->wait_readable();
  });
}

void Connection::flush() {
  if (ended_) return;
  if (closing_ && jobs_in_pool_ == 0) end_nexus();
  note_latencies();
  meter_->set_depth(session_->open_commands());
  if (waits_writable_) return;
  auto& spares = core_->lanes[lane_].spare_batches;
  for (;;) {
    if (!batch_ || batch_->empty()) {
      if (!session_->has_output()) {
        start_parked();
        if (!session_->has_output()) break;
      }
      if (!batch_) {
        if (spares.empty()) spares.push_back(std::make_unique<SendBatch>());
        batch_ = std::move(spares.back());
        spares.pop_back();
      }
      session_->fill(*batch_);
    }
    if (!send_batch()) return;
  }
  if (batch_) {
    batch_->clear();
    if (spares.size() < spare_batches_kept) spares.push_back(std::move(batch_));
    batch_.reset();
  }
  if (closing_ && jobs_in_pool_ == 0) end(end_reason_);
}

/// All of it in one gathered send; false: the socket is full, or gone.
bool Connection::send_batch() {
  std::array<iovec, SendBatch::max_frames * 3 + 16> pieces;
  std::size_t used = 0;
  std::size_t skip = batch_->next_sent;
  const auto add = [&](const std::uint8_t* data, std::size_t size) {
    if (skip >= size) {
      skip -= size;
      return;
    }
    pieces[used++] = {const_cast<std::uint8_t*>(data) + skip, size - skip};
    skip = 0;
  };
  for (std::size_t i = batch_->next;
       i < batch_->frames.size() && used + 3 <= std::min<std::size_t>(pieces.size(), 1024); ++i) {
    const Frame& frame = batch_->frames[i];
    add(frame.head.data(), frame.head_size);
    add(frame.data.data(), frame.data.size());
    add(frame.tail.data(), frame.tail_size);
  }
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = used;
  const ssize_t count = ::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count < 0) {
    if (errno == EINTR) return true;
    if (errno == EAGAIN)
      wait_writable();
    else
      end("the connection broke");
    return false;
  }
  batch_->on_sent(static_cast<std::size_t>(count));
  acknowledged_ = true;
  return true;
}

void Connection::wait_writable() {
  waits_writable_ = true;
  socket_.async_wait(Socket::wait_write, [self = shared_from_this()](const boost::system::error_code& error) {
    self->waits_writable_ = false;
    if (error || self->ended_) return;
    self->session_->on_progress();
    self->flush();
    if (self->ended_) return;
    self->dispatch_jobs();
    self->wait_readable();
  });
}

void Connection::set_deadline(Duration after) { deadline_ = core_->clock.now() + after; }

void Connection::tick(SteadyTime now) {
  if (ended_) return;
  if (deadline_ && now >= *deadline_) {
    on_deadline();
    if (ended_) return;
  }
  session_->on_tick(now, actions_);
  run_actions();
  if (!ended_) flush();
  if (!ended_ && session_->idle() && !released_) release_idle();
}

void Connection::on_deadline() {
  if (closing_ || !logout_asked_) return end(end_reason_);
  session_->announce_drop();
  closing_ = true;
  set_deadline(std::chrono::seconds(1));
}

void Connection::release_idle() {
  released_ = true;
  if (jobs_in_pool_ == 0) std::vector<Running>().swap(running_);
  std::vector<PoolJob>().swap(new_jobs_);
  std::vector<StartCommand>().swap(parked_);
  Actions().swap(actions_);
  reader_.release_idle();
}

void Connection::ask_close(std::string reason) {
  asio::post(socket_.get_executor(),
             [self = shared_from_this(), why = std::move(reason)]() mutable { self->end(std::move(why)); });
}

void Connection::ask_logout(std::uint16_t seconds, std::string reason) {
  asio::post(socket_.get_executor(), [self = shared_from_this(), seconds, why = std::move(reason)]() mutable {
    self->start_logout(seconds, std::move(why));
  });
}

void Connection::start_logout(std::uint16_t seconds, std::string reason) {
  if (ended_ || logout_asked_ || closing_) return;
  if (!session_) return end(std::move(reason));
  logout_asked_ = true;
  end_reason_ = std::move(reason);
  session_->request_logout(seconds);
  set_deadline(std::chrono::seconds(seconds));
  schedule_flush();
}

void Connection::ask_check_right() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] { self->check_right(); });
}

void Connection::ask_abort_all(bool tasks_only, std::shared_ptr<void> done) {
  asio::post(socket_.get_executor(), [self = shared_from_this(), tasks_only, done = std::move(done)]() mutable {
    if (self->ended_ || !self->session_) {
      if (self->jobs_in_pool_ != 0) self->waiting_resets_.push_back(std::move(done));
      return;
    }
    const bool has_commands = self->session_->open_commands() != 0;
    if (tasks_only && has_commands && self->opened_.unit) self->opened_.unit->on_commands_cleared(self->nexus_);
    self->session_->on_foreign_reset(self->actions_, std::move(done));
    self->run_actions();
    self->schedule_flush();
  });
}

void Connection::end(std::string reason) {
  if (ended_) return;
  ended_ = true;
  end_reason_ = std::move(reason);
  boost::system::error_code ignored;
  core_->leave(lane_, *this);
  socket_.close(ignored);
  parked_.clear();
  new_jobs_.clear();
  if (jobs_in_pool_ == 0) finish_ending();
}

/// Its reservations and locks go before the initiator can hear that the session is over: whoever comes next, from this
/// machine or another, may come at once.
void Connection::end_nexus() {
  if (!nexus_began_ || nexus_ended_) return;
  nexus_ended_ = true;
  parked_.clear();
  for (Running& running : running_) running.task.reset();
  opened_.unit->on_nexus_end(nexus_);
}

/// Nothing of this connection is on the disk any more.
void Connection::finish_ending() {
  for (Running& running : running_) running.task.reset();
  waiting_resets_.clear();
  if (session_) session_->release_resets();
  if (nexus_began_) {
    end_nexus();
    boot::SessionView totals;
    meter_->report(totals, core_->clock.now());
    publish(boot::EventKind::session_closed, "let go of its disk: " + end_reason_,
            {{"why", end_reason_},
             {"bytes_read", std::to_string(totals.traffic.bytes_read.value)},
             {"bytes_written", std::to_string(totals.traffic.bytes_written.value)}});
  }
  log::info("ISCSI_CLOSED", {{"session", std::to_string(id_)}, {"peer", address_}, {"why", end_reason_}});
  // Flushing and closing files may block. The table hears of it last: who waits there may open the image then.
  auto release = [core = core_, id = id_, opened = std::move(opened_), flush = wrote_]() mutable {
    if (flush && opened.unit) {
      const auto flushed = opened.unit->device().flush();
      if (!flushed) log::error("ISCSI_FLUSH_FAILED", {{"image", opened.image}, {"why", flushed.error().message}});
    }
    opened = {};
    core->table.remove(id);
  };
  core_->disk_pool.post(std::move(release));
}

}  // namespace bootferry::iscsi
