// SPDX-License-Identifier: Apache-2.0
// Who has reserved a disk: RESERVE(6) of SPC-2, and persistent reservations (SPC-4 5.13). Pure state, asked by every
// command: thread-safe, one atomic load while nothing is reserved. Registrations belong to an initiator port's name and
// outlive its sessions; they are kept in memory only (APTPL is refused).
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "iscsi/scsi/device_server.hpp"

namespace bootferry::iscsi::scsi {

class Attentions;
struct CommandNeeds;

enum class ReservationType : std::uint8_t {  // SPC-4 6.15.3.3
  write_exclusive = 1,
  exclusive_access = 3,
  write_exclusive_registrants = 5,
  exclusive_access_registrants = 6,
  write_exclusive_all = 7,
  exclusive_access_all = 8,
};

/// How a PERSISTENT RESERVE OUT ended.
enum class ReserveResult { good, conflict, invalid_release, invalid_parameter };

class Reservations {
 public:
  struct Registration {
    std::string port;
    std::uint64_t key = 0;
    bool holder = false;
  };
  struct Snapshot {
    std::uint32_t generation = 0;
    std::optional<ReservationType> type;
    std::uint64_t holder_key = 0;  ///< 0 with the all-registrants types
    std::vector<Registration> registrations;
  };

  explicit Reservations(Attentions& attentions) : attentions_(attentions) {}

  void on_nexus_begin(const Nexus& nexus);
  void on_nexus_end(std::uint64_t nexus);
  void on_reset();
  [[nodiscard]] bool conflicts(std::uint64_t nexus, const CommandNeeds& needs) const;

  /// RESERVE(6): false when another has it.
  [[nodiscard]] bool reserve_6(std::uint64_t nexus);
  void release_6(std::uint64_t nexus);

  /// `expected`: the key it must be registered with (0: none); nothing means REGISTER AND IGNORE EXISTING KEY. New key
  /// 0 unregisters.
  [[nodiscard]] ReserveResult register_key(std::uint64_t nexus, std::optional<std::uint64_t> expected,
                                           std::uint64_t key);
  [[nodiscard]] ReserveResult reserve(std::uint64_t nexus, std::uint64_t key, ReservationType type);
  [[nodiscard]] ReserveResult release(std::uint64_t nexus, std::uint64_t key, ReservationType type);
  [[nodiscard]] ReserveResult clear(std::uint64_t nexus, std::uint64_t key);
  [[nodiscard]] ReserveResult preempt(std::uint64_t nexus, std::uint64_t key, std::uint64_t victim,
                                      ReservationType type);
  [[nodiscard]] Snapshot snapshot() const;
  /// The initiator port behind a nexus, and a nexus of that port.
  [[nodiscard]] std::string port_of_nexus(std::uint64_t nexus) const;
  [[nodiscard]] std::optional<std::uint64_t> find_nexus(const std::string& port) const;

 private:
  [[nodiscard]] std::string port_of(std::uint64_t nexus) const;
  [[nodiscard]] bool is_registered(const std::string& port, std::uint64_t key) const;
  [[nodiscard]] bool is_holder(const std::string& port) const;
  void drop_reservation(const std::string& by);
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
};

}  // namespace bootferry::iscsi::scsi
