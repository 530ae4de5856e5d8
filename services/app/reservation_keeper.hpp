// SPDX-License-Identifier: Apache-2.0
// Keeps the persistent reservations of all targets: in memory while the program runs, because a registration outlives
// its sessions and a unit does not, and in the database what is to outlive a restart. Asked by DiskDirectory; its
// stores are called on disk workers. Thread-safe; outlives the units.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "boot/reservation_store.hpp"
#include "iscsi/scsi/reservation_state.hpp"

namespace bootferry::app {

class ReservationKeeper {
 public:
  explicit ReservationKeeper(boot::ReservationStore& durable) : durable_(durable) {}

  /// What the unit of this target, with this image behind it, loads from and saves to. Blocks, so that its load() need
  /// not.
  [[nodiscard]] std::shared_ptr<iscsi::scsi::ReservationStore> store_of(std::string_view target,
                                                                        std::string_view image);

 private:
  class Store;
  struct Kept {
    std::string image;
    iscsi::scsi::ReservationState state;
  };

  [[nodiscard]] Result<iscsi::scsi::ReservationState> load(const std::string& target, const std::string& image);
  [[nodiscard]] Result<void> save(const std::string& target, const std::string& image,
                                  const iscsi::scsi::ReservationState& state);

  boot::ReservationStore& durable_;
  std::mutex mutex_;
  std::map<std::string, Kept> kept_;  ///< by target
};

}  // namespace bootferry::app
