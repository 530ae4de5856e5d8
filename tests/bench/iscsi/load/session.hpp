// SPDX-License-Identifier: Apache-2.0
// One iSCSI session of the load generator (RFC 7143), as lean as it can be, so that the target is what limits a run:
// data is looked at where it was received and never copied. Made and driven by main; one thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "iscsi/codec/digest.hpp"

namespace bootferry::bench {

struct SessionPlan {
  std::string host, target, initiator = "iqn.2026-11.test.bench:load", source;
  std::uint16_t port = 3260;
  std::uint8_t lun = 0;
  bool digests = false, write = false, random = false;
  std::uint32_t depth = 1, size = 4096;
  std::uint32_t segment = 262144;           ///< MaxRecvDataSegmentLength that we declare
  std::uint64_t begin = 0, end = 1u << 30;  ///< of the disk
};

struct Tally {
  bool counting = false;
  std::uint64_t commands = 0, bytes = 0;
  std::vector<std::uint32_t> microseconds_x16;  ///< a sixteenth each
};

class LoadSession {
 public:
  using Now = std::chrono::steady_clock;

  LoadSession(SessionPlan plan, std::uint32_t number, Tally& tally);
  ~LoadSession();
  LoadSession(const LoadSession&) = delete;
  LoadSession& operator=(const LoadSession&) = delete;

  /// Blocks; throws std::runtime_error. Afterwards unit attentions are gone and the socket does not block.
  void open();
  [[nodiscard]] int fd() const { return fd_; }
  /// Issues as many commands as the depth allows, unless `stop()` was called.
  void issue();
  void stop() { stopping_ = true; }
  [[nodiscard]] bool idle() const { return running_ == 0; }
  void on_readable();
  /// false: the socket is full.
  [[nodiscard]] bool flush();
  /// One read, blocking; for idle sessions.
  void read_once();
  void logout();

 private:
  struct Slot {
    std::uint64_t position = 0;
    Now::time_point issued;
    std::uint32_t length = 0, arrived = 0;
    bool busy = false, plain = false;
  };
  struct Piece {
    std::array<std::uint8_t, 52> head{};
    std::array<std::uint8_t, 8> tail{};
    std::size_t head_size = 48, tail_size = 0;
    ByteView data;
  };

  void dial();
  void login();
  void command(std::uint32_t slot, ByteView cdb, std::uint32_t length, bool read, bool write, std::uint64_t position);
  void transfer(std::uint32_t slot);
  void push(Piece& piece, ByteView data);
  void on_bytes(ByteView input);
  void on_header();
  void on_data(ByteView part);
  void on_pdu_end();
  void on_status(std::uint32_t slot, std::uint8_t status);
  void on_ready_to_transfer();
  void wait_idle();

  const SessionPlan plan_;
  const std::uint32_t number_;
  Tally& tally_;
  int fd_ = -1;
  bool logged_in_ = false, stopping_ = true, checking_ = true;
  std::uint32_t cmd_sn_ = 1, max_cmd_sn_ = 1, exp_stat_sn_ = 0;
  std::uint32_t target_segment_ = 8192, first_burst_ = 65536;
  bool immediate_data_ = true;
  std::uint8_t last_status_ = 0;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::uint32_t running_ = 0;
  std::uint64_t next_ = 0, random_;

  std::vector<Piece> out_;
  std::size_t out_next_ = 0, out_sent_ = 0;

  std::array<std::uint8_t, 52> head_{};
  std::size_t head_filled_ = 0;
  std::uint32_t data_length_ = 0, data_filled_ = 0, tail_size_ = 0, tail_filled_ = 0;
  std::array<std::uint8_t, 8> tail_{};
  iscsi::Crc32c data_crc_;
  Bytes text_;
};

}  // namespace bootferry::bench
