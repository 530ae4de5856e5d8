// SPDX-License-Identifier: Apache-2.0
// The unit attentions of one disk, waiting for each nexus (SAM-5 5.14, SPC-4 5.14). Thread-safe; a nexus with nothing
// waiting costs one atomic load, because every command asks.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "iscsi/scsi/sense.hpp"

namespace bootferry::iscsi::scsi {

class Attentions {
 public:
  void on_nexus_begin(std::uint64_t nexus);
  void on_nexus_end(std::uint64_t nexus);
  /// `code` (sense.hpp, attention::) for that nexus, once until it is taken.
  void raise(std::uint64_t nexus, std::uint16_t code);
  void raise_for_all(std::uint16_t code);
  void raise_for_others(std::uint64_t but, std::uint16_t code);
  /// A reset makes all that waited before meaningless.
  void reset_all(std::uint16_t code);
  /// The oldest one, which is then gone.
  [[nodiscard]] std::optional<Sense> take(std::uint64_t nexus);

 private:
  void add(std::vector<std::uint16_t>& queue, std::uint16_t code);

  std::atomic<std::uint32_t> waiting_{0};
  std::mutex mutex_;
  std::map<std::uint64_t, std::vector<std::uint16_t>> queues_;
};

}  // namespace bootferry::iscsi::scsi
