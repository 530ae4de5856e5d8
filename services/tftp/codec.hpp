// SPDX-License-Identifier: Apache-2.0
// TFTP packets <-> values (RFC 1350 section 5, RFC 2347). Pure, any thread; called by server, tests and the fuzzer.
// Firmware writes odd requests, so decoding is generous where the meaning is clear: an option cut short, empty, too
// long or said twice is left out, never a reason to refuse the boot.
#pragma once

#include <array>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "tftp/message.hpp"

namespace bootferry::tftp {

inline constexpr std::size_t max_options = 16;      ///< more are left unread; we know four
inline constexpr std::size_t data_header_size = 4;  ///< opcode and block number

/// DATA and OACK are a server's words: from a client they are an error of kind invalid, as are packets cut short.
[[nodiscard]] Result<Message> decode(ByteView packet);

[[nodiscard]] Bytes encode_read_request(const ReadRequest& request);
[[nodiscard]] Bytes encode_ack(std::uint16_t block);
[[nodiscard]] Bytes encode_option_ack(const std::vector<Option>& options);
[[nodiscard]] Bytes encode_error(ErrorCode code, std::string_view text);
/// The four bytes before a block's payload.
[[nodiscard]] std::array<std::uint8_t, data_header_size> encode_data_header(std::uint16_t block);

}  // namespace bootferry::tftp
