// SPDX-License-Identifier: Apache-2.0
// Boot media: what goes onto which, and that the tools of the system make something that has it.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "app/loaders.hpp"
#include "app/media_workshop.hpp"
#include "app/tool.hpp"
#include "support/temporary_folder.hpp"

namespace bootferry::app {
namespace {

namespace fs = std::filesystem;
using boot::MediumKind;

boot::LoaderCatalog::Files files(std::initializer_list<const char*> names) {
  boot::LoaderCatalog::Files made;
  for (const char* name : names) made[name].file = fs::path("/l") / name;
  return made;
}

std::string listing(const Result<std::vector<MediumPart>>& parts) {
  if (!parts) return parts.error().message;
  std::string text;
  for (const MediumPart& part : *parts) text += part.source.string() + ">" + part.target + " ";
  return text;
}

TEST(MediaParts, ABiosStartsTheKernelLikeBuildWithTheScript) {
  EXPECT_EQ(listing(bios_parts(files({"ipxe.lkrn"}), "/s", "/c")),
            "/l/ipxe.lkrn>ipxe.krn /s>boot.ipx /c>syslinux.cfg ");
  EXPECT_NE(listing(bios_parts({}, "/s", "/c")).find("install the package ipxe"), std::string::npos);
}

TEST(MediaParts, UefiStartsABuildWithDrivers) {
  EXPECT_EQ(listing(uefi_parts(files({"ipxe.efi", "snponly.efi", "ipxe-arm64.efi"}), "/s")),
            "/l/ipxe.efi>EFI/BOOT/BOOTX64.EFI /l/ipxe-arm64.efi>EFI/BOOT/BOOTAA64.EFI /s>EFI/BOOT/autoexec.ipxe "
            "/s>autoexec.ipxe ");
  EXPECT_NE(listing(uefi_parts(files({"snponly.efi"}), "/s")).find("ipxe.efi"), std::string::npos);
}

TEST(MediaParts, ASignedSetGoesWhole) {
  const auto set = files({"ipxe.efi", "secureboot/shimx64.efi", "secureboot/ipxe.efi", "secureboot/grubx64.efi"});
  EXPECT_EQ(listing(uefi_parts(set, "/s")),
            "/l/secureboot/shimx64.efi>EFI/BOOT/BOOTX64.EFI /l/secureboot/ipxe.efi>EFI/BOOT/ipxe.efi "
            "/l/secureboot/grubx64.efi>EFI/BOOT/grubx64.efi /s>EFI/BOOT/autoexec.ipxe /s>autoexec.ipxe ");
}

struct Workshop : testing::Test {
  const test::TemporaryFolder folder;
  boot::LoaderCatalog loaders;
  Workshop() { loaders.replace(find_loaders({.user = "/nonexistent"})); }

