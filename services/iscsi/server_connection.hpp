// SPDX-License-Identifier: Apache-2.0
// One connection of the target: its socket, its session machine, its commands on their way through the device server.
// Lives on one loop; handlers and jobs keep it alive by shared_ptr, so that nothing ever touches freed memory.
// Callbacks rather than coroutines: the way of a command is hot, and a callback on a socket that is ready costs no
// frame.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "iscsi/server_core.hpp"

namespace bootferry::iscsi {

class Connection final : public SessionDoor, public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::ip::tcp::socket;

  Connection(std::shared_ptr<Server::Core> core, Socket socket, LoopPool::Seat seat, std::size_t lane);
  /// Enters the session table, so that it counts; on the acceptor's loop, before start().
  void enroll(std::string address);
  /// On its own loop, once.
  void start();

  void ask_close(std::string reason) override;
  void ask_logout(std::uint16_t seconds, std::string reason) override;
  void ask_abort_all(bool tasks_only, std::shared_ptr<void> done) override;
  void ask_check_right() override;

  /// On its loop, once a second or so.
  void tick(SteadyTime now);
  std::size_t place_in_lane = 0;  ///< Core's

 private:
  /// A command that the device server has in hand.
  struct Running {
    CommandId id;
    std::unique_ptr<scsi::Task> task;
    Buffer data;
    std::uint32_t length = 0;
    std::uint32_t received = 0;  ///< of Data-Out
    bool takes_data = false;     ///< the initiator does
    bool in_pool = false;
    bool forgotten = false;
    CommandClass direction = CommandClass::other;
    SteadyTime arrived{};
  };
  struct Answered {
    SteadyTime arrived{};
    CommandClass direction = CommandClass::other;
  };
  /// Owns all that the disk worker touches.
  struct PoolJob {
    CommandId id;
    scsi::DiskJob job;
    Buffer data;
    Result<void> result;
  };

  // server_connection.cpp: the socket
  void wait_readable();
  void on_readable();
  [[nodiscard]] bool receive_once();
  [[nodiscard]] bool process(ByteView input);
  void flush();
  [[nodiscard]] bool send_batch();
  void schedule_flush();
  void wait_writable();
  void acknowledge_now();
  void set_deadline(Duration after);
  void on_deadline();
  void start_logout(std::uint16_t seconds, std::string reason);
  void release_idle();
  void end(std::string reason);
  void end_nexus();
  void finish_ending();
  [[nodiscard]] bool congested() const;

  // server_login.cpp: who logs in
  void on_action(OpenTarget& action);
  void on_action(SessionBegan& action);
  void on_action(ListTargets& action);
  [[nodiscard]] std::unique_ptr<Authenticator> make_authenticator() const;
  [[nodiscard]] Visitor visitor() const;
  void check_right();
  void ask_directory(std::string target);
  void on_directory(std::expected<OpenedTarget, LoginRefusal> opened);
  void tell_refusal(LoginStatus status, std::string_view reason);
  using EventFields = std::vector<std::pair<std::string, std::string>>;
  void publish(boot::EventKind kind, std::string text, EventFields more = {});

  // server_commands.cpp: what it asks for
  void run_actions();
  void on_action(StartCommand& action);
  void on_action(DataArrived& action);
  void on_action(ForgetCommand& action);
  void on_action(ResetUnit& action);
  void on_action(CloseConnection& action);
  void start_command(const StartCommand& action);
  void start_parked();
  void on_step(Running& running, scsi::Step step);
  void wait_for(CommandId id, scsi::Completion& completion);
  [[nodiscard]] bool try_inline(Running& running, const scsi::DiskJob& job);
  void queue_job(Running& running, scsi::DiskJob job);
  void dispatch_jobs();
  void on_jobs_done(std::vector<PoolJob> jobs);
  void note_latencies();
  void answer(Running& running, scsi::Answer answer);
  void abort_then_answer(CommandId id, scsi::Answer answer);
  [[nodiscard]] Running& running_of(CommandId id);

  const std::shared_ptr<Server::Core> core_;
  Socket socket_;
  const LoopPool::Seat seat_;
  const std::size_t lane_;
  std::optional<SteadyTime> deadline_;  ///< of a logout or of the last bytes
  std::string address_;
  std::uint64_t id_ = 0;
  const std::shared_ptr<SessionMeter> meter_ = std::make_shared<SessionMeter>();
  SteadyTime now_{};  ///< when this round began; one look at the clock for all commands that came together

  PduReader reader_;
  std::unique_ptr<Session> session_;
  Actions actions_;
  bool running_actions_ = false;
  std::unique_ptr<SendBatch> batch_;
  bool waits_readable_ = false, waits_writable_ = false, flush_scheduled_ = false;
  bool acknowledged_ = false;  ///< something was sent since the last bytes came
  bool closing_ = false;       ///< ends when all is sent
  bool ended_ = false;
  bool logout_asked_ = false;
  bool released_ = false;  ///< it holds no memory that an idle one can do without
  std::string end_reason_;

  OpenedTarget opened_;
  scsi::Nexus nexus_;
  bool nexus_began_ = false;
  bool nexus_ended_ = false;
  bool wrote_ = false;
  std::vector<Running> running_;
  std::vector<Answered> answered_;                     ///< and not yet sent
  std::vector<StartCommand> parked_;                   ///< reads that wait until others have been sent; oldest first
  std::vector<std::shared_ptr<void>> waiting_resets_;  ///< of other sessions, for jobs that outlive this one
  std::vector<PoolJob> new_jobs_;                      ///< asked for in this round
  std::size_t jobs_in_pool_ = 0;
  std::size_t reading_bytes_ = 0;  ///< of read jobs that are out
};

}  // namespace bootferry::iscsi
