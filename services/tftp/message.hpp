// SPDX-License-Identifier: Apache-2.0
// What a client can say by TFTP (RFC 1350 section 5, RFC 2347), as values. Made by codec, thought about by transfer and
// server.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace bootferry::tftp {

enum class Opcode : std::uint16_t { read_request = 1, write_request = 2, data = 3, ack = 4, error = 5, option_ack = 6 };

/// RFC 1350 appendix, RFC 2347.
enum class ErrorCode : std::uint16_t {
  not_defined = 0,
  file_not_found = 1,
  access_violation = 2,
  disk_full = 3,
  illegal_operation = 4,
  unknown_transfer_id = 5,
  file_exists = 6,
  no_such_user = 7,
  option_refused = 8,
};

struct Option {
  std::string name;  ///< lower case
  std::string value;
  friend bool operator==(const Option&, const Option&) = default;
};

struct ReadRequest {
  std::string file;  ///< as sent: any byte but NUL
  std::string mode;  ///< lower case
  std::vector<Option> options;
  friend bool operator==(const ReadRequest&, const ReadRequest&) = default;
};
struct WriteRequest {
  std::string file;
};
struct Ack {
  std::uint16_t block = 0;
};
struct ErrorMessage {
  ErrorCode code = ErrorCode::not_defined;
  std::string text;
};

using Message = std::variant<ReadRequest, WriteRequest, Ack, ErrorMessage>;

}  // namespace bootferry::tftp