  static std::string bytes_at(const fs::path& file, std::size_t at, std::size_t count) {
    std::ifstream in(file, std::ios::binary);
    in.seekg(static_cast<std::streamoff>(at));
    std::string bytes(count, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(count));
    return bytes;
  }
  static std::string read_from(const std::string& image, const std::string& name) {
    const auto text = read_tool({"env", "MTOOLS_SKIP_CHECK=1", "mtype", "-i", image, name}, "mtools");
    return text ? *text : text.error().message;
  }
};

TEST_F(Workshop, TheFloppyHasItsSizeAndTheScript) {
  MediaWorkshop workshop(folder / "media", "#!ipxe\n# mine\n", loaders);
  const auto made = workshop.make(MediumKind::floppy);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(fs::file_size(*made), 1474560u);
  EXPECT_EQ(bytes_at(*made, 510, 2), "\x55\xaa");
  EXPECT_EQ(bytes_at(*made, 3, 8), "SYSLINUX");
  EXPECT_EQ(read_from(made->string(), "::/boot.ipx"), "#!ipxe\n# mine\n");
}

TEST_F(Workshop, TheStickBootsBothFirmwares) {
  MediaWorkshop workshop(folder / "media", "#!ipxe\n# mine\n", loaders);
  const auto made = workshop.make(MediumKind::usb);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(bytes_at(*made, 510, 2), "\x55\xaa");
  EXPECT_EQ(bytes_at(*made, 446, 1), "\x80") << "the partition is active";
  EXPECT_EQ(bytes_at(*made, 63 * 512 + 3, 8), "SYSLINUX");
  EXPECT_EQ(read_from(made->string() + "@@32256", "::/EFI/BOOT/autoexec.ipxe"), "#!ipxe\n# mine\n");
  EXPECT_EQ(read_from(made->string() + "@@32256", "::/EFI/BOOT/BOOTX64.EFI").substr(0, 2), "MZ");
}

TEST_F(Workshop, TheCdHasBothBootEntries) {
  MediaWorkshop workshop(folder / "media", "#!ipxe\n", loaders);
  const auto made = workshop.make(MediumKind::iso);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(bytes_at(*made, 16 * 2048 + 1, 5), "CD001");
  EXPECT_EQ(bytes_at(*made, 17 * 2048 + 7, 23), "EL TORITO SPECIFICATION");
  EXPECT_EQ(bytes_at(*made, 510, 2), "\x55\xaa") << "also as a stick";
  const auto report = read_tool({"xorriso", "-indev", made->string(), "-report_el_torito", "plain"}, "xorriso");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_NE(report->find("BIOS"), std::string::npos) << *report;
  EXPECT_NE(report->find("UEFI"), std::string::npos) << *report;
}

TEST_F(Workshop, IsMadeAnewOnlyWhenItsPartsChange) {
  MediaWorkshop workshop(folder / "media", "#!ipxe\n", loaders);
  const auto first = workshop.make(MediumKind::floppy);
  ASSERT_TRUE(first) << first.error().message;
  const auto before = fs::last_write_time(*first);
  ASSERT_TRUE(workshop.make(MediumKind::floppy));
  EXPECT_EQ(fs::last_write_time(*first), before);
  auto changed = *loaders.files();
  std::ofstream(folder / "new.lkrn") << "another";
  changed.at("ipxe.lkrn").file = folder / "new.lkrn";
  loaders.replace(changed);
  ASSERT_TRUE(workshop.make(MediumKind::floppy));
  EXPECT_EQ(read_from(first->string(), "::/ipxe.krn"), "another");
}

TEST_F(Workshop, WhatIsMissingOrTooLargeIsNamed) {
  MediaWorkshop none(folder / "none", "#!ipxe\n", boot::LoaderCatalog{});
  EXPECT_NE(none.make(MediumKind::iso).error().message.find("ipxe.lkrn"), std::string::npos);
  MediaWorkshop without(folder / "without", "#!ipxe\n", loaders, {.isolinux = "/nonexistent"});
  const auto no_tool = without.make(MediumKind::iso);
  ASSERT_FALSE(no_tool);
  EXPECT_EQ(no_tool.error().kind, ErrorKind::unavailable);
  EXPECT_NE(no_tool.error().message.find("install the package isolinux"), std::string::npos);
  auto changed = *loaders.files();
  std::ofstream(folder / "big.lkrn") << std::string(2u << 20, 'x');
  changed.at("ipxe.lkrn").file = folder / "big.lkrn";
  loaders.replace(changed);
  MediaWorkshop large(folder / "large", "#!ipxe\n", loaders);
  const auto too_large = large.make(MediumKind::floppy);
  ASSERT_FALSE(too_large);
  EXPECT_NE(too_large.error().message.find("too large for a floppy"), std::string::npos) << too_large.error().message;
  EXPECT_FALSE(fs::exists(folder.path() / "large/bootferry-floppy.img")) << "nothing half-made";
}

}  // namespace
}  // namespace bootferry::app
