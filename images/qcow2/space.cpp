// SPDX-License-Identifier: Apache-2.0
// How much a file takes, how much it may take, and who is told before it is too much.
#include "images/qcow2/qcow2_device.hpp"

namespace bootferry::images::qcow2 {

ByteCount Qcow2Device::used() const {
  const std::lock_guard lock(mutex_);
  if (!refcounts_) return {};
  return {refcounts_->used() << header_.cluster_bits};
}

void Qcow2Device::set_limit(ByteCount limit, SpaceLow on_space_low) {
  const std::lock_guard lock(mutex_);
  if (limit != limit_) space_low_told_ = false;  // one boot logs in several times: once is enough
  limit_ = limit;
  on_space_low_ = std::move(on_space_low);
}

/// 0: none.
std::uint64_t Qcow2Device::limit_clusters() const {
  return limit_.value == 0 ? 0 : std::max<std::uint64_t>(limit_.value >> header_.cluster_bits, 1);
}

Result<void> Qcow2Device::check_limit() const {
  if (limit_.value == 0 || refcounts_->used() < limit_clusters()) return {};
  return fail(ErrorKind::exhausted, "The disk's changes have reached the size that they may have.");
}

/// With the lock held, which it lets go while it tells. Told again only after it was clearly below.
void Qcow2Device::watch_space(Lock& lock) {
  if (limit_.value == 0) return;
  const std::uint64_t used = refcounts_->used(), limit = limit_clusters();
  if (used < limit - limit / 5) space_low_told_ = false;
  if (used < limit - limit / 10 || std::exchange(space_low_told_, true) || !on_space_low_) return;
  const SpaceLow tell = on_space_low_;
  lock.unlock();
  tell({used << header_.cluster_bits});
  lock.lock();
}

}  // namespace bootferry::images::qcow2
