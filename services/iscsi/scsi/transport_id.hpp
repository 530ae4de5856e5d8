// SPDX-License-Identifier: Apache-2.0
// TransportID of an iSCSI initiator port (SPC-4 7.6.4.5), with which PERSISTENT RESERVE names ports. Pure, any thread.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace bootferry::iscsi::scsi {

/// `port`: "iqn...,i,0x00023d000001".
void put_transport_id(ByteWriter& out, const std::string& port);
/// One TransportID or several, filling all of `bytes`. An initiator name without an ISID names no port: invalid.
[[nodiscard]] Result<std::vector<std::string>> parse_transport_ids(ByteView bytes);

}  // namespace bootferry::iscsi::scsi
