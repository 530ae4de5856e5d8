// SPDX-License-Identifier: Apache-2.0
// What MODE SELECT can change, shared by all nexuses of the disk: three bits, each read on hot paths. Thread-safe.
#pragma once

#include <atomic>

namespace bootferry::iscsi::scsi {

class Modes {
 public:
  /// WCE (SBC-3 6.5.5): off means that every write is durable before its answer.
  [[nodiscard]] bool write_cache() const { return write_cache_.load(std::memory_order_relaxed); }
  /// D_SENSE (SPC-4 7.5.8).
  [[nodiscard]] bool descriptor_sense() const { return descriptor_sense_.load(std::memory_order_relaxed); }
  /// SWP: software write protect (SPC-4 7.5.8).
  [[nodiscard]] bool write_protect() const { return write_protect_.load(std::memory_order_relaxed); }

  void set_write_cache(bool on) { write_cache_ = on; }
  void set_descriptor_sense(bool on) { descriptor_sense_ = on; }
  void set_write_protect(bool on) { write_protect_ = on; }
  /// As after power on.
  void reset() {
    set_write_cache(true);
    set_descriptor_sense(false);
    set_write_protect(false);
  }

 private:
  std::atomic<bool> write_cache_{true};
  std::atomic<bool> descriptor_sense_{false};
  std::atomic<bool> write_protect_{false};
};

}  // namespace bootferry::iscsi::scsi
