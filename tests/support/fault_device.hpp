// SPDX-License-Identifier: Apache-2.0
// A layer for tests: counts and records the calls to the device below, fails the n-th one, and can run a hook before
// each (to make a disk slow without sleeping). Any thread; set it up before use.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "images/block_device.hpp"

namespace bootferry::test {

class FaultDevice : public images::BlockDevice {
 public:
  struct Call {
    std::string what;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    friend bool operator==(const Call&, const Call&) = default;
  };

  explicit FaultDevice(std::shared_ptr<images::BlockDevice> below) : below_(std::move(below)) {}

  /// The n-th call from now (1 is the next) fails with `error`, and only that one.
  void fail_call(std::size_t nth, Error error = {ErrorKind::io, "the test says so"}) {
    std::lock_guard lock(mutex_);
    calls_.clear();
    failing_ = nth;
    error_ = std::move(error);
  }
  void before_each(std::function<void(const Call&)> hook) { hook_ = std::move(hook); }
  [[nodiscard]] std::vector<Call> calls() const {
    std::lock_guard lock(mutex_);
    return calls_;
  }
  void forget_calls() { fail_call(0); }

  ByteCount size() const override { return below_->size(); }
  std::uint32_t block_size() const override { return below_->block_size(); }
  images::Capabilities capabilities() const override { return below_->capabilities(); }

  Result<void> read(ByteCount offset, MutableByteView out) override {
    if (auto failed = note({"read", offset.value, out.size()}); !failed) return failed;
    return below_->read(offset, out);
  }
  Result<void> write(ByteCount offset, ByteView data) override {
    if (auto failed = note({"write", offset.value, data.size()}); !failed) return failed;
    return below_->write(offset, data);
  }
  Result<void> flush() override {
    if (auto failed = note({"flush"}); !failed) return failed;
    return below_->flush();
  }
  Result<void> trim(ByteCount offset, ByteCount length) override {
    if (auto failed = note({"trim", offset.value, length.value}); !failed) return failed;
    return below_->trim(offset, length);
  }
  Result<void> zero(ByteCount offset, ByteCount length) override {
    if (auto failed = note({"zero", offset.value, length.value}); !failed) return failed;
    return below_->zero(offset, length);
  }
  Result<std::vector<images::Extent>> extents(ByteCount offset, ByteCount length) override {
    if (auto failed = note({"extents", offset.value, length.value}); !failed) return std::unexpected(failed.error());
    return below_->extents(offset, length);
  }
  Result<images::TryRead> try_read(ByteCount offset, MutableByteView out) override {
    return below_->try_read(offset, out);
  }

 private:
  Result<void> note(Call call) {
    if (hook_) hook_(call);
    std::lock_guard lock(mutex_);
    calls_.push_back(std::move(call));
    if (failing_ == 0 || calls_.size() != failing_) return {};
    return std::unexpected(error_);
  }

  const std::shared_ptr<images::BlockDevice> below_;
  std::function<void(const Call&)> hook_;
  mutable std::mutex mutex_;
  std::vector<Call> calls_;
  std::size_t failing_ = 0;
  Error error_;
};

}  // namespace bootferry::test
