// SPDX-License-Identifier: Apache-2.0
// One private overlay of pc1 on "win", that remembers what was asked of it; and who was told of boots.
#pragma once

#include "boot/boot_watch.hpp"
#include "boot/image_lives.hpp"

namespace bootferry::http::test {

/// Larger than what is sent at once; each byte tells where it is.
class FakeDisk final : public boot::DiskReader {
 public:
  static constexpr std::uint64_t length = 600'064;
  static char at(std::uint64_t offset) { return static_cast<char>(offset * 7 + (offset >> 8)); }
  ByteCount size() const override { return {length}; }
  Result<void> read(ByteCount offset, MutableByteView out) override {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(at(offset.value + i));
    return {};
  }
};

class FakeLives final : public boot::ImageLives {
 public:
  std::optional<boot::OverlayVerb> asked;
  std::optional<boot::VersionVerb> version_asked;
  std::optional<boot::ExportWish> wish;
  std::optional<boot::DiskName> exported, opened;
  std::string revision = "a-1";
  std::optional<boot::DriveMode> mode;

  std::vector<boot::OverlayView> overlays() override { return {view()}; }
  Result<boot::OverlayView> require_overlay(const boot::OverlayName& name) override {
    mode = name.mode;
    if (name.image == "win") return view();
    return fail(ErrorKind::not_found, "no overlay");
  }
  Result<void> change_overlay(const boot::OverlayName& name, const boot::OverlayVerb& verb) override {
    asked = verb;
    if (name.image == "busy") return fail(ErrorKind::conflict, "it is in use by pc1");
    return {};
  }
  Result<boot::JobView> start_export(const boot::DiskName& name, const boot::ExportWish& wanted) override {
    exported = name;
    wish = wanted;
    return boot::JobView{.id = 6, .kind = "export-image", .image = "win"};
  }
  Result<boot::OpenDisk> open_disk(const boot::DiskName& name) override {
    opened = name;
    const auto* overlay = std::get_if<boot::OverlayName>(&name);
    if (overlay && overlay->image == "busy") return fail(ErrorKind::conflict, "it is being written to by pc1");
    return boot::OpenDisk{std::make_shared<FakeDisk>(), "version 2 of image win", "win-2.raw", revision};
  }
  Result<std::vector<boot::VersionView>> versions(std::string_view) override {
    return std::vector{boot::VersionView{{2, {5}, "with Word", {}}, mib(64), mib(1), 2, {"snapshot 1"}}};
  }
  Result<void> change_versions(std::string_view, const boot::VersionVerb& verb) override {
    return version_asked = verb, Result<void>{};
  }

 private:
  static boot::OverlayView view() {
    boot::OverlayView view;
    view.overlay.key = {{{0x52, 0x54, 0, 0xe2, 0xe0, 1}}, "win", boot::DriveMode::private_overlay};
    view.overlay.version = 1;
    view.current = 2;
    view.size = mib(64);
    view.allocated = mib(1);
    view.snapshots = {{{1, {4}, 1, "before", {}}, kib(64)}};
    return view;
  }
};

class FakeWatch final : public boot::BootWatch {
 public:
  std::vector<MacAddress> boots;
  void on_boot_script(const MacAddress& mac) override { boots.push_back(mac); }
};

}  // namespace bootferry::http::test
