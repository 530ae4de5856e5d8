// SPDX-License-Identifier: Apache-2.0
// One private overlay of pc1 on "win", that remembers what was asked of it; and who was told of boots.
#pragma once

#include "boot/boot_watch.hpp"
#include "boot/image_lives.hpp"

namespace bootferry::http::test {

class FakeLives final : public boot::ImageLives {
 public:
  std::optional<boot::OverlayVerb> asked;
  std::optional<boot::VersionVerb> version_asked;
  std::optional<boot::ExportWish> wish;
  std::optional<unsigned> exported;
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
  Result<void> export_overlay(const boot::OverlayName&, const boot::ExportWish& wanted) override {
    return wish = wanted, Result<void>{};
  }
  Result<void> export_image(std::string_view, std::optional<unsigned> version,
                            const boot::ExportWish& wanted) override {
    exported = version;
    return wish = wanted, Result<void>{};
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
