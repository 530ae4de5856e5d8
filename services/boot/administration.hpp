// SPDX-License-Identifier: Apache-2.0
// What a person can do, whichever door he comes through (page, API, command line): the verbs of docs/api.md.
// Implemented by app, and by a fake in the tests of http. Every call may block, an import
// for minutes: run it on a worker of its own, never on a loop or on the db thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/latency_histogram.hpp"
#include "base/result.hpp"
#include "boot/boot_record.hpp"
#include "boot/client.hpp"
#include "boot/event.hpp"
#include "boot/image.hpp"
#include "boot/image_check.hpp"
#include "boot/lease_store.hpp"
#include "boot/setup.hpp"

namespace bootferry::boot {

struct Health {
  std::string version;
  WallTime started{};
  WallTime now{};
  std::string interface;
  Ipv4Address server_address;
  Ipv4Network network;  ///< of the interface
  std::string dhcp_mode;
  std::optional<Ipv4Range> dhcp_range{};  ///< server mode: the addresses to give
  std::uint16_t dhcp_port = 67, pxe_port = 4011, tftp_port = 69, http_port = 8080, iscsi_port = 3260;
  std::uint16_t https_port = 0;  ///< 0: there is none
  std::size_t clients = 0, images = 0, sessions = 0;
  std::vector<std::string> warnings{};  ///< sentences with their mend; none when all is well
};

enum class ClientState { off, waiting, booting, on };
[[nodiscard]] std::string_view name_of(ClientState state);

struct OfferedView {
  std::string name, group;  ///< group: empty where it is the client's own, or a rule's
  BootEntry boot;
};

struct ClientView {
  Client client;
  ClientState state = ClientState::off;
  std::vector<std::string> targets;
  BootEntry boot = Wait{};           ///< what it boots when nobody presses a key
  std::vector<OfferedView> offered;  ///< its menu, groups and rules counted in
  std::string why;                   ///< "rule 2"; empty: what was said of itself
  std::optional<BootSummary> last_boot;
};

struct ImageView {
  Image image;
  ByteCount allocated;  ///< on disk; a sparse file has less than its size
  std::vector<MacAddress> used_by;
  std::vector<std::filesystem::path> missing_files{};  ///< not there: it cannot be opened; none when all is well
};

/// What went through a session, or through all sessions of a target.
struct TrafficCounters {
  std::uint64_t reads = 0, writes = 0, others = 0;  ///< SCSI commands by the direction of their data
  std::uint64_t errors = 0;                         ///< of them, those that ended with CHECK CONDITION
  ByteCount bytes_read, bytes_written;
  LatencyHistogram read_latency, write_latency;  ///< from a command's arrival to its answer

  [[nodiscard]] std::uint64_t commands() const { return reads + writes + others; }
  void add(const TrafficCounters& other) {
    reads += other.reads, writes += other.writes, others += other.others, errors += other.errors;
    bytes_read += other.bytes_read, bytes_written += other.bytes_written;
    read_latency.merge(other.read_latency);
    write_latency.merge(other.write_latency);
  }
};

/// What was agreed at login (RFC 7143 section 13, in its words).
struct SessionLimits {
  bool header_digest = false, data_digest = false, initial_r2t = true, immediate_data = true;
  std::uint32_t send_segment = 8192;     ///< MaxRecvDataSegmentLength that the initiator declared
  std::uint32_t receive_segment = 8192;  ///< MaxRecvDataSegmentLength that we declared
  std::uint32_t max_burst = 0, first_burst = 0, max_outstanding_r2t = 1;
};

struct SessionView {
  std::uint64_t id = 0;
  std::string target, initiator, address, portal, isid, state, image;
  std::uint16_t tsih = 0;
  std::uint8_t drive = 0x80;
  bool read_only = false;
  std::optional<MacAddress> mac;
  WallTime since{};
  SessionLimits limits;
  TrafficCounters traffic;
  std::uint32_t queue_depth = 0, highest_queue_depth = 0;
  std::string last_command;  ///< "READ(10)"; empty before the first
  std::chrono::milliseconds last_command_age{};
};

/// All that went through a target since the server started, ended sessions too.
struct TargetTraffic {
  std::string target;
  std::optional<MacAddress> mac;
  std::size_t sessions = 0;  ///< that live
  TrafficCounters counters;
};

/// What a person says of a client; what is left out keeps its value.
struct ClientChange {
  std::optional<std::string> name;
  std::optional<BootEntry> boot;  ///< in the place of all entries
  std::optional<std::optional<Ipv4Address>> reserved_address;
  std::optional<AccessChange> access;
  std::optional<std::vector<Entry>> entries;  ///< their ids do not count
  std::optional<std::string> default_entry;   ///< "": the first
  std::optional<std::optional<std::chrono::seconds>> menu_timeout;
  std::optional<std::optional<NextBoot>> next_boot;
  std::optional<std::vector<std::string>> groups;
  std::optional<Variables> variables;
  std::optional<QuirksChange> quirks{};
};

/// A Setup as a person writes it: what he leaves out of a client keeps its value.
struct SetupOrder {
  std::vector<Group> groups;
  std::vector<std::pair<MacAddress, ClientChange>> clients;
  std::optional<std::vector<Rule>> rules;
  std::optional<UnknownDefault> unknown;
};

struct EventQuery {
  std::optional<MacAddress> mac;
  /// The first ones after this id; none: the newest.
  std::optional<std::uint64_t> after = {};
  std::size_t limit = 100;
};

/// What a person says of an image that he adds.
struct NewImage {
  std::string name;
  std::uint32_t block_size = 512;
  DiskTraits traits = {};
  std::optional<std::string> format = {};  ///< of a file; none: what it shows to be
  std::string sha256 = {};                 ///< of a file, as a person gave it; empty: not checked
  std::string preset = "blank";            ///< of one that is made
  bool says_physical_block_size = false;   ///< else it is the preset's
};

/// What became of a file that was added.
struct AddedImage {
  ImageView view;
  std::string packing;     ///< "gzip", "xz", "zstd", "bzip2"; empty: it was not packed
  std::string recognised;  ///< "raw", "iso", "floppy", "qcow2", "vmdk", "vdi", "vhd", "vhdx"
  std::string sha256;      ///< of the file as it was given; empty for a disk
};

class Administration {
 public:
  virtual ~Administration() = default;

