// SPDX-License-Identifier: Apache-2.0
#include "iscsi/session/parameters.hpp"

#include <algorithm>

namespace bootferry::iscsi {
namespace {

constexpr std::uint64_t largest_length = (1u << 24) - 1;  // RFC 7143 13.12-13.14
constexpr std::string_view reject = "Reject";

/// The first of the initiator's list that we know (RFC 7143 6.2.1).
void answer_digest(const KeyValue& pair, bool& digest, KeyValueText& reply) {
  for (const std::string_view choice : parse_list(pair.value)) {
    if (choice != "None" && choice != "CRC32C") continue;
    digest = choice == "CRC32C";
    reply.add(pair.key, choice);
    return;
  }
  reply.add(pair.key, reject);
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (text == "Yes") return true;
  if (text == "No") return false;
  return std::nullopt;
}

std::string_view render_boolean(bool value) { return value ? "Yes" : "No"; }

void answer_boolean(const KeyValue& pair, bool& value, bool (*combine)(bool), KeyValueText& reply) {
  const auto offered = parse_boolean(pair.value);
  if (!offered) return reply.add(pair.key, reject);
  value = combine(*offered);
  reply.add(pair.key, render_boolean(value));
}

std::optional<std::uint32_t> parse_between(std::string_view text, std::uint64_t low, std::uint64_t high) {
  const auto number = parse_number(text);
  if (!number || *number < low || *number > high) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

/// Minimum of both sides.
template <class T>
void answer_minimum(const KeyValue& pair, std::uint64_t low, std::uint64_t high, std::uint32_t ours, T& value,
                    KeyValueText& reply) {
  const auto offered = parse_between(pair.value, low, high);
  if (!offered) return reply.add(pair.key, reject);
  value = static_cast<T>(std::min(*offered, ours));
  reply.add(pair.key, std::to_string(value));
}

bool is_declaration(std::string_view key) {
  return key == "InitiatorName" || key == "InitiatorAlias" || key == "TargetName" || key == "SessionType" ||
         key == "TargetAlias" || key == "TargetAddress" || key == "TargetPortalGroupTag";
}

constexpr std::string_view negotiated_once[] = {"HeaderDigest",
                                                "DataDigest",
                                                "MaxRecvDataSegmentLength",
                                                "InitialR2T",
                                                "ImmediateData",
                                                "MaxBurstLength",
                                                "FirstBurstLength",
                                                "MaxOutstandingR2T",
                                                "DefaultTime2Wait",
                                                "DefaultTime2Retain",
                                                "MaxConnections",
                                                "ErrorRecoveryLevel",
                                                "DataPDUInOrder",
                                                "DataSequenceInOrder",
                                                "iSCSIProtocolLevel",
                                                "IFMarker",
                                                "OFMarker",
                                                "IFMarkInt",
                                                "OFMarkInt",
                                                "TaskReporting"};
static_assert(std::size(negotiated_once) <= 32);

}  // namespace

bool NegotiatedKeys::note(std::string_view key) {
  const auto at = std::ranges::find(negotiated_once, key);
  if (at == std::end(negotiated_once)) return true;
  const std::uint32_t bit = 1u << (at - std::begin(negotiated_once));
  const bool is_new = (seen_ & bit) == 0;
  seen_ |= bit;
  return is_new;
}

void answer_operational_key(const KeyValue& pair, const Offer& offer, Parameters& p, KeyValueText& reply) {
  const std::string_view key = pair.key;
  std::uint32_t unused = 0;
  bool unused_flag = false;
  if (is_declaration(key)) return;
  // An initiator's answer to something that we declared; there is nothing to say to it.
  if (pair.value == "NotUnderstood" || pair.value == "Irrelevant" || pair.value == "Reject") return;
  if (key == "HeaderDigest") return answer_digest(pair, p.header_digest, reply);
  if (key == "DataDigest") return answer_digest(pair, p.data_digest, reply);
  if (key == "MaxRecvDataSegmentLength") {
    const auto declared = parse_between(pair.value, 512, largest_length);
    if (!declared) return reply.add(key, reject);
    p.initiator_max_data_segment = *declared;
    return;
  }
  if (key == "InitialR2T")
    return answer_boolean(pair, p.initial_r2t, [](bool theirs) { return theirs; }, reply);  // OR with our No
  if (key == "ImmediateData")
    return answer_boolean(pair, p.immediate_data, [](bool theirs) { return theirs; }, reply);  // AND with our Yes
  if (key == "MaxBurstLength") {
    answer_minimum(pair, 512, largest_length, offer.max_burst, p.max_burst, reply);
    p.first_burst = std::min(p.first_burst, p.max_burst);
    return;
  }
  if (key == "FirstBurstLength")
    // 13.14: never above MaxBurstLength, which is the default or was agreed before.
    return answer_minimum(pair, 512, largest_length, std::min(offer.first_burst, p.max_burst), p.first_burst, reply);
  if (key == "MaxOutstandingR2T")
    return answer_minimum(pair, 1, 65535, offer.max_outstanding_r2t, p.max_outstanding_r2t, reply);
  if (key == "DefaultTime2Retain")
    return answer_minimum(pair, 0, 3600, 0, p.time2retain, reply);  // no recovery, nothing to retain
  if (key == "DefaultTime2Wait")
    return answer_minimum(pair, 0, 3600, 3600, p.time2wait, reply);  // maximum of theirs and our 0
  if (key == "MaxConnections") return answer_minimum(pair, 1, 65535, 1, unused, reply);
  if (key == "ErrorRecoveryLevel") return answer_minimum(pair, 0, 2, 0, unused, reply);
  if (key == "DataPDUInOrder" || key == "DataSequenceInOrder") {
    return answer_boolean(pair, unused_flag, [](bool) { return true; }, reply);  // OR with our Yes
  }
  if (key == "iSCSIProtocolLevel") return answer_minimum(pair, 0, 31, 1, unused, reply);  // RFC 7144
  if (key == "IFMarker" || key == "OFMarker")
    return reply.add(key, "No");  // RFC 7143 13.25: obsolete, never NotUnderstood
  if (key == "IFMarkInt" || key == "OFMarkInt" || key == "SendTargets") return reply.add(key, reject);
  if (key == "TaskReporting") {  // 13.23
    const auto choices = parse_list(pair.value);
    const bool known = std::find(choices.begin(), choices.end(), "RFC3720") != choices.end();
    return reply.add(key, known ? "RFC3720" : reject);
  }
  reply.add(key, "NotUnderstood");
}

}  // namespace bootferry::iscsi
