// SPDX-License-Identifier: Apache-2.0
// Additional header segments of a SCSI Command (RFC 7143 11.2.2): a longer CDB, and the read length of a bidirectional
// command. Used by the session machine; pure, any thread.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace bootferry::iscsi {

struct AdditionalHeaders {
  Bytes extended_cdb;  ///< what follows the 16 bytes in the basic header
  std::optional<std::uint32_t> bidirectional_read_length;
};

/// `ahs`: all additional segments, padding included. A segment that runs over the end, or is of an unknown type, is an
/// error.
[[nodiscard]] Result<AdditionalHeaders> decode_additional_headers(ByteView ahs);
[[nodiscard]] Bytes encode_additional_headers(const AdditionalHeaders& headers);

}  // namespace bootferry::iscsi
