// SPDX-License-Identifier: Apache-2.0
#include "boot/boot_policy.hpp"

#include <gtest/gtest.h>

#include "boot/script_policy.hpp"
#include "boot/target_name.hpp"

namespace bootferry::boot {
namespace {

const MacAddress pc1{{0x52, 0x54, 0x00, 0xe2, 0xe0, 0x01}};

BootSettings settings() {
  BootSettings made;
  made.server = *parse_ipv4_address("10.99.0.1");
  made.loaders = {"undionly.kpxe", "snponly.efi"};
  return made;
}

RegistrySnapshot registry_with(BootEntry entry) {
  RegistrySnapshot registry;
  Client client;
  client.mac = pc1;
  client.known = true;
  if (!std::holds_alternative<Wait>(entry)) client.set_boot(std::move(entry));
  registry.clients[pc1] = client;
  for (const char* name : {"dos", "data"}) registry.images[name] = Image{name, "raw", "", mib(8), {}};
  return registry;
}

ScriptDecision script_for(const MacAddress& mac, const RegistrySnapshot& registry, const BootSettings& with) {
  return decide_script({mac}, registry, with).decision;
}

LoaderDecision loader_for(Architecture architecture, Firmware firmware) {
  return decide_loader({pc1, architecture, firmware}, RegistrySnapshot{}, settings());
}

TEST(DecideLoader, FirmwareGetsTheIpxeOfItsArchitecture) {
  EXPECT_EQ(std::get<SendLoader>(loader_for(Architecture::bios, Firmware::pxe)).file, "undionly.kpxe");
  EXPECT_EQ(std::get<SendLoader>(loader_for(Architecture::efi_x64, Firmware::pxe)).file, "snponly.efi");
}

TEST(DecideLoader, HttpBootGetsTheSameLoaderAsUrl) {
  EXPECT_EQ(std::get<SendLoader>(loader_for(Architecture::efi_x64, Firmware::http_boot)).url,
            "http://10.99.0.1:8080/loaders/snponly.efi");
}

TEST(DecideLoader, AbleIpxeGetsItsScriptAndNeverALoaderAgain) {
  EXPECT_EQ(std::get<RunScript>(loader_for(Architecture::bios, Firmware::ipxe)).url,
            "http://10.99.0.1:8080/boot/52:54:00:e2:e0:01.ipxe");
}

TEST(DecideLoader, PoorIpxeIsChainedToOurs) {
  EXPECT_EQ(std::get<SendLoader>(loader_for(Architecture::bios, Firmware::ipxe_poor)).file, "undionly.kpxe");
}

TEST(DecideLoader, WhatHasNoLoaderIsIgnoredWithAReason) {
  EXPECT_NE(std::get<Ignore>(loader_for(Architecture::unknown, Firmware::pxe)).reason, "");
  const Ignore missing = std::get<Ignore>(loader_for(Architecture::efi_arm64, Firmware::pxe));
  EXPECT_NE(missing.reason.find("snponly-arm64.efi"), std::string::npos) << "names the file that is missing";
}

TEST(DecideScript, UnknownAndUnassignedClientsWait) {
  const auto unknown = script_for(pc1, RegistrySnapshot{}, settings());
  EXPECT_EQ(std::get<WaitForAssignment>(unknown).script_url, "http://10.99.0.1:8080/boot/52:54:00:e2:e0:01.ipxe");
  EXPECT_TRUE(std::holds_alternative<WaitForAssignment>(script_for(pc1, registry_with(Wait{}), settings())));
}

TEST(DecideScript, DrivesRiseFrom0x80AndHaveOneTargetEach) {
  const auto decision =
      script_for(pc1, registry_with(Disks{{{"dos", DriveMode::master}, {"data", DriveMode::readonly}}}), settings());
  const SanBoot& boot = std::get<SanBoot>(decision);
  EXPECT_EQ(boot.initiator, "iqn.2026-11.org.bootferry:525400e2e001");
  ASSERT_EQ(boot.drives.size(), 2u);
  EXPECT_EQ(boot.drives[0].number, 0x80);
  EXPECT_EQ(boot.drives[0].uri, "iscsi:10.99.0.1::::iqn.2026-11.org.bootferry:525400e2e001.80");
  EXPECT_EQ(boot.drives[1].number, 0x81);
  EXPECT_EQ(boot.drives[1].target, "iqn.2026-11.org.bootferry:525400e2e001.81");
}

TEST(DecideScript, AnotherIscsiPortStandsInTheUri) {
  BootSettings other = settings();
  other.iscsi_port = 13260;
  const auto decision = script_for(pc1, registry_with(Disks{{{"dos", DriveMode::master}}}), other);
  EXPECT_EQ(std::get<SanBoot>(decision).drives[0].uri,
            "iscsi:10.99.0.1::13260::iqn.2026-11.org.bootferry:525400e2e001.80");
}

TEST(DecideScript, WhoCameOverIpv6IsGivenUrisOfTheAddressThatHeReached) {
  const IpAddress six = parse_ip_address("fd99::1").value(), near = parse_ip_address("fe80::1").value();
  const RegistrySnapshot registry = registry_with(Disks{{{"dos", DriveMode::master}}});
  const std::string iqn = "iqn.2026-11.org.bootferry:525400e2e001.80";
  BootSettings over = settings();
  const auto uri = [&] { return std::get<SanBoot>(script_for(pc1, registry, over)).drives[0].uri; };
  over.reached_at = six;
  EXPECT_EQ(uri(), "iscsi:[fd99::1]::::" + iqn);
  over.iscsi_port = 13260;
  EXPECT_EQ(uri(), "iscsi:[fd99::1]::13260::" + iqn);
  over.iscsi_port = 3260;
  over.reached_at = near;
  EXPECT_EQ(uri(), "iscsi:[fe80::1]::::" + iqn) << "iPXE takes it for its own link";
  EXPECT_EQ(decide_script({pc1}, registry, over).variables.at("server"), "[fe80::1]");
}

TEST(BootSettings, DisksAreNamedWhereTheyAreOffered) {
  const IpAddress four = parse_ip_address("10.99.0.7").value(), six = parse_ip_address("fd99::1").value(),
                  other = parse_ip_address("fd99::7").value();
  BootSettings over = settings();
  EXPECT_EQ(over.portal(), IpAddress(over.server));
  over.portals = {four, other};
  EXPECT_EQ(over.portal(), four);
  over.reached_at = six;
  EXPECT_EQ(over.portal(), other) << "of the family that the machine came by";
  over.portals = {four, other, six};
  EXPECT_EQ(over.portal(), six);
  over.portals = {four};
  EXPECT_EQ(over.portal(), four) << "it may have IPv4 too";
}

TEST(DecideScript, AMissingImageIsSaidAndAskedAgain) {
  RegistrySnapshot registry = registry_with(Disks{{{"dos", DriveMode::master}}});
  registry.images.clear();
  const auto decision = script_for(pc1, registry, settings());
  EXPECT_NE(std::get<Broken>(decision).reason.find("dos"), std::string::npos);
}

TEST(DecideScript, KernelFilesBecomeUrlsAndUrlsStay) {
  const auto decision =
      script_for(pc1, registry_with(Kernel{"debian/vmlinuz", {"http://10.1.1.1/initrd"}, "root=/dev/nfs"}), settings());
  const KernelBoot& boot = std::get<KernelBoot>(decision);
  EXPECT_EQ(boot.kernel_url, "http://10.99.0.1:8080/files/debian/vmlinuz");
  EXPECT_EQ(boot.initrd_urls, std::vector<std::string>{"http://10.1.1.1/initrd"});
}

TEST(DecideScript, LocalDiskIsLeftToTheMachine) {
  EXPECT_TRUE(std::holds_alternative<LocalBoot>(script_for(pc1, registry_with(LocalDisk{}), settings())));
}

TEST(ArchitectureOf, KnowsOption93AndItsOldMistake) {
  EXPECT_EQ(architecture_of(0).architecture, Architecture::bios);
  EXPECT_EQ(architecture_of(7).architecture, Architecture::efi_x64);
  EXPECT_EQ(architecture_of(9).architecture, Architecture::efi_x64);
  EXPECT_EQ(architecture_of(11).architecture, Architecture::efi_arm64);
  EXPECT_TRUE(architecture_of(16).http_boot);
  EXPECT_FALSE(architecture_of(7).http_boot);
  EXPECT_EQ(architecture_of(4711).architecture, Architecture::unknown);
}

// Initiators stumble over names of another form when they list targets (RFC 3722).
TEST(TargetName, CVE_2026_44943_CVE_2026_99154_IsAnIqnOfPlainLetters) {
  for (const std::uint8_t byte : {0x00, 0x5a, 0xfe}) {
    for (const std::uint8_t drive : {0x00, 0x80, 0xff}) {
      const std::string name = target_name({MacAddress{{byte, byte, byte, byte, byte, byte}}, drive});
      EXPECT_TRUE(name.starts_with("iqn.20")) << name;
      EXPECT_LE(name.size(), 223u);
      EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.:"), std::string::npos) << name;
    }
  }
}

TEST(TargetName, RoundTripsAndRefusesOthers) {
  const TargetKey key{pc1, 0x81};
  EXPECT_EQ(find_target_key(target_name(key)), key);
  for (const char* iqn : {"", "iqn.2026-11.org.bootferry:", "iqn.2026-11.org.bootferry:525400e2e001",
                          "iqn.2026-11.org.bootferry:525400e2e001.8", "iqn.2026-11.org.bootferry:525400e2e001.zz",
                          "iqn.2003-01.org.other:525400e2e001.80"}) {
    EXPECT_FALSE(find_target_key(iqn)) << iqn;
  }
}

}  // namespace
}  // namespace bootferry::boot
