// SPDX-License-Identifier: Apache-2.0
#include "app/reservation_keeper.hpp"

namespace bootferry::app {

using iscsi::scsi::ReservationState;
using iscsi::scsi::ReservationType;

namespace {

std::vector<boot::StoredRegistration> stored_of(const ReservationState& state) {
  std::vector<boot::StoredRegistration> stored;
  for (const auto& one : state.registrations) {
    const auto type = one.holder && state.type ? static_cast<std::uint8_t>(*state.type) : std::uint8_t{0};
    stored.push_back({one.port, one.key, type});
  }
  return stored;
}

ReservationState state_of(const std::vector<boot::StoredRegistration>& stored) {
  ReservationState state;
  state.through_power_loss = !stored.empty();
  for (const auto& one : stored) {
    state.registrations.push_back({one.port, one.key, one.type != 0});
    if (one.type != 0) state.type = static_cast<ReservationType>(one.type);
  }
  return state;
}

}  // namespace

class ReservationKeeper::Store final : public iscsi::scsi::ReservationStore {
 public:
  Store(ReservationKeeper& keeper, std::string_view target, std::string_view image)
      : keeper_(keeper), target_(target), image_(image) {}
  Result<ReservationState> load() override { return keeper_.load(target_, image_); }
  Result<void> save(const ReservationState& state) override { return keeper_.save(target_, image_, state); }

 private:
  ReservationKeeper& keeper_;
  const std::string target_;
  const std::string image_;
};

std::shared_ptr<iscsi::scsi::ReservationStore> ReservationKeeper::store_of(std::string_view target,
                                                                           std::string_view image) {
  auto store = std::make_shared<Store>(*this, target, image);
  (void)store->load();  // what fails now is tried, and told, again
  return store;
}

Result<ReservationState> ReservationKeeper::load(const std::string& target, const std::string& image) {
  {
    std::lock_guard lock(mutex_);
    const auto found = kept_.find(target);
    if (found != kept_.end()) return found->second.image == image ? found->second.state : ReservationState{};
  }
  const auto stored = durable_.load(target, image);
  if (!stored) return std::unexpected(stored.error());
  std::lock_guard lock(mutex_);
  return kept_.try_emplace(target, Kept{image, state_of(*stored)}).first->second.state;
}

Result<void> ReservationKeeper::save(const std::string& target, const std::string& image,
                                     const ReservationState& state) {
  {
    std::lock_guard lock(mutex_);
    kept_[target] = {image, state};
  }
  return durable_.save(target, image, state.through_power_loss ? stored_of(state) : stored_of({}));
}

}  // namespace bootferry::app
