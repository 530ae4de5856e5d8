// SPDX-License-Identifier: Apache-2.0
// Login Request and Login Response with their stages and status codes (RFC 7143 11.12, 11.13). Used by the session
// machine and by tests; plain values, any thread.
#pragma once

#include "iscsi/codec/bhs.hpp"

namespace bootferry::iscsi {

enum class LoginStage : std::uint8_t { security = 0, operational = 1, reserved = 2, full_feature = 3 };

/// Class in the high byte, detail in the low one (RFC 7143 11.13.5).
enum class LoginStatus : std::uint16_t {
  success = 0x0000,
  initiator_error = 0x0200,
  authentication_failure = 0x0201,
  authorization_failure = 0x0202,
  not_found = 0x0203,
  target_removed = 0x0204,
  unsupported_version = 0x0205,
  too_many_connections = 0x0206,
  missing_parameter = 0x0207,
  cannot_include_in_session = 0x0208,
  session_type_not_supported = 0x0209,
  session_does_not_exist = 0x020a,
  invalid_during_login = 0x020b,
  target_error = 0x0300,
  service_unavailable = 0x0301,
  out_of_resources = 0x0302,
};

using Isid = std::array<std::uint8_t, 6>;

struct LoginRequest {  // 11.12
  static constexpr Opcode opcode = Opcode::login_request;
  bool immediate = true, transit = false, more = false;
  LoginStage current = LoginStage::security, next = LoginStage::security;
  std::uint8_t version_max = 0, version_min = 0;
  Isid isid{};
  std::uint16_t tsih = 0, cid = 0;
  std::uint32_t task_tag = 0, cmd_sn = 0, exp_stat_sn = 0;
  template <class Io, class Self>
  static void layout(const Io& io, Self& p) {
    io.flag(0, 0x40, p.immediate);
    io.flag(1, 0x80, p.transit);
    io.flag(1, 0x40, p.more);
    io.bits(1, 2, 3, p.current);
    io.bits(1, 0, 3, p.next);
    io.number(2, 1, p.version_max);
    io.number(3, 1, p.version_min);
    io.bytes(8, p.isid);
    io.number(14, 2, p.tsih);
    io.number(16, 4, p.task_tag);
    io.number(20, 2, p.cid);
    io.number(24, 4, p.cmd_sn);
    io.number(28, 4, p.exp_stat_sn);
  }
};

struct LoginResponse {  // 11.13
  static constexpr Opcode opcode = Opcode::login_response;
  bool transit = false, more = false;
  LoginStage current = LoginStage::security, next = LoginStage::security;
  std::uint8_t version_max = 0, version_active = 0;
  Isid isid{};
  std::uint16_t tsih = 0;
  std::uint32_t task_tag = 0, stat_sn = 0, exp_cmd_sn = 0, max_cmd_sn = 0;
  LoginStatus status = LoginStatus::success;
  template <class Io, class Self>
  static void layout(const Io& io, Self& p) {
    io.flag(1, 0x80, p.transit);
    io.flag(1, 0x40, p.more);
    io.bits(1, 2, 3, p.current);
    io.bits(1, 0, 3, p.next);
    io.number(2, 1, p.version_max);
    io.number(3, 1, p.version_active);
    io.bytes(8, p.isid);
    io.number(14, 2, p.tsih);
    io.number(16, 4, p.task_tag);
    io.number(24, 4, p.stat_sn);
    io.number(28, 4, p.exp_cmd_sn);
    io.number(32, 4, p.max_cmd_sn);
    io.number(36, 2, p.status);
  }
};

}  // namespace bootferry::iscsi
