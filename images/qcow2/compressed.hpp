// SPDX-License-Identifier: Apache-2.0
// One compressed cluster, unpacked. The bytes are hostile: nothing is written behind `out`, and it must come out full.
// Pure; any thread.
#pragma once

#include "images/qcow2/header.hpp"

namespace bootferry::images::qcow2 {

/// invalid when `packed` does not give exactly out.size() bytes.
[[nodiscard]] Result<void> unpack_cluster(Compression compression, ByteView packed, MutableByteView out);

}  // namespace bootferry::images::qcow2
