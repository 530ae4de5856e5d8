// SPDX-License-Identifier: Apache-2.0
// What a qcow2 file says of itself, read and checked before anything is believed. Used by open_device only.
#pragma once

#include <memory>

#include "images/qcow2/mapping.hpp"
#include "images/qcow2/refcounts.hpp"

namespace bootferry::images::qcow2 {

[[nodiscard]] Result<Header> read_header(ByteFile& file);
/// L2 tables' offsets, each inside the file.
[[nodiscard]] Result<std::vector<std::uint64_t>> read_l1(ByteFile& file, const Header& header);
/// Walks all mappings: every cluster is inside the file and has one user. Costs a read of all L2 tables.
[[nodiscard]] Result<std::unique_ptr<Refcounts>> count_references(ByteFile& file, const Header& header,
                                                                  const std::vector<std::uint64_t>& l1);

}  // namespace bootferry::images::qcow2
