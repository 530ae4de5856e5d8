// SPDX-License-Identifier: Apache-2.0
#include "db/registry.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "base/log.hpp"
#include "boot/image_plans.hpp"
#include "db/layer_rows.hpp"
#include "db/quirk_rows.hpp"
#include "db/registry_checks.hpp"
#include "db/registry_rows.hpp"
#include "db/transaction.hpp"

namespace bootferry::db {
namespace {

constexpr auto seen_delay = std::chrono::milliseconds{100};  ///< sightings of machines already listed share one write
constexpr auto silence = std::chrono::seconds{10};           ///< after so long, hearing a machine again is news

boot::Event event_of(boot::EventKind kind, std::string_view image, std::string text) {
  boot::Event event;
  event.kind = kind;
  event.text = std::move(text);
  event.fields.emplace_back("image", image);
  return event;
}

std::string seen_text(const boot::Client& client, bool is_new) {
  const bool is_known = client.architecture != boot::Architecture::unknown;
  const std::string who = title(client),
                    what = is_known ? fmt::format(" ({})", boot::name_of(client.architecture)) : "";
  if (!client.address)
    return is_new ? fmt::format("Machine {} appeared{}", who, what) : fmt::format("Machine {} was heard{}", who, what);
  const std::string where = client.address->to_string();
  return is_new ? fmt::format("Machine {} appeared{} at {}", who, what, where)
                : fmt::format("Machine {} was heard{} at {}", who, what, where);
}

}  // namespace

Registry::Registry(Database& database, boot::EventBus& bus, const Clock& clock, WorkerPool& pool)
    : database_(database), bus_(bus), clock_(clock), gate_(pool) {
  {
    std::lock_guard lock(database_.mutex());
    current_ = std::make_shared<const Snapshot>(load_snapshot(database_));
    next_entry_ = find_next_entry(*current_);
    if (!current_->layers.empty()) next_layer_ = current_->layers.rbegin()->first.value + 1;
  }
  timer_ = std::thread([this] { run_seen_timer(); });
}

Registry::~Registry() {
  {
    std::lock_guard lock(timer_mutex_);
    stopping_ = true;
  }
  timer_wake_.notify_all();
  timer_.join();
  gate_.close();
  flush_seen();
}

std::shared_ptr<const boot::RegistrySnapshot> Registry::snapshot() const {
  std::lock_guard lock(current_mutex_);
  return current_;
}

void Registry::publish(std::shared_ptr<const Snapshot> next, Events events) {
  {
    std::lock_guard lock(current_mutex_);
    current_.swap(next);  // the old one dies outside of the lock
  }
  for (boot::Event& event : events) bus_.publish(std::move(event));
}

// ---- sightings

void Registry::note_seen(const boot::Sighting& sighting) {
  boot::Sighting stamped = sighting;
  if (stamped.at == WallTime{}) stamped.at = clock_.wall_now();
  const bool first = sightings_.add(stamped);
  if (!snapshot()->find_client(stamped.mac)) {
    if (!flush_posted_.exchange(true)) gate_.post([this] { flush_seen(); });
    return;
  }
  if (!first) return;
  {
    std::lock_guard lock(timer_mutex_);
    timer_armed_ = true;
  }
  timer_wake_.notify_one();
}

void Registry::run_seen_timer() {
  std::unique_lock lock(timer_mutex_);
  while (!stopping_) {
    timer_wake_.wait(lock, [this] { return stopping_ || timer_armed_; });
    timer_wake_.wait_for(lock, seen_delay, [this] { return stopping_; });
    timer_armed_ = false;
    if (!stopping_) gate_.post([this] { flush_seen(); });
  }
}

void Registry::flush_seen() {
  std::lock_guard lock(database_.mutex());
  flush_posted_ = false;  // before the take: what comes later posts again
  const std::vector<boot::Sighting> sightings = sightings_.take();
  if (sightings.empty()) return;
  auto next = std::make_shared<Snapshot>(*snapshot());
  Events events;
  try {
    Transaction transaction(database_, Durability::soon);
    apply_sightings(*next, sightings, events);
    drop_oldest_unknown(*next, events);
    transaction.commit();
  } catch (const DbError& error) {
    log::error("SIGHTINGS_NOT_WRITTEN", {{"count", std::to_string(sightings.size())}, {"why", error.what()}});
    return;  // they will be heard again
  }
  publish(std::move(next), std::move(events));
}

void Registry::apply_sightings(Snapshot& next, const std::vector<boot::Sighting>& sightings, Events& events) {
  for (const boot::Sighting& sighting : sightings) {
    const auto [at, is_new] = next.clients.try_emplace(sighting.mac);
    boot::Client& client = at->second;
    client.mac = sighting.mac;
    const bool was_silent = !client.last_seen || sighting.at - *client.last_seen > silence;
    const bool moved =
        (sighting.address && sighting.address != client.address) ||
        (sighting.architecture != boot::Architecture::unknown && sighting.architecture != client.architecture);
    if (sighting.address) client.address = sighting.address;
    if (sighting.architecture != boot::Architecture::unknown) client.architecture = sighting.architecture;
    if (!sighting.uuid.empty()) client.uuid = sighting.uuid;
    if (!sighting.serial.empty()) client.serial = sighting.serial;
    if (!client.first_seen) client.first_seen = sighting.at;
    client.last_seen = std::max(client.last_seen.value_or(sighting.at), sighting.at);
    write_sighting(database_, client);
    if (sighting.learned_proxy_form && sighting.learned_proxy_form != client.quirks.learned_proxy_form) {
      client.quirks.learned_proxy_form = sighting.learned_proxy_form;
      write_quirks(database_, client);
    }
    if (is_new || was_silent || moved) {
      tell(client, boot::EventKind::client_seen, seen_text(client, is_new), events);
    }
  }
}

void Registry::drop_oldest_unknown(Snapshot& next, Events& events) {
  std::vector<std::pair<WallTime, MacAddress>> unknown;
  for (const auto& [mac, client] : next.clients) {
    if (!client.known) unknown.emplace_back(client.last_seen.value_or(WallTime{}), mac);
  }
  if (unknown.size() <= max_unknown) return;
  std::sort(unknown.begin(), unknown.end());
  unknown.resize(unknown.size() - max_unknown);
  for (const auto& [seen, mac] : unknown) {
    const auto at = next.clients.find(mac);
    delete_client(database_, mac);
    tell(at->second, boot::EventKind::client_removed,
         fmt::format("Machine {} was forgotten: more than {} unknown machines were seen", mac.to_string(), max_unknown),
         events);
    next.clients.erase(at);
  }
}

void Registry::tell(const boot::Client& client, boot::EventKind kind, std::string text, Events& events) {
  if (client.known || strangers_.try_take(clock_.now())) events.push_back(event_of(kind, client, std::move(text)));
}

// ---- edits

Result<void> Registry::put_client(const boot::Client& wanted) {
  std::lock_guard lock(database_.mutex());
  Edit edit = begin_edit();
  if (auto placed = place_client(edit, wanted); !placed) return placed;
  if (auto good = check_client(*edit.next, wanted.mac); !good) return good;
  return commit(std::move(edit));
}

Result<void> Registry::place_client(Edit& edit, const boot::Client& wanted) {
  if (!wanted.name.empty()) {
    if (auto name = boot::check_client_name(wanted.name); !name) return name;
  }
  if (auto entries = boot::check_entries(wanted.menu); !entries) return entries;
  const bool is_new = !edit.next->clients.contains(wanted.mac);
  boot::Client& client = edit.next->clients[wanted.mac];
  // What was seen of it is not a person's to say.
  const boot::Menu before = std::exchange(client.menu, wanted.menu);
  client.mac = wanted.mac;
  client.name = wanted.name;
  client.known = true;
  client.groups = wanted.groups;
  client.reserved_address = wanted.reserved_address;
  client.access = wanted.access;
  boot::keep_entry_ids(client.menu, before, next_entry_, true);
  if (wanted.next_boot != client.next_boot) {
    client.next_boot = wanted.next_boot;
    if (client.next_boot && client.next_boot->once) client.next_boot->once->id = next_entry_++;
  }
  const auto learned = client.quirks.learned_proxy_form;
  client.quirks = wanted.quirks;
  client.quirks.learned_proxy_form = learned;
  edit.events.push_back(event_of(boot::EventKind::client_changed, client,
                                 is_new ? fmt::format("Client {} was added", title(client))
                                        : fmt::format("Client {} was changed", title(client))));
  edit.writes.emplace_back([this, &client] { write_client(database_, client); });
  return {};
}

Result<void> Registry::commit(Edit edit) {
  try {
    Transaction transaction(database_);
    for (const auto& write : edit.writes) write();
    transaction.commit();
  } catch (const DbError& error) {
    return std::unexpected(error.to_error());
  }
  publish(std::move(edit.next), std::move(edit.events));
  return {};
}

Result<void> Registry::remove_client(const MacAddress& mac) {
  std::lock_guard lock(database_.mutex());
  const auto before = snapshot();
  auto next = std::make_shared<Snapshot>(*before);
  const auto at = next->clients.find(mac);
  if (at == next->clients.end())
    return fail(ErrorKind::not_found, fmt::format("there is no client {}", mac.to_string()));
  for (std::size_t i = 0; i < before->rules.size(); ++i) {
    const auto* as = std::get_if<boot::AsClient>(&before->rules[i].then);
    if (as && as->mac == mac)
      return fail(ErrorKind::conflict,
                  fmt::format("rule {} gives machines the place of the client {}; remove the rule first", i + 1,
                              title(at->second)));
  }
  boot::LayerEdit edit;  // what only its boots needed goes with it; what it has changed for good does not
  for (const auto& [key, overlay] : before->overlays) {
    if (key.mac != mac) continue;
    if (!overlay.is_of_one_boot())
      return fail(ErrorKind::conflict,
                  fmt::format("the client {} has changes of its own on image {}; discard them first (bootferry overlay "
                              "discard {} {}), or apply them",
                              title(at->second), key.image, mac.to_string(), key.image));
    edit.remove_overlays.push_back(key);
  }
  edit.events.push_back(
      event_of(boot::EventKind::client_removed, at->second, fmt::format("Client {} was removed", title(at->second))));
  next->clients.erase(at);
  boot::apply(edit, *next);
  try {
    Transaction transaction(database_);
    write_layer_edit(database_, edit, *before, *next);
    delete_client(database_, mac);
    transaction.commit();
  } catch (const DbError& error) {
    return std::unexpected(error.to_error());
  }
  publish(std::move(next), std::move(edit.events));
  return {};
}

Result<void> Registry::put_image(const boot::Image& wanted) {
  if (auto name = boot::check_image_name(wanted.name); !name) return name;
  std::lock_guard lock(database_.mutex());
  const auto now = snapshot();
  const boot::Image* known = now->find_image(wanted.name);
  boot::LayerEdit edit;
  boot::Image image = wanted;
  // Somebody cloned an image to this name while the file of another one was being copied.
  if (known && known->file != wanted.file)
    return fail(ErrorKind::conflict,
                fmt::format("there is already an image {}; choose another name, or remove it first", wanted.name));
  if (known) {
    image.versions = known->versions;
    boot::Layer layer = now->layers.at(known->current().layer);
    layer.size = wanted.size;
    edit.put_layers.push_back(layer);
  } else {
    const boot::Layer layer{new_layer_id(), {}, wanted.file, wanted.format, wanted.size, wanted.created};
    image.versions = {{1, layer.id, "", wanted.created}};
    edit.put_layers.push_back(layer);
  }
  edit.put_images.push_back(image);
  const std::string size = render_byte_count(image.size);
  edit.events.push_back(known ? event_of(boot::EventKind::image_changed, image.name,
                                         fmt::format("Image {} was changed ({})", image.name, size))
                              : event_of(boot::EventKind::image_added, image.name,
                                         fmt::format("Image {} was added ({})", image.name, size)));
  return commit(edit);
}

Result<void> Registry::remove_image(std::string_view name) {
  std::lock_guard lock(database_.mutex());
  const auto now = snapshot();
  const auto plan = boot::plan_remove_image({*now, clock_.wall_now(), {}}, name);
  return plan ? commit(plan->edit) : Result<void>(std::unexpected(plan.error()));
}

// ---- layers

Result<void> Registry::change(const boot::LayerEdit& edit) {
  std::lock_guard lock(database_.mutex());
  return commit(edit);
}

std::vector<std::string> Registry::dropped_files() {
  std::lock_guard lock(database_.mutex());
  return load_dropped_files(database_);
}

Result<void> Registry::forget_dropped(const std::string& file) {
  std::lock_guard lock(database_.mutex());
  try {
    Transaction transaction(database_);
    delete_dropped_file(database_, file);
    transaction.commit();
  } catch (const DbError& error) {
    return std::unexpected(error.to_error());
  }
  return {};
}

Result<void> Registry::commit(const boot::LayerEdit& edit) {
  const auto before = snapshot();
  auto next = std::make_shared<Snapshot>(*before);
  boot::apply(edit, *next);
  try {
    Transaction transaction(database_);
    write_layer_edit(database_, edit, *before, *next);
    transaction.commit();
  } catch (const DbError& error) {
    return std::unexpected(error.to_error());
  }
  publish(std::move(next), edit.events);
  return {};
}

}  // namespace bootferry::db
