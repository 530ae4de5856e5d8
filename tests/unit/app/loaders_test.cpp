// SPDX-License-Identifier: Apache-2.0
// The loaders that the folders hold: who wins, what completes a signed set, and that nothing waits for a restart.
#include "app/loaders.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "app/loader_watch.hpp"
#include "support/temporary_folder.hpp"

namespace bootferry::app {
namespace {

namespace fs = std::filesystem;
using boot::LoaderFile;

struct Loaders : testing::Test {
  Loaders() {
    for (const char* part : {"package", "user", "user/secureboot", "user/empty"}) fs::create_directory(folder / part);
    folders = {folder / "package", folder / "user", folder / "memdisk", folder / "autoexec.ipxe"};
    write("autoexec.ipxe", "#!ipxe\n");
  }
  void write(std::string_view name, std::string_view bytes) const {
    std::ofstream(folder / name, std::ios::binary) << bytes;
  }
  const test::TemporaryFolder folder;
  LoaderFolders folders;
};

TEST_F(Loaders, TheUsersOwnWinAndOnlyLoadersAreTaken) {
  for (const char* name : {"package/undionly.kpxe", "package/snponly.efi", "package/ipxe.lkrn", "package/ipxe.iso",
                           "package/.hidden.efi", "user/undionly.kpxe", "user/wimboot", "memdisk"})
    write(name, name);
  const auto found = find_loaders(folders);
  EXPECT_EQ(found.at("undionly.kpxe").file, folder / "user/undionly.kpxe");
  EXPECT_EQ(found.at("undionly.kpxe").source, LoaderFile::Source::user);
  EXPECT_EQ(found.at("snponly.efi").file, folder / "package/snponly.efi");
  EXPECT_EQ(found.at("snponly.efi").source, LoaderFile::Source::package);
  EXPECT_EQ(found.at("memdisk").file, folder / "memdisk");
  EXPECT_TRUE(found.contains("ipxe.lkrn"));
  EXPECT_TRUE(found.contains("wimboot")) << "the user may drop in any file";
  EXPECT_FALSE(found.contains("ipxe.iso"));
  EXPECT_FALSE(found.contains(".hidden.efi"));
  EXPECT_TRUE(find_loaders({"/nonexistent", "/nonexistent", "/nonexistent"}).empty());
}

TEST_F(Loaders, ASignedSetIsCompletedByNamesAndScript) {
  write("user/secureboot/shimx64.efi", "shim");
  write("user/secureboot/ipxe.efi", "ipxe");
  const auto found = find_loaders(folders);
  EXPECT_EQ(found.at("secureboot/shimx64.efi").file, folder / "user/secureboot/shimx64.efi");
  EXPECT_EQ(found.at("secureboot/grubx64.efi").file, folder / "user/secureboot/ipxe.efi")
      << "the name that Debian's shim asks for";
  EXPECT_EQ(found.at("secureboot/autoexec.ipxe").file, folder / "autoexec.ipxe");
  EXPECT_EQ(found.at("secureboot/autoexec.ipxe").source, LoaderFile::Source::generated);

  write("user/secureboot/autoexec.ipxe", "#!ipxe\nshell\n");
  write("user/secureboot/grubx64.efi", "grub");
  const auto own = find_loaders(folders);
  EXPECT_EQ(own.at("secureboot/autoexec.ipxe").file, folder / "user/secureboot/autoexec.ipxe");
  EXPECT_EQ(own.at("secureboot/grubx64.efi").file, folder / "user/secureboot/grubx64.efi");
}

TEST_F(Loaders, AFolderWithoutAShimIsLeftAsItIs) {
  write("user/secureboot/ipxe.efi", "ipxe");
  const auto found = find_loaders(folders);
  EXPECT_TRUE(found.contains("secureboot/ipxe.efi"));
  EXPECT_EQ(found.size(), 1u);
}

TEST_F(Loaders, AChangeIsSeenWithoutARestart) {
  boot::LoaderCatalog catalog;
  LoaderWatch watch(folders, catalog);
  EXPECT_TRUE(catalog.files()->empty());
  EXPECT_FALSE(watch.look());
  write("user/snponly-arm64.efi", "one");
  EXPECT_TRUE(watch.look());
  EXPECT_TRUE(catalog.contains("snponly-arm64.efi"));
  EXPECT_FALSE(watch.look());
  write("user/snponly-arm64.efi", "another version");
  EXPECT_TRUE(watch.look());
  EXPECT_EQ(catalog.files()->at("snponly-arm64.efi").size.value, 15u);
  fs::remove(folder / "user/snponly-arm64.efi");
  EXPECT_TRUE(watch.look());
  EXPECT_FALSE(catalog.contains("snponly-arm64.efi"));
}

TEST(PackageVersion, IsReadFromDpkgsStatus) {
  const std::string status =
      "Package: ipxe-qemu\nStatus: install ok installed\nVersion: 9\n\n"
      "Package: ipxe\nStatus: install ok installed\nPriority: optional\nVersion: 1.0.0+git-5.1\nDescription: x\n\n"
      "Package: gone\nStatus: deinstall ok config-files\nVersion: 3\n";
  EXPECT_EQ(find_package_version(status, "ipxe"), "1.0.0+git-5.1");
  EXPECT_EQ(find_package_version(status, "ipxe-qemu"), "9");
  EXPECT_EQ(find_package_version(status, "gone"), "");
  EXPECT_EQ(find_package_version(status, "other"), "");
  EXPECT_EQ(find_package_version("", "ipxe"), "");
}

}  // namespace
}  // namespace bootferry::app
