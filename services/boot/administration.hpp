// SPDX-License-Identifier: Apache-2.0
// What a person can do, whichever door he comes through (page, API, command line): the verbs of docs/api.md.
// Implemented by app, and by a fake in the tests of http. Every call may block, an import
// for minutes: run it on a worker of its own, never on a loop or on the db thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "boot/client.hpp"
#include "boot/event.hpp"
#include "boot/image.hpp"
#include "boot/lease_store.hpp"

namespace bootferry::boot {

struct Health {
  std::string version;
  WallTime started{};
  WallTime now{};
  std::string interface;
  Ipv4Address server_address;
  Ipv4Network network;  ///< of the interface
  std::string dhcp_mode;
  std::uint16_t dhcp_port = 67, pxe_port = 4011, tftp_port = 69, http_port = 8080, iscsi_port = 3260;
  std::size_t clients = 0, images = 0, sessions = 0;
};

enum class ClientState { off, waiting, booting, on };
[[nodiscard]] std::string_view name_of(ClientState state);

struct ClientView {
  Client client;
  ClientState state = ClientState::off;
  std::vector<std::string> targets;
};

struct ImageView {
  Image image;
  ByteCount allocated;  ///< on disk; a sparse file has less than its size
  std::vector<MacAddress> used_by;
};

struct SessionView {
  std::uint64_t id = 0;
  std::string target, initiator, address, isid, state, image;
  std::uint16_t tsih = 0;
  std::uint8_t drive = 0x80;
  bool read_only = false;
  std::optional<MacAddress> mac;
  WallTime since{};
  ByteCount bytes_read, bytes_written;
  std::uint64_t commands = 0;
};

/// What a person says of a client; what is left out keeps its value.
struct ClientChange {
  std::optional<std::string> name;
  std::optional<BootEntry> boot;
  std::optional<std::optional<Ipv4Address>> reserved_address;
};

struct EventQuery {
  std::optional<MacAddress> mac;
  std::uint64_t after = 0;
  std::size_t limit = 100;
};

/// What a person says of an image that he adds.
struct NewImage {
  std::string name;
  std::uint32_t block_size = 512;
};

class Administration {
 public:
  virtual ~Administration() = default;

  [[nodiscard]] virtual Health health() = 0;

  [[nodiscard]] virtual std::vector<ClientView> clients() = 0;
  [[nodiscard]] virtual Result<ClientView> require_client(const MacAddress& mac) = 0;
  [[nodiscard]] virtual Result<ClientView> put_client(const MacAddress& mac, const ClientChange& change) = 0;
  [[nodiscard]] virtual Result<void> remove_client(const MacAddress& mac) = 0;

  [[nodiscard]] virtual std::vector<ImageView> images() = 0;
  [[nodiscard]] virtual Result<ImageView> require_image(std::string_view name) = 0;
  [[nodiscard]] virtual Result<ImageView> create_image(const NewImage& image, ByteCount size) = 0;
  /// Copies a file of this machine into the library; only for the Unix socket, whose users are root anyway.
  [[nodiscard]] virtual Result<ImageView> import_image(const NewImage& image, const std::filesystem::path& source) = 0;
  [[nodiscard]] virtual Result<void> remove_image(std::string_view name) = 0;
  [[nodiscard]] virtual Result<std::filesystem::path> image_path(std::string_view name) = 0;

  [[nodiscard]] virtual std::vector<SessionView> sessions() = 0;
  [[nodiscard]] virtual Result<void> drop_session(std::uint64_t id) = 0;

  [[nodiscard]] virtual std::vector<Lease> leases() = 0;
  /// Oldest first.
  [[nodiscard]] virtual std::vector<Event> events(const EventQuery& query) = 0;
};

}  // namespace bootferry::boot
