// SPDX-License-Identifier: Apache-2.0
// The login phase of a connection (RFC 7143 6.3 and section 13): several steps, continued texts, negotiation, refusals.
// Driven by Session with each Login Request; answers with what to send or with the question who may open the target.
// Pure.
#pragma once

#include <memory>
#include <string>

#include "iscsi/codec/pdu.hpp"
#include "iscsi/session/authenticator.hpp"
#include "iscsi/session/parameters.hpp"

namespace bootferry::iscsi {

class Login {
 public:
  Login(Offer offer, std::unique_ptr<Authenticator> authenticator)
      : offer_(offer), authenticator_(std::move(authenticator)) {}

  enum class Next {
    respond,      ///< send response() with text(); a status other than success ends the connection
    open_target,  ///< ask for target_name(), then on_opened() or on_refused()
    drop,         ///< not worth an answer
  };
  [[nodiscard]] Next on_request(const LoginRequest& request, ByteView text);
  /// The target may be used; `tsih` will name the session.
  [[nodiscard]] Next on_opened(std::uint16_t tsih);
  [[nodiscard]] Next on_refused(LoginStatus status);

  [[nodiscard]] const LoginResponse& response() const { return response_; }
  [[nodiscard]] const Bytes& text() const { return text_; }
  /// response() takes the session into the full-feature phase.
  [[nodiscard]] bool finished() const { return finished_; }

  [[nodiscard]] const std::string& initiator_name() const { return initiator_; }
  [[nodiscard]] const std::string& target_name() const { return target_; }
  /// The CHAP name that it proved; empty without CHAP.
  [[nodiscard]] std::string_view user() const {
    return authenticator_ ? authenticator_->user() : std::string_view(user_);
  }
  /// The fingerprint of the secrets that it proved; 0 without CHAP.
  [[nodiscard]] std::uint64_t proof() const { return authenticator_ ? authenticator_->proof() : proof_; }
  /// Why its names or its proof were turned down, for the log; empty when that was not the matter.
  [[nodiscard]] std::string_view failure() const {
    return authenticator_ ? authenticator_->failure() : std::string_view();
  }
  [[nodiscard]] bool discovery() const { return discovery_; }
  [[nodiscard]] const Isid& isid() const { return isid_; }
  [[nodiscard]] std::uint16_t cid() const { return cid_; }
  [[nodiscard]] std::uint16_t requested_tsih() const { return requested_tsih_; }
  [[nodiscard]] const Parameters& parameters() const { return parameters_; }
  /// Logged in: what only the negotiation needed goes, since idle sessions come in thousands.
  void release();

 private:
  [[nodiscard]] std::optional<LoginStatus> check_request(const LoginRequest& request) const;
  [[nodiscard]] std::optional<LoginStatus> take_names();
  [[nodiscard]] std::optional<LoginStatus> negotiate(KeyValueText& reply);
  [[nodiscard]] Next answer();
  [[nodiscard]] Next refuse(LoginStatus status);
  void start_response(const LoginRequest& request);

  const Offer offer_;
  std::unique_ptr<Authenticator> authenticator_;  ///< none after release()
  std::string user_;                              ///< its user(), from then on
  std::uint64_t proof_ = 0;                       ///< and its proof()
  Parameters parameters_;
  NegotiatedKeys negotiated_;
  bool started_ = false, discovery_ = false, authenticated_ = false, opened_ = false, finished_ = false;
  bool declared_length_ = false, declared_group_ = false;
  LoginStage stage_ = LoginStage::security;
  std::string initiator_, target_;
  Isid isid_{};
  std::uint16_t cid_ = 0, requested_tsih_ = 0, tsih_ = 0;
  Bytes collected_;  ///< texts that came with the continue bit
  std::vector<KeyValue> keys_;
  LoginRequest request_;
  LoginResponse response_;
  Bytes text_;
};

}  // namespace bootferry::iscsi
