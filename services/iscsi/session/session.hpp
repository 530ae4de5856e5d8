// SPDX-License-Identifier: Apache-2.0
// The iSCSI session of one connection (RFC 7143, error recovery level 0, one connection a session): PDUs, answers and
// time go in; actions and frames come out. Owned by the shell's connection, on its loop; knows neither sockets nor
// SCSI.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "iscsi/codec/pdu_reader.hpp"
#include "iscsi/session/actions.hpp"
#include "iscsi/session/command_budget.hpp"
#include "iscsi/session/command_window.hpp"
#include "iscsi/session/keepalive.hpp"
#include "iscsi/session/login.hpp"
#include "iscsi/session/output_queue.hpp"

namespace bootferry::iscsi {

struct SessionSettings {
  Offer offer;
  std::uint32_t window = 128;                  ///< commands at once, at most
  std::shared_ptr<CommandBudget> budget = {};  ///< shared with other sessions; may be none
  std::size_t write_budget = 16u << 20;        ///< Data-Out bytes solicited and not yet written
  Duration login_limit = std::chrono::seconds(15);
  KeepaliveLimits keepalive;
};

/// A command's end, as the device server said it.
struct CommandAnswer {
  std::uint8_t status = 0;  ///< SAM-5
  Bytes sense;
  ByteView data;  ///< Data-In, already cut to the allocation length
  Buffer owner;   ///< of `data`
};

class Session {
 public:
  Session(SessionSettings settings, std::shared_ptr<BufferPool> pool, std::unique_ptr<Authenticator> authenticator,
          SteadyTime now);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  enum class Phase { login, full_feature, closing };
  [[nodiscard]] Phase phase() const { return phase_; }
  [[nodiscard]] const Login& login() const { return login_; }
  [[nodiscard]] bool discovery() const { return login_.discovery(); }
  [[nodiscard]] const Parameters& parameters() const { return parameters_; }
  /// What the reader must hold the next PDU to.
  [[nodiscard]] PduLimits limits() const;

  /// A place for the data of the PDU whose header came, when it is known; else empty.
  [[nodiscard]] MutableByteView destination_for(const Bhs& bhs);
  void on_pdu(const ReceivedPdu& pdu, Actions& actions);
  void on_target_opened(std::uint16_t tsih, Actions& actions);
  void on_target_refused(LoginStatus status, Actions& actions);
  /// `portals`: "10.0.0.1:3260,1" (RFC 7143 13.8), the one that this connection came by first.
  void on_targets(const std::vector<std::string>& names, const std::vector<std::string>& portals, Actions& actions);
  void on_need_data(CommandId id, std::uint32_t length, Actions& actions);
  void on_answer(CommandId id, CommandAnswer answer, Actions& actions);
  void on_command_gone(CommandId id, Actions& actions);
  void on_reset_done(Actions& actions);
  /// Once a second or so; may leave output.
  void on_tick(SteadyTime now, Actions& actions);
  /// The initiator took bytes that waited for it: it lives.
  void on_progress() { keepalive_.on_heard(); }
  /// Asks the initiator to log out within `seconds` (RFC 7143 11.9); it may not listen.
  void request_logout(std::uint16_t seconds);
  /// It did not: the session will be dropped (RFC 7143 11.9.1, event 3). To be sent before the connection is closed.
  void announce_drop();
  /// Another session reset the unit: every command of this one ends without an answer. `done` is let go when none of
  /// them is left.
  void on_foreign_reset(Actions& actions, std::shared_ptr<void> done = {});
  /// The connection has ended and nothing of it is on the disk any more: nobody need wait for it.
  void release_resets() { foreign_resets_.clear(); }

  /// Moves what is ready to be sent into `batch`.
  void fill(SendBatch& batch);
  [[nodiscard]] bool has_output() const { return !output_.empty(); }
  [[nodiscard]] std::size_t queued_bytes() const { return output_.bytes(); }
  [[nodiscard]] std::size_t queued_pdus() const { return output_.pdus(); }
  [[nodiscard]] std::uint32_t open_commands() const { return open_; }
  /// No command for at least a tick, and nothing to say.
  [[nodiscard]] bool idle() const { return idle_; }

