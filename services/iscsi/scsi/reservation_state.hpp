// SPDX-License-Identifier: Apache-2.0
// Persistent reservations as plain values, and the place where they are kept beyond their unit's life (SPC-4 5.13.5).
// Reservations makes and takes them; ReservationStore is implemented by app and by a fake in tests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace bootferry::iscsi::scsi {

enum class ReservationType : std::uint8_t {  // SPC-4 6.15.3.3
  write_exclusive = 1,
  exclusive_access = 3,
  write_exclusive_registrants = 5,
  exclusive_access_registrants = 6,
  write_exclusive_all = 7,
  exclusive_access_all = 8,
};

struct ReservationState {
  struct Registration {
    std::string port;  ///< of the initiator: "iqn...,i,0x00023d000001"
    std::uint64_t key = 0;
    bool holder = false;
  };
  std::uint32_t generation = 0;
  bool through_power_loss = false;  ///< APTPL of the last registration
  std::optional<ReservationType> type;
  std::uint64_t holder_key = 0;  ///< 0 with the all-registrants types
  std::vector<Registration> registrations;
};

/// Of one unit. Both block: called on disk workers.
class ReservationStore {
 public:
  virtual ~ReservationStore() = default;
  /// What is known from before: all of it while the program runs, only what was to outlive it after a restart.
  [[nodiscard]] virtual Result<ReservationState> load() = 0;
  /// With `through_power_loss` it is durable when this returns; without, nothing stays durable.
  [[nodiscard]] virtual Result<void> save(const ReservationState& state) = 0;
};

}  // namespace bootferry::iscsi::scsi
