// SPDX-License-Identifier: Apache-2.0
// Cuts a byte stream into PDUs (RFC 7143 11.2): header first, then additional headers, data, padding and digests, all
// capped. Data can be read from the socket straight to where it belongs: after `header`, say where with
// set_destination(), then receive into direct_space(). One a connection, on its loop.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "iscsi/codec/pdu.hpp"

namespace bootferry::iscsi {

/// What the peer may send: agreed at login.
struct PduLimits {
  std::uint32_t max_data_segment = 8192;
  bool header_digest = false;
  bool data_digest = false;
  friend bool operator==(const PduLimits&, const PduLimits&) = default;
};

/// A whole PDU; the views live until the reader is fed again.
struct ReceivedPdu {
  const Bhs& bhs;
  ByteView ahs;
  ByteView data;
  bool data_digest_ok = true;
};

class PduReader {
 public:
  enum class Progress { need_more, header, pdu };

  void set_limits(const PduLimits& limits) { limits_ = limits; }
  /// Takes bytes from the front of `input` up to the next thing to tell. An error means that the stream cannot be
  /// followed further.
  [[nodiscard]] Result<Progress> feed(ByteView& input);

  /// Between `header` and `pdu`.
  [[nodiscard]] const Bhs& bhs() const { return bhs_; }
  /// `space` must be data_length_of(bhs()) bytes that outlive the PDU.
  void set_destination(MutableByteView space) { destination_ = space; }
  /// Where data that has not come yet belongs; empty when the next bytes are not data.
  [[nodiscard]] MutableByteView direct_space() const;
  void on_direct(std::size_t count) { filled_ += count; }

  /// After `pdu`.
  [[nodiscard]] ReceivedPdu pdu() const {
    return {bhs_, ByteView(head_).subspan(bhs_size, ahs_length_of(bhs_)), data_, data_digest_ok_};
  }
  /// Nothing of a next PDU has come yet.
  [[nodiscard]] bool between_pdus() const { return stage_ == Stage::header && head_filled_ == 0; }
  /// Gives memory back that only large PDUs need.
  void release_idle() {
    if (between_pdus()) Bytes().swap(own_);
  }

 private:
  enum class Stage { header, data };
  [[nodiscard]] Result<Progress> take_header(ByteView& input);
  [[nodiscard]] Progress take_data(ByteView& input);
  [[nodiscard]] Progress finish();

  static constexpr std::size_t max_head = bhs_size + std::size_t{255} * 4 + 4;
  PduLimits limits_;
  Stage stage_ = Stage::header;
  Bhs bhs_{};
  Bytes head_ = Bytes(bhs_size + 4);  ///< BHS, AHS, header digest
  std::size_t head_filled_ = 0;
  std::size_t head_size_ = bhs_size;
  MutableByteView destination_;
  Bytes own_;  ///< data that nobody gave a place for and that came in pieces
  std::size_t filled_ = 0;
  std::array<std::uint8_t, 8> tail_{};  ///< padding, data digest
  std::size_t tail_filled_ = 0;
  ByteView data_;
  bool data_digest_ok_ = true;
};

}  // namespace bootferry::iscsi
