// SPDX-License-Identifier: Apache-2.0
// What a session still has to say: answers to pings first, then in order. StatSN and the command window are written
// when a PDU leaves, so that overtaking keeps the numbers in order; the Data-In PDUs of a read are cut when they leave
// (RFC 7143 11.7).
#pragma once

#include <optional>
#include <vector>

#include "iscsi/codec/pdu.hpp"
#include "iscsi/session/parameters.hpp"
#include "iscsi/session/send_batch.hpp"

namespace bootferry::iscsi {

enum class StatSn { advance, show, none };

/// A read's bytes on their way out.
struct DataInRun {
  std::uint64_t lun = 0;
  std::uint32_t task_tag = 0;
  ByteView data;  ///< not empty
  Buffer owner;
  bool with_status = false;  ///< GOOD rides in the last PDU
};

class OutputQueue {
 public:
  void push(const Bhs& bhs, StatSn numbering, ByteView data = {}, Buffer owner = {});
  void push_urgent(const Bhs& bhs, StatSn numbering, ByteView data = {}, Buffer owner = {});
  /// `digests` do not apply to it: login responses.
  void push_login(const Bhs& bhs, ByteView data, Buffer owner);
  void push_data_in(DataInRun run);

  /// Moves what fits into `batch`.
  void fill(SendBatch& batch, const Parameters& parameters, std::uint32_t& stat_sn, std::uint32_t exp_cmd_sn,
            std::uint32_t max_cmd_sn);
  /// Gives memory back; only when empty().
  void release();
  [[nodiscard]] bool empty() const { return head_ == items_.size() && urgent_.empty(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }  ///< of data that waits
  [[nodiscard]] std::size_t pdus() const { return items_.size() - head_ + urgent_.size(); }

 private:
  struct Item {
    Bhs bhs{};
    StatSn numbering = StatSn::advance;
    bool login = false;
    bool is_run = false;
    bool run_with_status = false;
    ByteView data;
    Buffer owner;
    std::uint32_t offset = 0, burst = 0, data_sn = 0;  ///< of a run
  };
  struct Numbers {
    std::uint32_t& stat_sn;
    std::uint32_t exp_cmd_sn, max_cmd_sn;
  };
  void emit(SendBatch& batch, Bhs& bhs, StatSn numbering, ByteView data, const Buffer& owner, bool login,
            const Parameters& parameters, Numbers numbers);
  [[nodiscard]] bool emit_run(Item& item, SendBatch& batch, const Parameters& parameters, Numbers numbers);

  std::vector<Item> items_;
  std::size_t head_ = 0;
  std::vector<Item> urgent_;
  std::size_t bytes_ = 0;
};

}  // namespace bootferry::iscsi
