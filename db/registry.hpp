// SPDX-License-Identifier: Apache-2.0
// Clients and images: the boot::ClientRegistry of the running program. Edits go to SQLite first and then become the
// next immutable snapshot, so nobody ever boots from something that a crash would forget. Edits belong on the db thread
// (a mutex makes a call from elsewhere safe, and slow); snapshot() and note_seen() may be called on any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/rate_limit.hpp"
#include "boot/client_registry.hpp"
#include "boot/event_bus.hpp"
#include "boot/layer_edit.hpp"
#include "db/database.hpp"
#include "db/job_gate.hpp"
#include "db/sightings.hpp"

namespace bootferry::db {

class Registry final : public boot::ClientRegistry, public boot::AssignmentStore, public boot::LayerStore {
 public:
  /// Machines that were only seen and never named: a flood of made-up MACs pushes out its own kind, oldest first.
  static constexpr std::size_t max_unknown = 4096;

  /// Loads what is stored. All four outlive the registry. Throws DbError.
  Registry(Database& database, boot::EventBus& bus, const Clock& clock, WorkerPool& pool);
  /// Writes the sightings that wait.
  ~Registry() override;

  [[nodiscard]] std::shared_ptr<const boot::RegistrySnapshot> snapshot() const override;
  void note_seen(const boot::Sighting& sighting) override;

  [[nodiscard]] Result<void> put_client(const boot::Client& client) override;
  [[nodiscard]] Result<void> remove_client(const MacAddress& mac) override;
  [[nodiscard]] Result<void> put_image(const boot::Image& image) override;
  [[nodiscard]] Result<void> remove_image(std::string_view name) override;

  [[nodiscard]] Result<void> put_group(const boot::Group& group) override;
  [[nodiscard]] Result<void> remove_group(std::string_view name) override;
  [[nodiscard]] Result<void> put_rules(const std::vector<boot::Rule>& rules) override;
  [[nodiscard]] Result<void> put_unknown(const boot::UnknownDefault& unknown) override;
  [[nodiscard]] Result<std::vector<boot::SetupChange>> put_setup(const boot::Setup& wanted, bool dry_run) override;
  [[nodiscard]] Result<void> spend_next_boot(const MacAddress& mac) override;
  void learn(const boot::Sighting& sighting) override;

  [[nodiscard]] boot::LayerId new_layer_id() override { return {next_layer_++}; }
  [[nodiscard]] Result<void> change(const boot::LayerEdit& edit) override;
  [[nodiscard]] std::vector<std::string> dropped_files() override;
  [[nodiscard]] Result<void> forget_dropped(const std::string& file) override;

  /// Makes the sightings noted so far visible and stored, now.
  void flush_seen();

 private:
  using Snapshot = boot::RegistrySnapshot;
  using Events = std::vector<boot::Event>;

  /// An edit on its way: the snapshot as it will be, who is told, and the rows, which are written in one transaction.
  struct Edit {
    std::shared_ptr<Snapshot> next;
    Events events = {};
    std::vector<std::function<void()>> writes = {};
  };

  /// With the database's mutex held, as all of Edit.
  [[nodiscard]] Edit begin_edit() const { return {std::make_shared<Snapshot>(*snapshot())}; }
  [[nodiscard]] Result<void> commit(Edit edit);
  /// Into `edit`, with what each must hold to; of a client that is place_client and then check_client.
  [[nodiscard]] Result<void> add(Edit& edit, const boot::Group& wanted);
  [[nodiscard]] Result<void> add(Edit& edit, const std::vector<boot::Rule>& rules);
  [[nodiscard]] Result<void> add(Edit& edit, const boot::UnknownDefault& unknown);
  [[nodiscard]] Result<void> place_client(Edit& edit, const boot::Client& wanted);

  void publish(std::shared_ptr<const Snapshot> next, Events events);
  /// With the database's mutex held.
  [[nodiscard]] Result<void> commit(const boot::LayerEdit& edit);
  void run_seen_timer();
  /// Both change `next` and the rows alike.
  void apply_sightings(Snapshot& next, const std::vector<boot::Sighting>& sightings, Events& events);
  void drop_oldest_unknown(Snapshot& next, Events& events);
  /// Of a known client always; of strangers only so many: made-up MACs must not push the boot log out of its table.
  void tell(const boot::Client& client, boot::EventKind kind, std::string text, Events& events);

  Database& database_;
  boot::EventBus& bus_;
  const Clock& clock_;

  RateLimit strangers_{1000, 20};  ///< guarded by the database's mutex

  // A mutex held for one pointer copy: what GCC 12's atomic<shared_ptr> does too, but visible to ThreadSanitizer.
  mutable std::mutex current_mutex_;
  std::shared_ptr<const Snapshot> current_;

  std::atomic<std::int64_t> next_layer_{1};
  unsigned next_entry_ = 1;  ///< guarded by the database's mutex

  Sightings sightings_;
  std::atomic<bool> flush_posted_{false};
  std::mutex timer_mutex_;
  std::condition_variable timer_wake_;
  bool timer_armed_ = false;
  bool stopping_ = false;
  JobGate gate_;
  std::thread timer_;
};

}  // namespace bootferry::db
