// SPDX-License-Identifier: Apache-2.0
// Where the persistent reservations of disks are kept that are to outlive a restart (SPC-4 5.13.5, APTPL). Implemented
// by db, and by a fake in tests. Both calls block: the target makes them on disk workers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace bootferry::boot {

struct StoredRegistration {
  std::string port;       ///< of the initiator: name and ISID, as SPC-4 writes them
  std::uint64_t key = 0;  ///< never 0
  std::uint8_t type = 0;  ///< of the reservation when it holds it, else 0
  friend bool operator==(const StoredRegistration&, const StoredRegistration&) = default;
};

class ReservationStore {
 public:
  virtual ~ReservationStore() = default;
  /// Of the target, as long as this image is behind it: another disk under the same name begins free.
  [[nodiscard]] virtual Result<std::vector<StoredRegistration>> load(std::string_view target,
                                                                     std::string_view image) = 0;
  /// Replaces what there was; durable when it returns. None: the target is forgotten.
  [[nodiscard]] virtual Result<void> save(std::string_view target, std::string_view image,
                                          const std::vector<StoredRegistration>& registrations) = 0;
};

}  // namespace bootferry::boot
