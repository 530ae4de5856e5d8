// SPDX-License-Identifier: Apache-2.0
// One download as a pure machine: told of ACKs, errors and time, it says which blocks to send and when it is over (RFC
// 1350 section 6, window RFC 7440). Called by server on its thread, one for each transfer; never touches a socket or a
// clock.
//
// A repeated ACK makes no new DATA (the Sorcerer's Apprentice), save once per window when the client says by it that it
// missed a block and no better ACK follows within a moment. Until the address has proven itself by an ACK, only the
// first packet is sent, and only a few times.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "tftp/negotiation.hpp"

namespace bootferry::tftp {

class Transfer {
 public:
  enum class Outcome {
    done,     ///< all is acknowledged, or the last window was sent and the client fell silent: many ROMs jump into the
              ///< loader unacked
    probe,    ///< the client only wanted to know the size: it ended right after the OACK
    refused,  ///< the client sent an error
    unanswered,  ///< no ACK in time
  };
  /// What to do now, in this order.
  struct Actions {
    bool send_option_ack = false;
    std::uint64_t first_block = 0;  ///< send `block_count` blocks from here; the first of a file is 1
    std::size_t block_count = 0;
    std::optional<Outcome> finish{};
  };
  static constexpr int max_tries = 7;  ///< sendings of one window
  static constexpr int max_unproven_tries =
      3;  ///< sendings to an address that has not answered: it may be somebody else's

  /// `content` outlives the transfer.
  Transfer(ByteView content, Terms terms);

  [[nodiscard]] Actions start(SteadyTime now);
  [[nodiscard]] Actions on_ack(std::uint16_t block, SteadyTime now);
  [[nodiscard]] Actions on_error();
  /// Does nothing before deadline().
  [[nodiscard]] Actions on_tick(SteadyTime now);
  /// The same request came again: the first packet, if it may still have been lost.
  [[nodiscard]] Actions on_repeated_request(SteadyTime now);

  [[nodiscard]] SteadyTime deadline() const { return deadline_; }
  [[nodiscard]] const Terms& terms() const { return terms_; }
  [[nodiscard]] ByteView block(std::uint64_t number) const;
  [[nodiscard]] std::uint64_t last_block() const {
    return content_.size() / terms_.block_size + 1;
  }  ///< the short one that ends the file
  [[nodiscard]] bool proven() const { return proven_; }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] std::uint64_t blocks_acknowledged() const { return acked_; }
  [[nodiscard]] std::uint64_t bytes_acknowledged() const;
  [[nodiscard]] int percent() const;
  [[nodiscard]] std::uint64_t repeats() const { return repeats_; }  ///< windows sent more than once

 private:
  [[nodiscard]] Actions send_window(SteadyTime now);
  [[nodiscard]] Actions repeat(SteadyTime now);
  [[nodiscard]] Actions end(Outcome outcome);
  void expect_gap(SteadyTime now);
  void arm(SteadyTime now);

  ByteView content_;
  Terms terms_;
  std::uint64_t acked_ = 0;  ///< blocks the client has; block numbers here do not wrap, on the wire they do
  std::uint64_t sent_ = 0;   ///< the last block sent
  std::optional<std::uint64_t> gap_answered_;  ///< the value of acked_ whose repeated ACK was already answered
  bool gap_expected_ = false;                  ///< at the deadline the blocks behind acked_ are sent again
  bool proven_ = false;
  bool ended_ = false;
  int tries_ = 1;
  std::uint64_t repeats_ = 0;
  SteadyTime deadline_{};
};

}  // namespace bootferry::tftp
