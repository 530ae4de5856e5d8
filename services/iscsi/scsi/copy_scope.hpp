// SPDX-License-Identifier: Apache-2.0
// Which other units a session's EXTENDED COPY may name: implemented by app over the drives of the same client that are
// open now, and by a list in tests. Nothing else can be reached: a copy is no way around who may open what. Asked on a
// session's loop: never blocks; thread-safe.
#pragma once

#include <memory>

#include "iscsi/scsi/copy_parameters.hpp"

namespace bootferry::iscsi::scsi {

class CopyScope {
 public:
  virtual ~CopyScope() = default;
  /// null: no such unit, or not this client's.
  [[nodiscard]] virtual std::shared_ptr<LogicalUnit> find(const Naa& naa) = 0;
};

}  // namespace bootferry::iscsi::scsi
