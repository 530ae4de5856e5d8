// SPDX-License-Identifier: Apache-2.0
#include "tftp/transfer.hpp"

#include <algorithm>

namespace bootferry::tftp {
namespace {

/// The first wait for an ACK, doubled at each repeat. Short once the client answers: on a wire that loses 5% a whole
/// second per loss makes a minute of a boot.
constexpr std::chrono::milliseconds first_wait{200};
constexpr std::chrono::milliseconds first_unproven_wait{1000};
constexpr std::chrono::milliseconds longest_wait{8000};  ///< the backoff's ceiling, unless the client asked for more
/// An ACK below the window's end may tell of a lost block, or be a copy, or be overtaken by the ACK of the whole
/// window: after so long it is a loss.
constexpr std::chrono::milliseconds gap_wait{20};

}  // namespace

Transfer::Transfer(ByteView content, Terms terms) : content_(content), terms_(std::move(terms)) {}

Transfer::Actions Transfer::start(SteadyTime now) {
  tries_ = 1;
  if (terms_.accepted.empty()) return send_window(now);
  arm(now);
  return {.send_option_ack = true};
}

Transfer::Actions Transfer::on_ack(std::uint16_t block, SteadyTime now) {
  if (ended_) return {};
  // Only blocks on their way can be acknowledged; the difference is right across the wrap of the 16-bit number.
  const auto news = static_cast<std::uint16_t>(block - static_cast<std::uint16_t>(acked_));
  if (news > sent_ - acked_) return {};
  const bool first_answer = !proven_ && (news > 0 || sent_ == 0);
  if (news == 0 && !first_answer) {
    // With a window of one, a repeated ACK says nothing. With more, it may say that the block behind it was lost.
    const bool may_be_a_gap = terms_.window > 1 && sent_ > acked_ && gap_answered_ != acked_;
    if (may_be_a_gap) expect_gap(now);
    return {};
  }
  proven_ = true;
  acked_ += news;
  tries_ = 1;
  if (acked_ == last_block()) return end(Outcome::done);
  if (acked_ == sent_) return send_window(now);
  expect_gap(now);
  return {};
}

Transfer::Actions Transfer::on_error() {
  if (ended_) return {};
  // Right after the OACK the client has what it asked for: the size (OVMF, iPXE and many ROMs do so before each load).
  return end(sent_ == 0 ? Outcome::probe : Outcome::refused);
}

Transfer::Actions Transfer::on_tick(SteadyTime now) {
  if (ended_ || now < deadline_) return {};
  if (gap_expected_) return repeat(now);
  if (tries_ < (proven_ ? max_tries : max_unproven_tries)) {
    ++tries_;
    gap_answered_.reset();
    return repeat(now);
  }
  if (proven_ && sent_ == last_block()) return end(Outcome::done);
  return end(Outcome::unanswered);
}

Transfer::Actions Transfer::on_repeated_request(SteadyTime now) {
  if (ended_ || proven_ || tries_ >= max_unproven_tries) return {};
  ++tries_;
  return repeat(now);
}

ByteView Transfer::block(std::uint64_t number) const {
  const std::uint64_t offset = (number - 1) * terms_.block_size;
  return content_.subspan(offset, std::min<std::uint64_t>(terms_.block_size, content_.size() - offset));
}

std::uint64_t Transfer::bytes_acknowledged() const {
  return std::min<std::uint64_t>(acked_ * terms_.block_size, content_.size());
}

int Transfer::percent() const {
  if (content_.empty()) return acked_ > 0 ? 100 : 0;
  return static_cast<int>(bytes_acknowledged() * 100 / content_.size());
}

Transfer::Actions Transfer::send_window(SteadyTime now) {
  sent_ = std::min(acked_ + terms_.window, last_block());
  gap_expected_ = false;
  arm(now);
  return {.first_block = acked_ + 1, .block_count = static_cast<std::size_t>(sent_ - acked_)};
}

Transfer::Actions Transfer::repeat(SteadyTime now) {
  ++repeats_;
  if (sent_ > acked_) return send_window(now);
  arm(now);
  return {.send_option_ack = true};
}

void Transfer::expect_gap(SteadyTime now) {
  gap_expected_ = true;
  gap_answered_ = acked_;
  deadline_ = now + gap_wait;
}

Transfer::Actions Transfer::end(Outcome outcome) {
  ended_ = true;
  return {.finish = outcome};
}

void Transfer::arm(SteadyTime now) {
  const std::chrono::milliseconds asked = terms_.timeout;
  const std::chrono::milliseconds base = asked.count() > 0 ? asked : proven_ ? first_wait : first_unproven_wait;
  deadline_ = now + std::min(base * (1 << (tries_ - 1)), std::max(longest_wait, asked));
}

}  // namespace bootferry::tftp
