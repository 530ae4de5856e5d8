// SPDX-License-Identifier: Apache-2.0
// Which loader a firmware is sent, and what a loader's bytes tell of themselves.
#include <gtest/gtest.h>

#include "boot/boot_policy.hpp"
#include "boot/loader_table.hpp"

namespace bootferry::boot {
namespace {

using namespace std::string_literals;

std::string sent(Architecture architecture, Firmware firmware, const LoaderCatalog& loaders, std::string wish = "") {
  const auto chosen = choose_loader(architecture, firmware, wish, loaders);
  return chosen ? *chosen : "none: " + chosen.error().message;
}

LoaderCatalog::Files file_for(const std::string& name, Architecture architecture) {
  LoaderFile file{.file = "/x/" + name, .facts = {architecture, "1"}, .size = {1}};
  return {{name, file}};
}

TEST(LoaderTable, EachFirmwareGetsTheFirstThatIsHere) {
  const LoaderCatalog debian{"undionly.kpxe", "undionly.kkpxe", "ipxe.pxe", "snponly.efi", "ipxe.efi"};
  EXPECT_EQ(sent(Architecture::bios, Firmware::pxe, debian), "undionly.kpxe");
  EXPECT_EQ(sent(Architecture::bios, Firmware::ipxe_poor, debian), "ipxe.pxe") << "undionly would lose the card";
  EXPECT_EQ(sent(Architecture::efi_x64, Firmware::pxe, debian), "snponly.efi");
  EXPECT_EQ(sent(Architecture::efi_x64, Firmware::http_boot, debian), "snponly.efi");
  EXPECT_EQ(sent(Architecture::bios, Firmware::pxe, LoaderCatalog{"ipxe.pxe"}), "ipxe.pxe");
  EXPECT_EQ(sent(Architecture::efi_arm64, Firmware::pxe, LoaderCatalog{"arm64-efi/snponly.efi"}),
            "arm64-efi/snponly.efi");
  EXPECT_EQ(sent(Architecture::efi_ia32, Firmware::pxe, LoaderCatalog{"ipxe-ia32.efi"}), "ipxe-ia32.efi");
}

TEST(LoaderTable, WhatIsMissingIsNamedWithItsMend) {
  const LoaderCatalog debian{"undionly.kpxe", "snponly.efi"};
  const std::string arm = sent(Architecture::efi_arm64, Firmware::pxe, debian);
  EXPECT_NE(arm.find("snponly-arm64.efi"), std::string::npos) << arm;
  EXPECT_NE(arm.find("ipxe.org"), std::string::npos) << arm;
  const std::string bios = sent(Architecture::bios, Firmware::pxe, LoaderCatalog{});
  EXPECT_NE(bios.find("install the package ipxe"), std::string::npos) << bios;
  EXPECT_TRUE(sent(Architecture::unknown, Firmware::pxe, debian).starts_with("none: "));
}

TEST(LoaderTable, ASignedSetComesFirstOnceItIsWhole) {
  EXPECT_EQ(sent(Architecture::efi_x64, Firmware::pxe, LoaderCatalog{"snponly.efi", "secureboot/shimx64.efi"}),
            "snponly.efi")
      << "a shim with nothing to start";
  const LoaderCatalog whole{"snponly.efi", "secureboot/shimx64.efi", "secureboot/ipxe.efi"};
  EXPECT_EQ(sent(Architecture::efi_x64, Firmware::pxe, whole), "secureboot/shimx64.efi");
  EXPECT_EQ(sent(Architecture::bios, Firmware::pxe, LoaderCatalog{"undionly.kpxe", "secureboot/shimx64.efi"}),
            "undionly.kpxe");
}

TEST(LoaderTable, AWishWinsWhenItIsHereAndFits) {
  const LoaderCatalog debian{"undionly.kpxe", "undionly.kkpxe"};
  EXPECT_EQ(sent(Architecture::bios, Firmware::pxe, debian, "undionly.kkpxe"), "undionly.kkpxe");
  const std::string gone = sent(Architecture::bios, Firmware::pxe, debian, "mine.kpxe");
  EXPECT_NE(gone.find("mine.kpxe was chosen for it, which is not here"), std::string::npos) << gone;
  LoaderCatalog known;
  known.replace(file_for("my.efi", Architecture::efi_x64));
  EXPECT_EQ(sent(Architecture::efi_x64, Firmware::pxe, known, "my.efi"), "my.efi");
  const std::string wrong = sent(Architecture::bios, Firmware::pxe, known, "my.efi");
  EXPECT_NE(wrong.find("is for efi-x64, but the machine is bios"), std::string::npos) << wrong;
  EXPECT_EQ(sent(Architecture::unknown, Firmware::pxe, known, "my.efi"), "my.efi") << "a person knows better";
}

TEST(LoaderCatalog, ACopyIsTheSameCatalog) {
  LoaderCatalog first;
  const LoaderCatalog second = first;
  EXPECT_FALSE(second.contains("a"));
  first.replace(file_for("a", Architecture::bios));
  EXPECT_EQ(second.find("a"), "/x/a");
  first.replace({});
  EXPECT_FALSE(second.contains("a")) << "what is gone is sent no more";
}

TEST(LoaderCatalog, ThePolicySeesWhatComesLater) {
  BootSettings settings;
  settings.server = *parse_ipv4_address("10.99.0.1");
  const ClientFacts pc{{}, Architecture::efi_arm64, Firmware::pxe};
  EXPECT_TRUE(std::holds_alternative<Ignore>(decide_loader(pc, {}, settings)));
  LoaderCatalog(settings.loaders).add("snponly-arm64.efi", "/x");
  EXPECT_EQ(std::get<SendLoader>(decide_loader(pc, {}, settings)).url,
            "http://10.99.0.1:8080/loaders/snponly-arm64.efi");
}

/// An EFI program of `machine` that has `text` somewhere.
std::string efi(std::uint16_t machine, const std::string& text) {
  std::string file(0x80, '\0');
  file.replace(0, 2, "MZ");
  file[0x3c] = 0x40;
  file.replace(0x40, 4, "PE\0\0"s);
  file[0x44] = static_cast<char>(machine & 0xff);
  file[0x45] = static_cast<char>(machine >> 8);
  return file + text;
}

TEST(LoaderFacts, AnEfiProgramTellsMachineAndVersion) {
  const auto facts = read_loader_facts(bytes_of(efi(0x8664, "x\0iPXE\0\0\0"s + "1.21.1+ (g4e456)\0more"s)));
  EXPECT_EQ(facts.architecture, Architecture::efi_x64);
  EXPECT_EQ(facts.version, "1.21.1+ (g4e456)");
  EXPECT_EQ(read_loader_facts(bytes_of(efi(0x014c, ""))).architecture, Architecture::efi_ia32);
  EXPECT_EQ(read_loader_facts(bytes_of(efi(0xaa64, ""))).architecture, Architecture::efi_arm64);
  EXPECT_EQ(read_loader_facts(bytes_of(efi(0x5064, ""))).architecture, Architecture::unknown) << "RISC-V";
}

TEST(LoaderFacts, AShimTellsItsVersion) {
  const auto facts = read_loader_facts(bytes_of(efi(0x8664, "UEFI SHIM\n$Version: 16.1 $\n$BuildMachine: x\n"s)));
  EXPECT_EQ(facts.version, "shim 16.1");
}

TEST(LoaderFacts, AKernelLikeLoaderTellsItsVersion) {
  std::string file(0x400, '\0');
  file.replace(0x202, 4, "HdrS");
  file[0x20e] = 0x48;
  file.replace(0x248, 6, "1.0.0+"s);
  const auto facts = read_loader_facts(bytes_of(file));
  EXPECT_EQ(facts.architecture, Architecture::bios);
  EXPECT_EQ(facts.version, "1.0.0+");
}

TEST(LoaderFacts, WhatTellsNothingIsForABiosAndWithoutVersion) {
  for (const std::string& file : {""s, "MZ"s, std::string(4096, '\xff'), "iPXE\0"s, "iPXE\0\0\0not a version\0"s,
                                  efi(0, "").substr(0, 0x42), "UEFI SHIM\n$Version: "s}) {
    const auto facts = read_loader_facts(bytes_of(file));
    EXPECT_EQ(facts.version, "") << file.size();
  }
}

}  // namespace
}  // namespace bootferry::boot
