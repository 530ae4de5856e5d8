// SPDX-License-Identifier: Apache-2.0
// What a person can do with versions of images and with overlays on them, whichever door he comes through: more verbs
// of docs/api.md. Implemented by app, and by a fake in the tests of http. Every call may block: on a worker only.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "boot/client_registry.hpp"
#include "boot/disk_reader.hpp"
#include "boot/job.hpp"

namespace bootferry::boot {

struct VersionView {
  ImageVersion version;
  ByteCount size;                  ///< of the disk
  ByteCount allocated;             ///< on the server's disk: what it has of its own
  std::size_t depth = 1;           ///< layers that lie on each other, with its own
  std::vector<std::string> users;  ///< what lies on it
};

struct SnapshotView {
  OverlaySnapshot snapshot;
  ByteCount allocated;  ///< what changed since the one before
};

struct OverlayView {
  Overlay overlay;
  ByteCount size;        ///< of the disk
  ByteCount allocated;   ///< on the server's disk: changes since the newest snapshot
  ByteCount quota;       ///< 0: none
  unsigned current = 1;  ///< version of the image
  bool in_use = false;   ///< a session has it open
  std::vector<SnapshotView> snapshots;

  [[nodiscard]] bool is_behind() const { return overlay.version != current; }
};

/// Which overlay is meant. Without a mode: that of the client's drive, else the private one.
struct OverlayName {
  MacAddress mac;
  std::string image;
  std::optional<DriveMode> mode = {};
};

struct VersionName {
  std::string image;
  std::optional<unsigned> version = {};  ///< none: the current one
};
/// A disk, with all that it lies on.
using DiskName = std::variant<VersionName, OverlayName>;

struct TakeSnapshot {
  std::string comment;
};
struct Rollback {
  unsigned snapshot = 0;
};
struct RemoveSnapshot {
  unsigned snapshot = 0;
};
struct Rebase {};
struct Apply {
  std::string comment;
};
struct Clone {
  std::string image;  ///< its name
};
struct Discard {};
struct Grow {
  ByteCount size;
};
using OverlayVerb = std::variant<TakeSnapshot, Rollback, RemoveSnapshot, Rebase, Apply, Clone, Discard, Grow>;

struct Publish {
  std::string comment;
  std::optional<unsigned> from = {};  ///< none: the current version
};
struct CloneImage {
  std::string image;  ///< its name
  std::optional<unsigned> from = {};
};
struct RemoveVersion {
  unsigned version = 0;
};
using VersionVerb = std::variant<Publish, CloneImage, RemoveVersion>;

/// What is written into a file of its own.
struct ExportWish {
  std::filesystem::path target;  ///< absolute, on this machine
  bool qcow2 = false;            ///< else raw
};

class ImageLives {
 public:
  virtual ~ImageLives() = default;

  /// Private and fresh ones.
  [[nodiscard]] virtual std::vector<OverlayView> overlays() = 0;
  [[nodiscard]] virtual Result<OverlayView> require_overlay(const OverlayName& name) = 0;
  /// conflict, with the name of its machine, while that has it open (Grow may).
  [[nodiscard]] virtual Result<void> change_overlay(const OverlayName& name, const OverlayVerb& verb) = 0;

  /// Writes the disk into a file of its own, as a job of its own (boot::Intake shows it). conflict while its machine
  /// writes to it, or when the file is there.
  [[nodiscard]] virtual Result<JobView> start_export(const DiskName& name, const ExportWish& wish) = 0;
  /// For one who reads all of it. conflict while its machine writes to it; nobody does as long as the answer lives.
  [[nodiscard]] virtual Result<OpenDisk> open_disk(const DiskName& name) = 0;

  /// Oldest first.
  [[nodiscard]] virtual Result<std::vector<VersionView>> versions(std::string_view image) = 0;
  [[nodiscard]] virtual Result<void> change_versions(std::string_view image, const VersionVerb& verb) = 0;
};

}  // namespace bootferry::boot
