// SPDX-License-Identifier: Apache-2.0
// Makes the boot media with the tools of the system: mtools, syslinux, isolinux, xorriso. Keeps each until its parts
// change. Owned by Appliance; called on the db thread, one medium at a time.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "app/media_parts.hpp"
#include "boot/boot_media.hpp"

namespace bootferry::app {

/// Where Debian's packages have what the media begin with.
struct MediaSources {
  std::filesystem::path isolinux = "/usr/lib/ISOLINUX";              ///< isolinux.bin, isohdpfx.bin
  std::filesystem::path modules = "/usr/lib/syslinux/modules/bios";  ///< ldlinux.c32
  std::filesystem::path mbr = "/usr/lib/syslinux/mbr/mbr.bin";
};

class MediaWorkshop final : public boot::BootMedia {
 public:
  /// `folder` is ours alone; `script` is what the media's iPXE runs.
  MediaWorkshop(std::filesystem::path folder, std::string script, boot::LoaderCatalog loaders,
                MediaSources sources = {})
      : folder_(std::move(folder)),
        script_(std::move(script)),
        loaders_(std::move(loaders)),
        sources_(std::move(sources)) {}

  [[nodiscard]] Result<std::filesystem::path> make(boot::MediumKind kind) override;

 private:
  struct Parts {
    std::vector<MediumPart> bios, uefi;
  };
  [[nodiscard]] Result<Parts> gather(boot::MediumKind kind) const;
  [[nodiscard]] Result<void> build(boot::MediumKind kind, const Parts& parts, const std::filesystem::path& out) const;
  [[nodiscard]] Result<void> build_floppy(const Parts& parts, const std::filesystem::path& out) const;
  [[nodiscard]] Result<void> build_iso(const Parts& parts, const std::filesystem::path& out) const;
  [[nodiscard]] Result<void> build_usb(const Parts& parts, const std::filesystem::path& out) const;
  [[nodiscard]] Result<void> write_boot_code(const std::filesystem::path& disk) const;
  [[nodiscard]] Result<void> install_syslinux(const std::filesystem::path& image, std::uint64_t offset) const;

  const std::filesystem::path folder_;
  const std::string script_;
  const boot::LoaderCatalog loaders_;
  const MediaSources sources_;
  std::mutex one_at_a_time_;
  bool texts_written_ = false;                       ///< the script and the menu, which are parts of every medium
  std::map<boot::MediumKind, std::string> made_of_;  ///< the parts of each file that is there
};

}  // namespace bootferry::app
