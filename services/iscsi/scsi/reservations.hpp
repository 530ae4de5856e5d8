// SPDX-License-Identifier: Apache-2.0
// Who has reserved a disk: RESERVE(6) of SPC-2, and persistent reservations (SPC-4 5.13). Pure state, asked by every
// command: thread-safe, one atomic load while nothing is reserved. Registrations belong to an initiator port's name and
// outlive its sessions; a ReservationStore keeps them beyond the unit's life too.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "iscsi/scsi/device_server.hpp"
#include "iscsi/scsi/reservation_state.hpp"

namespace bootferry::iscsi::scsi {

class Attentions;
struct CommandNeeds;

/// How a PERSISTENT RESERVE OUT ended.
enum class ReserveResult { good, conflict, invalid_release, invalid_parameter, invalid_ports, exhausted };

/// What REGISTER and REGISTER AND IGNORE EXISTING KEY say.
struct RegisterRequest {
  std::optional<std::uint64_t> expected;  ///< the key it must be registered with (0: none); nothing: whatever it is
  std::uint64_t key = 0;                  ///< the new one; 0 unregisters
  bool through_power_loss = false;        ///< APTPL
  std::vector<std::string> other_ports;   ///< SPEC_I_PT: registered with it, or nobody is
};

/// What REGISTER AND MOVE says.
struct MoveRequest {
  std::uint64_t key = 0;
  std::uint64_t new_key = 0;
  std::string to_port;
  bool unregister = false;
  bool through_power_loss = false;
};

class Reservations {
 public:
  /// More ports than any cluster has: initiators make up names and ISIDs at will.
  static constexpr std::size_t max_registrations = 256;

  /// Takes over what `store` knows; without one nothing outlives the unit, and APTPL is refused.
  Reservations(Attentions& attentions, std::shared_ptr<ReservationStore> store);

  void on_nexus_begin(const Nexus& nexus);
  void on_nexus_end(std::uint64_t nexus);
  void on_reset();
  [[nodiscard]] bool conflicts(std::uint64_t nexus, const CommandNeeds& needs) const;

  /// RESERVE(6): false when another has it.
  [[nodiscard]] bool reserve_6(std::uint64_t nexus);
  void release_6(std::uint64_t nexus);

  [[nodiscard]] ReserveResult register_key(std::uint64_t nexus, const RegisterRequest& request);
  [[nodiscard]] ReserveResult register_and_move(std::uint64_t nexus, const MoveRequest& request);
  [[nodiscard]] ReserveResult reserve(std::uint64_t nexus, std::uint64_t key, ReservationType type);
  [[nodiscard]] ReserveResult release(std::uint64_t nexus, std::uint64_t key, ReservationType type);
  [[nodiscard]] ReserveResult clear(std::uint64_t nexus, std::uint64_t key);
  /// `victims`: gets the nexuses that lost their registration.
  [[nodiscard]] ReserveResult preempt(std::uint64_t nexus, std::uint64_t key, std::uint64_t victim,
                                      ReservationType type, std::vector<std::uint64_t>& victims);
  [[nodiscard]] ReservationState snapshot() const;
  [[nodiscard]] bool kept() const { return store_ != nullptr; }
  /// Gives the store what is true now; blocks. After every change, before its answer.
  [[nodiscard]] Result<void> save();
  /// The initiator port behind a nexus, and a nexus of that port.
  [[nodiscard]] std::string port_of_nexus(std::uint64_t nexus) const;
  [[nodiscard]] std::optional<std::uint64_t> find_nexus(const std::string& port) const;

 private:
  [[nodiscard]] std::string port_of(std::uint64_t nexus) const;
  [[nodiscard]] bool is_registered(const std::string& port, std::uint64_t key) const;
  [[nodiscard]] bool is_holder(const std::string& port) const;
  void drop_reservation(const std::string& by);
  [[nodiscard]] std::vector<std::uint64_t> nexuses_of(const std::string& port) const;
  void restore(const ReservationState& state);
  void tell(const std::string& port, std::uint16_t code);
  void tell_registrants(const std::string& but, std::uint16_t code);
  void update_active();

  Attentions& attentions_;
  std::atomic<bool> active_{false};  ///< something may conflict
  mutable std::mutex mutex_;
  std::map<std::uint64_t, std::string> ports_;
  std::uint64_t holder_6_ = 0;
  std::map<std::string, std::uint64_t> keys_;
  std::optional<ReservationType> type_;
  std::string holder_;  ///< empty with the all-registrants types
  std::uint32_t generation_ = 0;
  bool through_power_loss_ = false;
  const std::shared_ptr<ReservationStore> store_;
  std::mutex saving_;  ///< so that what is stored last is what was true last
};

}  // namespace bootferry::iscsi::scsi
