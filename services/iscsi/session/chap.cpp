// SPDX-License-Identifier: Apache-2.0
#include "iscsi/session/chap.hpp"

#include <algorithm>

#include "iscsi/session/chap_value.hpp"

namespace bootferry::iscsi {
namespace {

using Demand = AccessSource::Demand;

/// Only these keys, each at most once.
bool has_only(const std::vector<KeyValue>& keys, std::initializer_list<std::string_view> allowed) {
  for (auto at = keys.begin(); at != keys.end(); ++at) {
    if (std::find(allowed.begin(), allowed.end(), at->key) == allowed.end()) return false;
    if (std::any_of(keys.begin(), at, [&](const KeyValue& other) { return other.key == at->key; })) return false;
  }
  return true;
}

/// The strongest that both know, whatever the order of the list: an attacker on the wire could turn it round.
std::optional<ChapAlgorithm> best_of(std::string_view list) {
  const auto offered = parse_list(list);
  for (const auto& [number, algorithm] : {std::pair{7u, ChapAlgorithm::sha256}, std::pair{5u, ChapAlgorithm::md5}}) {
    for (const std::string_view one : offered) {
      if (parse_number(one) == number) return algorithm;
    }
  }
  return std::nullopt;
}

}  // namespace

Authenticator::Step ChapAuthenticator::fail(std::string reason) {
  state_ = State::done;
  failure_ = std::move(reason);
  return Step::failed;
}

std::optional<LoginStatus> ChapAuthenticator::on_names(std::string_view initiator, std::string_view target) {
  initiator_ = initiator;
  target_ = target;
  auto demand = access_->demand_of(initiator, target);
  if (!demand) {
    failure_ = std::move(demand.error().reason);
    return demand.error().status;
  }
  demand_ = *demand;
  return std::nullopt;
}

std::optional<std::string_view> ChapAuthenticator::choose(const std::vector<std::string_view>& offered) {
  if (state_ != State::method) {
    (void)fail("it chose its AuthMethod twice");
    return std::nullopt;
  }
  for (const std::string_view method : offered) {
    if (method == "CHAP" && demand_ != Demand::none) {
      state_ = State::rest_of_method;
      return "CHAP";
    }
    if (method == "None" && demand_ != Demand::chap) {
      state_ = State::nothing;
      return "None";
    }
  }
  (void)fail(demand_ == Demand::none ? "it insists on CHAP, and no secret is set" : "it did not offer CHAP");
  return std::nullopt;
}

bool ChapAuthenticator::may_skip() {
  if (state_ == State::method && demand_ != Demand::chap) return true;
  (void)fail("it did not offer CHAP");
  return false;
}

Authenticator::Step ChapAuthenticator::on_keys(const std::vector<KeyValue>& keys, KeyValueText& reply) {
  switch (state_) {
    case State::method:  // a security stage without AuthMethod means None
      if (!may_skip()) return Step::failed;
      [[fallthrough]];
    case State::nothing:
      if (!keys.empty()) return fail("it sent keys of CHAP without having chosen it");
      state_ = State::done;
      return Step::passed;
    case State::rest_of_method:
      if (!keys.empty()) return fail("it sent keys of CHAP before their turn");
      state_ = State::algorithm;
      return Step::more;
    case State::algorithm:
      return on_algorithms(keys, reply);
    case State::response:
      return on_response(keys, reply);
    case State::done:
      break;
  }
  return Step::failed;
}

Authenticator::Step ChapAuthenticator::on_algorithms(const std::vector<KeyValue>& keys, KeyValueText& reply) {
  const auto list = find_value(keys, "CHAP_A");
  if (!list || !has_only(keys, {"CHAP_A"})) return fail("it did not say its CHAP algorithms");
  const auto algorithm = best_of(*list);
  if (!algorithm) return fail("it knows neither MD5 nor SHA-256 for CHAP");
  algorithm_ = *algorithm;
  random_.fill({&identifier_, 1});
  challenge_.resize(digest_size(algorithm_));
  random_.fill(challenge_);
  reply.add("CHAP_A", std::to_string(static_cast<unsigned>(algorithm_)));
  reply.add("CHAP_I", std::to_string(identifier_));
  reply.add("CHAP_C", render_chap_binary(challenge_));
  state_ = State::response;
  return Step::more;
}

/// A user that is not known costs the same hash and gets the same answer as a wrong secret: who guesses learns nothing
/// of the names.
Authenticator::Step ChapAuthenticator::on_response(const std::vector<KeyValue>& keys, KeyValueText& reply) {
  const auto user = find_value(keys, "CHAP_N");
  const auto proof = find_value(keys, "CHAP_R");
  if (!user || user->empty() || !proof || !has_only(keys, {"CHAP_N", "CHAP_R", "CHAP_I", "CHAP_C"}))
    return fail("it did not answer the CHAP challenge");
  const auto response = parse_chap_binary(*proof);
  const auto known = access_->find_secret(initiator_, target_, *user);
  const ChapSecret nobody{std::string(16, 'x'), {}, {}};
  const ChapSecret& secret = known ? *known : nobody;
  const auto expected = chap_response(algorithm_, identifier_, secret.initiator, challenge_);
  if (!response || !expected || !equal_in_constant_time(*response, *expected) || !known)
    return fail("its CHAP user or secret is wrong, or no longer holds");
  const auto step = prove_ourselves(keys, secret, *response, reply);
  if (step == Step::passed) user_ = *user, proof_ = fingerprint(secret);
  challenge_ = {};
  return step;
}

/// Only to an initiator that has proven itself: so nobody can have us compute an answer to a challenge of ours that he
/// got on another connection.
Authenticator::Step ChapAuthenticator::prove_ourselves(const std::vector<KeyValue>& keys, const ChapSecret& secret,
                                                       ByteView theirs, KeyValueText& reply) {
  const auto number = find_value(keys, "CHAP_I");
  const auto text = find_value(keys, "CHAP_C");
  if (!number && !text) {
    if (!secret.target.empty()) return fail("it did not ask for our half of mutual CHAP");
    state_ = State::done;
    return Step::passed;
  }
  if (secret.target.empty()) return fail("it asked for mutual CHAP, and no secret of the target is set");
  const auto identifier = number ? parse_number(*number) : std::nullopt;
  const auto challenge = text ? parse_chap_binary(*text) : std::nullopt;
  if (!identifier || *identifier > 255 || !challenge) return fail("its own CHAP challenge makes no sense");
  if (equal_in_constant_time(*challenge, challenge_)) return fail("it sent our own CHAP challenge back");
  const auto response = chap_response(algorithm_, static_cast<std::uint8_t>(*identifier), secret.target, *challenge);
  if (!response || equal_in_constant_time(*response, theirs)) return fail("it uses one CHAP secret for both sides");
  reply.add("CHAP_N", secret.target_user);
  reply.add("CHAP_R", render_chap_binary(*response));
  state_ = State::done;
  return Step::passed;
}

}  // namespace bootferry::iscsi
