// SPDX-License-Identifier: Apache-2.0
#include "boot/client.hpp"

#include <gtest/gtest.h>

#include "boot/client_registry.hpp"
#include "boot/image.hpp"

namespace bootferry::boot {
namespace {

TEST(ParseDrive, ModeMayBeLeftOut) {
  EXPECT_EQ(*parse_drive("dos"), (Drive{"dos", DriveMode::master}));
  EXPECT_EQ(*parse_drive("dos:readonly"), (Drive{"dos", DriveMode::readonly}));
  EXPECT_FALSE(parse_drive("dos:both"));
  EXPECT_FALSE(parse_drive(":master"));
  EXPECT_FALSE(parse_drive("../dos:master"));
}

TEST(CheckBootEntry, OneToFourDrives) {
  EXPECT_FALSE(check_boot_entry(Disks{}));
  EXPECT_TRUE(check_boot_entry(
      Disks{{{"a", DriveMode::master}, {"b", DriveMode::master}, {"c", DriveMode::master}, {"d", DriveMode::master}}}));
  EXPECT_FALSE(check_boot_entry(Disks{std::vector<Drive>(5, Drive{"a", DriveMode::readonly})}));
}

TEST(CheckBootEntry, TheSameImageTwiceOnlyForReading) {
  EXPECT_FALSE(check_boot_entry(Disks{{{"a", DriveMode::master}, {"a", DriveMode::readonly}}}));
  EXPECT_TRUE(check_boot_entry(Disks{{{"a", DriveMode::readonly}, {"a", DriveMode::readonly}}}));
}

TEST(CheckBootEntry, NothingThatCouldSteerAScript) {
  EXPECT_TRUE(check_boot_entry(Kernel{"vmlinuz", {"initrd.img"}, "root=/dev/nfs ip=dhcp"}));
  EXPECT_FALSE(check_boot_entry(Kernel{"vmlinuz", {}, "quiet\nshell"}));
  EXPECT_FALSE(check_boot_entry(Kernel{"vmlinuz", {}, "${net0/mac}"}));
  EXPECT_FALSE(check_boot_entry(Kernel{"vm linuz", {}, ""}));
  EXPECT_FALSE(check_boot_entry(Kernel{"", {}, ""}));
}

TEST(CheckBootEntry, FilesStayBelowTheirFolder) {
  for (const char* path : {"../secret", "/etc/passwd", "a/../../b", "..", "a/.."}) {
    EXPECT_FALSE(check_boot_entry(Kernel{path, {}, ""})) << path;
    EXPECT_FALSE(check_boot_entry(Kernel{"vmlinuz", {path}, ""})) << path;
  }
}

TEST(Names, AreSafeAsFileNamesAndInUrls) {
  EXPECT_TRUE(check_image_name("dos-6.22_golden"));
  for (const char* name : {"", ".hidden", "-rf", "a/b", "a b", "ä"}) EXPECT_FALSE(check_image_name(name)) << name;
  EXPECT_FALSE(check_image_name(std::string(64, 'a')));
  EXPECT_TRUE(check_client_name("pc1"));
  EXPECT_FALSE(check_client_name("pc\n1"));
}

TEST(RegistrySnapshot, TellsWhoUsesAnImage) {
  RegistrySnapshot registry;
  Client client;
  client.mac = {{2, 0, 0, 0, 0, 1}};
  client.set_boot(Disks{{{"dos", DriveMode::master}}});
  registry.clients[client.mac] = client;
  EXPECT_EQ(registry.users_of("dos"), std::vector<MacAddress>{client.mac});
  EXPECT_TRUE(registry.users_of("data").empty());
}

}  // namespace
}  // namespace bootferry::boot
