// SPDX-License-Identifier: Apache-2.0
// The operational keys of a session (RFC 7143 section 13): what was agreed, and how each offered key is answered.
// Used by login and text negotiation; pure.
#pragma once

#include "iscsi/codec/key_values.hpp"

namespace bootferry::iscsi {

/// Defaults are the RFC's, which hold until a key is negotiated.
struct Parameters {
  bool header_digest = false;
  bool data_digest = false;
  bool initial_r2t = true;
  bool immediate_data = true;
  std::uint32_t initiator_max_data_segment = 8192;  ///< what we may send in one PDU
  std::uint32_t max_burst = 262144;
  std::uint32_t first_burst = 65536;
  std::uint32_t max_outstanding_r2t = 1;
  std::uint16_t time2wait = 2;
  std::uint16_t time2retain = 20;
  friend bool operator==(const Parameters&, const Parameters&) = default;
};

/// What this target is ready for.
struct Offer {
  std::uint32_t max_data_segment = 262144;  ///< MaxRecvDataSegmentLength that we declare
  std::uint32_t max_burst = 16776192;       ///< the largest multiple of 512 that the key can say
  std::uint32_t first_burst = 262144;
  std::uint32_t max_outstanding_r2t = 16;
};

/// Which operational keys a login has negotiated: none may come twice (RFC 7143 6.3); of AuthMethod and CHAP keys the
/// authenticator sees to that. Who he is and what he wants, an initiator may say again at each stage, as some do.
class NegotiatedKeys {
 public:
  /// false: it was there before.
  [[nodiscard]] bool note(std::string_view key);

 private:
  std::uint32_t seen_ = 0;  ///< a bit each
};

/// Answers one key of the operational stage and keeps what was agreed. Declarations get no answer; an unknown key gets
/// NotUnderstood (RFC 7143 6.2). Nothing that is added here asks the initiator for an answer.
void answer_operational_key(const KeyValue& pair, const Offer& offer, Parameters& parameters, KeyValueText& reply);

}  // namespace bootferry::iscsi
