// SPDX-License-Identifier: Apache-2.0
// Who may see and open which disk: asked by the target at discovery and login, implemented by app (registry + image
// library) and by a fake in tests. open() may block (it opens files): the shell calls it on the disk pool.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mac_address.hpp"
#include "iscsi/scsi/device_server.hpp"

namespace bootferry::iscsi {

/// A login that is turned down: the status of RFC 7143 11.13.5, and a sentence for the event.
struct LoginRefusal {
  enum class Why { target_not_found, not_authorized, target_removed, in_use, unavailable };
  Why why = Why::target_not_found;
  std::string reason;
};

struct OpenedTarget {
  std::shared_ptr<scsi::LogicalUnit> unit;  ///< LUN 0, the same object for all sessions of the target
  std::string image;
  std::uint8_t drive = 0x80;
  bool read_only = false;
  std::optional<MacAddress> mac;
  std::shared_ptr<void> hold;  ///< the session's share of the image; the last one to go frees it for other clients
};

class TargetDirectory {
 public:
  virtual ~TargetDirectory() = default;
  /// Names for SendTargets=All (RFC 7143 appendix C), for this initiator. Never blocks.
  [[nodiscard]] virtual std::vector<std::string> targets_for(std::string_view initiator) = 0;
  [[nodiscard]] virtual std::expected<OpenedTarget, LoginRefusal> open(std::string_view target,
                                                                       std::string_view initiator) = 0;
};

}  // namespace bootferry::iscsi