  [[nodiscard]] virtual Health health() = 0;

  [[nodiscard]] virtual std::vector<ClientView> clients() = 0;
  [[nodiscard]] virtual Result<ClientView> require_client(const MacAddress& mac) = 0;
  [[nodiscard]] virtual Result<ClientView> put_client(const MacAddress& mac, const ClientChange& change) = 0;
  [[nodiscard]] virtual Result<void> remove_client(const MacAddress& mac) = 0;
  /// All of it, or with `dry_run` or when one thing is refused nothing; says what changes, for each thing.
  [[nodiscard]] virtual Result<std::vector<SetupChange>> apply_setup(const SetupOrder& order, bool dry_run) = 0;

  [[nodiscard]] virtual std::vector<ImageView> images() = 0;
  [[nodiscard]] virtual Result<ImageView> require_image(std::string_view name) = 0;
  /// `size` 0: that of the preset.
  [[nodiscard]] virtual Result<ImageView> create_image(const NewImage& image, ByteCount size) = 0;
  /// Reads it, and says what is wrong with it. conflict while a machine writes to it.
  [[nodiscard]] virtual Result<ImageCheck> check_image(std::string_view name) = 0;
  /// Mends what can be mended. conflict while anybody has it open, or an overlay lies on it.
  [[nodiscard]] virtual Result<ImageCheck> repair_image(std::string_view name) = 0;
  /// Copies a file of this machine into the library; only for the Unix socket, whose users are root anyway.
  [[nodiscard]] virtual Result<AddedImage> import_image(const NewImage& image, const std::filesystem::path& source) = 0;
  /// Makes an image of a disk of this machine (a whole one, a partition, RAID, LVM), which stays where it is and is
  /// only lent; for the Unix socket, as above. conflict while this machine uses it, or another image is on it.
  [[nodiscard]] virtual Result<ImageView> attach_image(const NewImage& image, const std::filesystem::path& device) = 0;
  /// Also while machines have it open: they are told. conflict when it would become smaller.
  [[nodiscard]] virtual Result<ImageView> grow_image(std::string_view name, ByteCount size) = 0;
  [[nodiscard]] virtual Result<void> remove_image(std::string_view name) = 0;
  [[nodiscard]] virtual Result<std::filesystem::path> image_path(std::string_view name) = 0;

  [[nodiscard]] virtual std::vector<SessionView> sessions() = 0;
  [[nodiscard]] virtual Result<void> drop_session(std::uint64_t id) = 0;

  [[nodiscard]] virtual std::vector<Lease> leases() = 0;
  /// Oldest first.
  [[nodiscard]] virtual std::vector<Event> events(const EventQuery& query) = 0;
};

}  // namespace bootferry::boot
