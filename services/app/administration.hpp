// SPDX-License-Identifier: Apache-2.0
// What a person can do, done: the one implementation behind the page, the API and the command line. Called on the db
// thread (edits) and on network loops (reads of snapshots).
#pragma once

#include <mutex>

#include "app/client_activity.hpp"
#include "app/client_change.hpp"
#include "app/disk_directory.hpp"
#include "boot/administration.hpp"
#include "boot/client_registry.hpp"
#include "boot/network_servers.hpp"
#include "db/event_store.hpp"
#include "images/image_library.hpp"
#include "incoming/importer.hpp"
#include "iscsi/server.hpp"

namespace bootferry::app {

class BootKeeper;

class ApplianceAdministration final : public boot::Administration {
 public:
  struct Parts {
    boot::ClientRegistry& registry;
    boot::LeaseStore& leases;
    db::EventStore& events;
    images::ImageLibrary& library;
    iscsi::Server& target;
    const ClientActivity& activity;
    const Clock& clock;
    DiskDirectory& disks;
    LayerKeeper& layers;
    const boot::NetworkServers* network = nullptr;  ///< none: nobody looks for other servers (tests)
    const BootKeeper* boots = nullptr;              ///< none: clients have no last boot (tests)
    boot::AssignmentStore* assignments = nullptr;   ///< none: many things at once are not applied (tests)
    std::function<std::uint16_t()> https_port{};    ///< none: nobody listens there (tests)
  };

  /// `identity`: the parts of health() that never change while the server runs.
  ApplianceAdministration(Parts parts, boot::Health identity);

  /// At start: an image that is bigger than its row says was grown before a crash, or by hand.
  void note_grown_images();

  [[nodiscard]] boot::Health health() override;
  [[nodiscard]] std::vector<boot::ClientView> clients() override;
  [[nodiscard]] Result<boot::ClientView> require_client(const MacAddress& mac) override;
  [[nodiscard]] Result<boot::ClientView> put_client(const MacAddress& mac, const boot::ClientChange& change) override;
  [[nodiscard]] Result<void> remove_client(const MacAddress& mac) override;
  [[nodiscard]] Result<std::vector<boot::SetupChange>> apply_setup(const boot::SetupOrder& order,
                                                                   bool dry_run) override;
  [[nodiscard]] std::vector<boot::ImageView> images() override;
  [[nodiscard]] Result<boot::ImageView> require_image(std::string_view name) override;
  [[nodiscard]] Result<boot::ImageView> create_image(const boot::NewImage& image, ByteCount size) override;
  [[nodiscard]] Result<boot::ImageCheck> check_image(std::string_view name) override;
  [[nodiscard]] Result<boot::ImageCheck> repair_image(std::string_view name) override;
  [[nodiscard]] Result<boot::AddedImage> import_image(const boot::NewImage& image,
                                                      const std::filesystem::path& source) override;
  /// The same, told how far it is; `may_wait`: until the copy before it is done, instead of unavailable.
  [[nodiscard]] Result<boot::AddedImage> import_image(const boot::NewImage& image, const std::filesystem::path& source,
                                                      const incoming::StepReport& report, bool may_wait);
  /// What import_image would say at once of such an order.
  [[nodiscard]] Result<void> check_import(const boot::NewImage& image) const;
  Result<boot::ImageView> attach_image(const boot::NewImage& image, const std::filesystem::path& device) override;
  [[nodiscard]] Result<boot::ImageView> grow_image(std::string_view name, ByteCount size) override;
  [[nodiscard]] Result<void> remove_image(std::string_view name) override;
  [[nodiscard]] Result<std::filesystem::path> image_path(std::string_view name) override;
  [[nodiscard]] std::vector<boot::SessionView> sessions() override;
  [[nodiscard]] Result<void> drop_session(std::uint64_t id) override;
  [[nodiscard]] std::vector<boot::Lease> leases() override;
  [[nodiscard]] std::vector<boot::Event> events(const boot::EventQuery& query) override;

 private:
  [[nodiscard]] boot::ClientView view_of(const boot::Client& client, const boot::RegistrySnapshot& registry,
                                         const std::vector<boot::SessionView>& sessions) const;
  [[nodiscard]] boot::ImageView view_of(const boot::Image& image, const boot::RegistrySnapshot& registry) const;
  /// The name is well-formed and free, and such disks exist; else the error to answer.
  [[nodiscard]] Result<void> check_new_image(const boot::NewImage& image) const;
  void note_cd_floppy(boot::Image image);
  [[nodiscard]] Result<boot::ImageView> register_image(const boot::NewImage& image);

  Parts parts_;
  std::mutex import_;  ///< held by the one copy that may run: more would leave nobody to answer the page meanwhile
  std::mutex edits_;  ///< from reading to writing: two people's changes to one client both count, and no image that was
                      ///< just given to a client is removed
  boot::Health identity_;
  Reservable reservable_;
};

}  // namespace bootferry::app