 private:
  struct Burst {  ///< an outstanding R2T
    std::uint32_t transfer_tag = 0, offset = 0, length = 0, received = 0, next_data_sn = 0;
  };
  struct Command {
    enum class State { free, running, collecting, gone };
    State state = State::free;
    std::uint32_t slot = 0, generation = 0;
    bool read = false, write = false, immediate = false;
    std::uint64_t lun = 0;
    std::uint32_t task_tag = 0, expected_length = 0;
    Buffer buffer;                  ///< Data-Out
    std::uint32_t needed = 0;       ///< what the device server asked for
    std::uint32_t wanted = 0;       ///< of it, what the initiator has
    std::uint32_t arrived = 0;      ///< contiguous from 0, as far as unsolicited data goes; then the sum
    std::uint32_t solicited = 0;    ///< end of what was asked for by R2T
    std::uint32_t charged = 0;      ///< of the write budget
    bool unsolicited_open = false;  ///< its unsolicited Data-Outs are not complete
    std::uint32_t unsolicited_data_sn = 0, r2t_sn = 0;
    std::vector<Burst> bursts;
    std::uint16_t failure = 0;          ///< ASC and ASCQ of RFC 7143 11.4.7.2; 0: none
    std::optional<CommandAnswer> held;  ///< waits for the end of the Data-Outs
  };
  struct HeldPdu {
    Bhs bhs{};
    Bytes ahs, data;
    bool aborted = false;  ///< only its number still counts
  };
  struct PendingManagement {
    std::uint32_t task_tag = 0;
    std::vector<CommandId> waits_for;
    std::optional<ResetUnit> reset;
    enum class Stage { own_commands, other_sessions, done } stage = Stage::own_commands;
  };
  struct ForeignReset {
    std::vector<CommandId> waits_for;
    std::shared_ptr<void> done;
  };

  // session.cpp
  void on_login_pdu(const ReceivedPdu& pdu, Actions& actions);
  void after_login_step(Login::Next next, Actions& actions);
  void on_numbered_pdu(const ReceivedPdu& pdu, Actions& actions);
  void dispatch(const ReceivedPdu& pdu, Actions& actions);
  void release_held(Actions& actions);
  void on_nop_out(const ReceivedPdu& pdu);
  void on_logout(const ReceivedPdu& pdu, Actions& actions);
  void reject(const Bhs& bhs, RejectReason reason);
  void close(Actions& actions, std::string reason, bool flush = true);
  [[nodiscard]] Buffer copy(ByteView bytes);
  [[nodiscard]] std::uint32_t take_transfer_tag();
  [[nodiscard]] std::uint32_t window_depth() const;
  void tell_window();
  void release_idle();
  // commands.cpp
  void on_scsi_command(const ReceivedPdu& pdu, Actions& actions);
  void send_answer(Command& command, const CommandAnswer& answer);
  void finish(Command& command);
  [[nodiscard]] Command* find(CommandId id);
  [[nodiscard]] Command* find_tag(std::uint32_t task_tag, bool gone_too = false);
  [[nodiscard]] static CommandId id_of(const Command& command) { return {command.slot, command.generation}; }
  [[nodiscard]] Command& new_command();
  // data_out.cpp
  void on_data_out(const ReceivedPdu& pdu, Actions& actions);
  void take_data(Command& command, std::uint32_t offset, ByteView data);
  void proceed(Command& command, Actions& actions);
  void solicit(Command& command);
  void solicit_waiting();
  void grow(Command& command, std::size_t size);
  // task_management.cpp
  void on_task_management(const ReceivedPdu& pdu, Actions& actions);
  void abort(Command& command, Actions& actions);
  [[nodiscard]] std::vector<CommandId> abort_all(Actions& actions);
  [[nodiscard]] bool abort_ahead(const TaskManagementRequest& request);
  void abort_all_ahead(const TaskManagementRequest& request);
  void complete_management(Actions& actions);
  // text.cpp
  void on_text(const ReceivedPdu& pdu, Actions& actions);
  void answer_text(const std::vector<std::string>& names, const std::vector<std::string>& portals);
  void send_text_part();

  const SessionSettings settings_;
  const std::shared_ptr<BufferPool> pool_;
  Phase phase_ = Phase::login;
  Login login_;
  Parameters parameters_;
  SteadyTime login_deadline_;
  bool login_seen_ = false, waits_for_target_ = false;
  CommandWindow window_;
  bool told_closed_ = false;  ///< the last PDU said that no command may come
  bool busy_ = false;         ///< entered in the budget
  bool idle_ = false;
  bool commands_came_ = false;  ///< since the last tick
  Keepalive keepalive_;
  std::uint32_t stat_sn_ = 1;
  OutputQueue output_;
  std::map<std::uint32_t, HeldPdu> held_;  ///< came ahead of their turn
  std::size_t held_bytes_ = 0;

  std::vector<std::unique_ptr<Command>> commands_;
  std::uint32_t first_generation_ = 0;  ///< of new slots
  std::vector<std::uint32_t> free_slots_;
  std::vector<std::uint32_t> busy_slots_;
  std::uint32_t open_ = 0;  ///< non-immediate commands that are being worked on
  std::uint32_t open_immediate_ = 0;
  std::uint32_t next_transfer_tag_ = 1;
  std::size_t solicited_bytes_ = 0;
  std::vector<CommandId> wait_for_budget_;  ///< oldest first
  Buffer incoming_;  ///< where destination_for sent the data that is being received; ours whatever its command does
  std::vector<PendingManagement> management_;
  std::vector<ForeignReset> foreign_resets_;

  struct Text {
    bool active = false;
    bool waits_for_targets = false;
    std::uint32_t task_tag = 0, transfer_tag = no_tag;
    Bytes collected, answer;
    std::size_t sent = 0;
    std::vector<KeyValue> keys;
  } text_;
};

}  // namespace bootferry::iscsi
