// SPDX-License-Identifier: Apache-2.0
#include "boot/script_policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "boot/ibft.hpp"
#include "boot/script_variables.hpp"
#include "boot/target_name.hpp"

namespace bootferry::boot {
namespace {

using testing::HasSubstr;

const MacAddress pc1{{0x52, 0x54, 0x00, 0xe2, 0xe0, 0x01}};
const MacAddress pc2{{0x52, 0x54, 0x00, 0xe2, 0xe0, 0x02}};
const std::string iqn = "iqn.2026-11.org.bootferry:525400e2e001";

struct ScriptPolicy : testing::Test {
  RegistrySnapshot registry;
  BootSettings settings;

  ScriptPolicy() {
    settings.server = *parse_ipv4_address("10.99.0.1");
    settings.loaders = {"undionly.kpxe", "memdisk"};
    for (const char* name : {"dos", "data", "win", "cd"}) registry.images[name] = Image{name, "raw", "", mib(8), {}};
  }
  Client& client(const MacAddress& mac = pc1) {
    Client& made = registry.clients[mac];
    made.mac = mac;
    made.known = true;
    return made;
  }
  ScriptAnswer ask(ScriptQuestion question = {pc1}) { return decide_script(question, registry, settings); }
  template <class Kind>
  Kind decided(const BootEntry& entry, Architecture architecture = Architecture::bios) {
    client().set_boot(entry);
    client().architecture = architecture;
    const ScriptDecision decision = ask().decision;
    const Kind* kind = std::get_if<Kind>(&decision);
    const Broken* broken = std::get_if<Broken>(&decision);
    EXPECT_NE(kind, nullptr) << (broken ? broken->reason : std::to_string(decision.index()));
    return kind ? *kind : Kind{};
  }
};

// ---- kinds

TEST_F(ScriptPolicy, AFloppyIsDriveZero) {
  const auto san = decided<SanBoot>(Floppy{{"dos"}});
  ASSERT_EQ(san.drives.size(), 1u);
  EXPECT_EQ(san.drives[0].number, 0x00);
  EXPECT_EQ(san.drives[0].uri, "iscsi:10.99.0.1::::" + iqn + ".00");
  EXPECT_EQ(san.boot_drive, 0x00);
  EXPECT_THAT(decided<Broken>(Floppy{{"dos"}}, Architecture::efi_x64).reason, HasSubstr("UEFI"));
}

TEST_F(ScriptPolicy, AFloppyInMemoryIsFetchedOverHttp) {
  const Floppy floppy{{"dos", DriveMode::readonly}, true};
  const auto memdisk = decided<MemdiskBoot>(floppy);
  EXPECT_EQ(memdisk.memdisk_url, "http://10.99.0.1:8080/loaders/memdisk");
  EXPECT_EQ(memdisk.floppy_url, "http://10.99.0.1:8080/boot/52:54:00:e2:e0:01/floppy.img?entry=0");
  settings.loaders = {"undionly.kpxe"};
  EXPECT_THAT(decided<Broken>(floppy).reason, HasSubstr("syslinux-common"));
}

TEST_F(ScriptPolicy, ACdIsADriveOfItsOwnNumber) {
  const auto san = decided<SanBoot>(Cd{{"cd", DriveMode::readonly}});
  ASSERT_EQ(san.drives.size(), 1u);
  EXPECT_EQ(san.drives[0].number, 0xe0);
  EXPECT_EQ(san.boot_drive, 0xe0);
}

TEST_F(ScriptPolicy, ACdThatEmulatesAFloppyHasItBesideIt) {
  registry.images["cd"].floppy = CdFloppy{{26 * 2048}, {1474560}};
  const auto san = decided<SanBoot>(Cd{{"cd", DriveMode::readonly}});
  ASSERT_EQ(san.drives.size(), 2u);
  EXPECT_EQ(san.drives[0].target, iqn + ".00");
  EXPECT_EQ(san.drives[1].target, iqn + ".e0");
  EXPECT_EQ(san.boot_drive, 0x00);
  const auto efi = decided<SanBoot>(Cd{{"cd", DriveMode::readonly}}, Architecture::efi_x64);
  ASSERT_EQ(efi.drives.size(), 1u);
  EXPECT_EQ(efi.boot_drive, 0xe0);
}

TEST_F(ScriptPolicy, AnInstallerHasItsDisksAndItsKernel) {
  const auto boot =
      decided<InstallerBoot>(Installer{{{"dos"}, {"data"}}, {"d/linux", {"d/initrd.gz"}, "priority=low"}});
  EXPECT_EQ(boot.san.drives.size(), 2u);
  EXPECT_TRUE(boot.san.needs_secret);
  EXPECT_EQ(boot.kernel.kernel_url, "http://10.99.0.1:8080/files/d/linux");
  EXPECT_EQ(boot.kernel.initrd_urls, std::vector<std::string>{"http://10.99.0.1:8080/files/d/initrd.gz"});
}

TEST_F(ScriptPolicy, WindowsKnowsItsFilesByTheirLastPartAndSaysWhatIsMissing) {
  const Windows windows{{{"win"}}, "", {"w/bootmgr", "http://10.0.0.2/x/BCD"}};
  EXPECT_THAT(decided<Broken>(windows).reason, HasSubstr("wimboot"));
  settings.loaders.add("wimboot", {});
  const auto boot = decided<WindowsBoot>(windows);
  EXPECT_EQ(boot.wimboot_url, "http://10.99.0.1:8080/loaders/wimboot");
  ASSERT_EQ(boot.files.size(), 2u);
  EXPECT_EQ(boot.files[0].name, "bootmgr");
  EXPECT_EQ(boot.files[0].url, "http://10.99.0.1:8080/files/w/bootmgr");
  EXPECT_EQ(boot.files[1].name, "BCD");
  EXPECT_EQ(decided<WindowsBoot>(Windows{{{"win"}}, "w/wimboot", {"a"}}).wimboot_url,
            "http://10.99.0.1:8080/files/w/wimboot");
}

TEST_F(ScriptPolicy, EveryOtherKind) {
  EXPECT_EQ(decided<IsoBoot>(Iso{"a.iso"}).url, "http://10.99.0.1:8080/files/a.iso");
  EXPECT_EQ(decided<ChainBoot>(IpxeScript{"http://boot.example/x"}).url, "http://boot.example/x");
  EXPECT_EQ(decided<EfiBoot>(EfiProgram{"a.efi", "-x"}, Architecture::efi_x64).arguments, "-x");
  EXPECT_THAT(decided<Broken>(EfiProgram{"a.efi", ""}).reason, HasSubstr("UEFI"));
  (void)decided<ShellBoot>(Shell{});
  (void)decided<PowerOffBoot>(PowerOff{});
  EXPECT_TRUE(decided<SanBoot>(Disks{{{"dos"}}, true}).keep_san);
}

// ---- the iBFT

TEST_F(ScriptPolicy, NamesThatDoNotFitTheIbftStayOutOfIt) {
  const Disks four{{{"dos"}, {"data"}, {"win"}, {"cd"}}};
  const auto flags = [](const SanBoot& san) {
    std::vector<bool> described;
    for (const SanDrive& drive : san.drives) described.push_back(drive.described);
    return described;
  };
  EXPECT_EQ(flags(decided<SanBoot>(four)), (std::vector<bool>{true, true, false, false}));
  EXPECT_EQ(flags(decided<SanBoot>(four, Architecture::efi_x64)), (std::vector<bool>(4, true)));
  client().access.auth = AuthKind::none;
  EXPECT_EQ(flags(decided<SanBoot>(four)), (std::vector<bool>{true, true, true, true})) << "secrets take room, too";
}

TEST(Ibft, IsAsLargeAsIpxeMakesIt) {
  // 64 table and control, 80 initiator, 112 NIC, 64 a target; 39 and 42 the names.
  EXPECT_EQ(ibft_size({iqn, {iqn + ".80"}, 0, 0, 0}), 64u + 80 + 112 + 64 + 39 + 42);
  EXPECT_EQ(ibft_size({iqn, {iqn + ".80"}, 24, 16, 3}), 64u + 80 + 112 + 64 + 39 + 42 + 25 + 17 + 4);
}

// ---- offers

TEST_F(ScriptPolicy, SeveralEntriesAreAMenu) {
  Menu& menu = client().menu;
  menu.entries = {{0, "DOS", Disks{{{"dos"}}}}, {7, "Own disk", LocalDisk{}}};
  menu.default_entry = "Own disk";
  const auto shown = std::get<MenuBoot>(ask().decision);
  EXPECT_EQ(shown.items.size(), 2u);
  EXPECT_EQ(shown.preset, 7u);
  EXPECT_FALSE(shown.timeout);
  menu.timeout = std::chrono::seconds(0);
  EXPECT_TRUE(std::holds_alternative<LocalBoot>(ask().decision)) << "0 seconds: no menu";
  const ScriptAnswer chosen = ask({pc1, 0});
  EXPECT_TRUE(std::holds_alternative<SanBoot>(chosen.decision));
  EXPECT_EQ(chosen.entry, "DOS");
  EXPECT_EQ(chosen.retry_url, "http://10.99.0.1:8080/boot/52:54:00:e2:e0:01.ipxe?entry=0");
  EXPECT_TRUE(std::holds_alternative<Broken>(ask({pc1, 8}).decision)) << "nothing that is not offered";
}

TEST_F(ScriptPolicy, OtherEntriesHaveTargetsOfTheirOwn) {
  client().menu.entries = {{0, "a", Disks{{{"dos"}}}}, {7, "b", Disks{{{"data"}}}}};
  EXPECT_EQ(std::get<SanBoot>(ask({pc1, 0}).decision).drives[0].target, iqn + ".80");
  EXPECT_EQ(std::get<SanBoot>(ask({pc1, 7}).decision).drives[0].target, iqn + ".80.7");
}

TEST_F(ScriptPolicy, ANextBootComesFirstAndIsTriedAgain) {
  client().set_boot(LocalDisk{});
  client().next_boot = NextBoot{"", Entry{9, "disks", Disks{{{"dos"}}}}};
  const ScriptAnswer once = ask();
  EXPECT_TRUE(once.uses_next_boot);
  EXPECT_TRUE(std::holds_alternative<SanBoot>(once.decision));
  EXPECT_THAT(once.retry_url, HasSubstr("?entry=9"));
  client().spent = client().next_boot->once;
  client().next_boot.reset();
  EXPECT_FALSE(ask().uses_next_boot);
  EXPECT_TRUE(std::holds_alternative<LocalBoot>(ask().decision));
  EXPECT_TRUE(std::holds_alternative<SanBoot>(ask({pc1, 9}).decision)) << "its own retry finds it";
}

TEST_F(ScriptPolicy, GroupsAddTheirEntriesAndVariables) {
  registry.groups["lab"] = {"lab",
                            {{{5, "Setup", Kernel{"{{kind}}/linux", {}, "h={{name}} s={{server}}"}}}, "", {}, {}}};
  registry.groups["lab"].menu.variables = {{"kind", "debian"}, {"seat", "0"}};
  client().name = "pc1";
  client().groups = {"lab"};
  client().menu.variables["seat"] = "7";
  const ScriptAnswer answer = ask();
  const auto kernel = std::get<KernelBoot>(answer.decision);
  EXPECT_EQ(kernel.kernel_url, "http://10.99.0.1:8080/files/debian/linux");
  EXPECT_EQ(kernel.command_line, "h=pc1 s=10.99.0.1");
  EXPECT_EQ(answer.variables.at("seat"), "7") << "the client's own wins";
  client().menu.entries = {{0, "Own disk", LocalDisk{}}};
  EXPECT_EQ(std::get<MenuBoot>(ask().decision).items.size(), 2u);
  registry.groups["lab"].menu.variables.erase("kind");
  EXPECT_THAT(std::get<Broken>(ask({pc1, 5}).decision).reason, HasSubstr("the variable kind"));
}

TEST_F(ScriptPolicy, ItsOwnVariablesStandBeforeThoseOfARulesGroup) {
  registry.groups["lab"] = {"lab", {{{5, "Setup", Kernel{"linux", {}, "m={{mirror}} s={{seat}}"}}}, "", {}, {}}};
  registry.groups["lab"].menu.variables = {{"mirror", "a"}, {"seat", "0"}};
  registry.rules = {{"52:54:00:*", "", "", {}, AsGroup{"lab"}}};
  client().menu.variables["seat"] = "7";
  EXPECT_EQ(std::get<KernelBoot>(ask().decision).command_line, "m=a s=7");
}

TEST_F(ScriptPolicy, AMachineWithoutAScreenHasItsKernelOnTheSerialLine) {
  client().set_boot(Kernel{"linux", {}, "quiet"});
  const auto line = [&] { return std::get<KernelBoot>(ask().decision).command_line; };
  EXPECT_EQ(line(), "quiet");
  client().quirks.serial_console = 2;
  EXPECT_EQ(line(), "quiet console=tty0 console=ttyS1,115200");
  client().set_boot(Kernel{"linux", {}, ""});
  EXPECT_EQ(line(), "console=tty0 console=ttyS1,115200");
  client().set_boot(Kernel{"linux", {}, "console=hvc0"});
  EXPECT_EQ(line(), "console=hvc0") << "a person knows better";
}

TEST_F(ScriptPolicy, TheFirstRuleThatFitsCounts) {
  registry.rules = {{"52:54:01:*", "", "", {}, Entry{3, "shell", Shell{}}},
                    {"52:54:00:*", "", "", {}, Entry{4, "local", LocalDisk{}}},
                    {"*", "", "", {}, Entry{5, "off", PowerOff{}}}};
  EXPECT_TRUE(std::holds_alternative<LocalBoot>(ask().decision)) << "a machine never seen, too";
  EXPECT_EQ(ask().why, "rule 2");
  client();
  EXPECT_TRUE(std::holds_alternative<LocalBoot>(ask().decision));
  client().set_boot(Wait{});
  EXPECT_TRUE(std::holds_alternative<WaitForAssignment>(ask().decision)) << "what was said of itself wins";
}

TEST_F(ScriptPolicy, RulesKnowArchitectureUuidAndSerial) {
  registry.rules = {{"", "4C4C*", "", Architecture::bios, Entry{3, "shell", Shell{}}}};
  Client& seen = client();
  seen.known = false;
  seen.architecture = Architecture::bios;
  EXPECT_TRUE(std::holds_alternative<Introduce>(ask({pc1, {}, false}).decision)) << "it is asked first";
  EXPECT_TRUE(std::holds_alternative<WaitForAssignment>(ask().decision)) << "and only once";
  seen.uuid = "4c4c4544-0000-1000-8000-000000000001";
  EXPECT_TRUE(std::holds_alternative<ShellBoot>(ask({pc1, {}, false}).decision));
  seen.architecture = Architecture::efi_x64;
  EXPECT_TRUE(std::holds_alternative<WaitForAssignment>(ask({pc1, {}, false}).decision));
}

TEST_F(ScriptPolicy, ARulePutsAMachineInAClientsPlace) {
  client(pc2).set_boot(Disks{{{"dos"}}});
  registry.rules = {{pc1.to_string(), "", "", {}, AsClient{pc2}}};
  const ScriptAnswer answer = ask();
  EXPECT_EQ(answer.owner, pc2);
  const auto san = std::get<SanBoot>(answer.decision);
  EXPECT_EQ(san.initiator, initiator_name(pc2));
  EXPECT_EQ(san.drives[0].target, target_name({pc2, 0x80, 0}));
  EXPECT_THAT(answer.retry_url, HasSubstr(pc1.to_string())) << "the machine asks in its own name";
}

TEST_F(ScriptPolicy, UnknownMachinesGetTheDefault) {
  registry.unknown = PlainMenu{};
  EXPECT_EQ(std::get<MenuBoot>(ask().decision).items.size(), 4u);
  registry.unknown = AsGroup{"lab"};
  registry.groups["lab"] = {"lab", {{{5, "Own disk", LocalDisk{}}}, "", {}, {}}};
  EXPECT_TRUE(std::holds_alternative<LocalBoot>(ask().decision));
  client();
  EXPECT_TRUE(std::holds_alternative<WaitForAssignment>(ask().decision)) << "one that is known is no such machine";
}

TEST_F(ScriptPolicy, AnIgnoredMachineIsNotAnsweredByDhcpEither) {
  registry.unknown = IgnoreMachine{};
  const ClientFacts facts{pc1, Architecture::bios, Firmware::pxe};
  EXPECT_THAT(std::get<Ignore>(decide_loader(facts, registry, settings)).reason, HasSubstr("unknown machines"));
  EXPECT_TRUE(std::holds_alternative<LocalBoot>(ask().decision));
  client().set_boot(LocalDisk{});
  EXPECT_TRUE(std::holds_alternative<SendLoader>(decide_loader(facts, registry, settings)));
}

// ---- pieces

TEST(Rule, StarsStandForAnyText) {
  EXPECT_TRUE(matches("52:54:00:*", "52:54:00:e2:e0:01"));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("a*b*c", "aXbYbZc"));
  EXPECT_TRUE(matches("ABC", "abc"));
  EXPECT_FALSE(matches("a*b", "aXc"));
  EXPECT_FALSE(matches("", "a"));
  EXPECT_FALSE(matches("a", "ab"));
  EXPECT_TRUE(matches(std::string(60, '*') + "b", std::string(2000, 'a') + "b")) << "and ends soon";
}

TEST(TargetName, EachEntryHasItsOwnAndReadsItBack) {
  for (const TargetKey& key : {TargetKey{pc1, 0x80, 0}, TargetKey{pc1, 0x00, 3}, TargetKey{pc1, 0xe0, 4000000000}})
    EXPECT_EQ(find_target_key(target_name(key)), key) << target_name(key);
  for (const char* bad : {".80.", ".80.0", ".80.07", ".80.x", ".80.7x", ".80.-7", ".80.99999999999", ".8", ".80x", ""})
    EXPECT_FALSE(find_target_key(iqn + bad)) << bad;
}

TEST(Variables, AreCheckedBeforeTheyAreKept) {
  EXPECT_TRUE(check_variables({{"mirror", "http://10.0.0.1/debian"}, {"seat_2", "a b"}}));
  for (const char* name : {"", "Mac", "2a", "a-b", "mac", "script_url", "a b"})
    EXPECT_FALSE(check_variable_name(name)) << name;
  for (const char* value : {"a\nshell", "${net0/mac}", "a && shell", "a ; shell", "a || b", "\x1b[2J"})
    EXPECT_FALSE(check_variables({{"x", value}})) << value;
  EXPECT_EQ(*expand_variables("a={{x}}{{x}} {{", {{"x", "1"}}), "a=11 {{");
  EXPECT_EQ(*expand_variables("{{x}}", {{"x", "{{x}}"}}), "{{x}}") << "values are not looked through again";
  EXPECT_FALSE(expand_variables("{{y}}", {{"x", "1"}}));
}

TEST(Entries, AreRefusedWhenNoMenuCouldShowThem) {
  const auto menu_of = [](std::string name) { return Menu{{{0, std::move(name), LocalDisk{}}}, "", {}, {}}; };
  EXPECT_TRUE(check_entries(menu_of("Windows 98 (German)")));
  for (const char* name : {"", " a", "a ", "-a", "a\nb", "${a}", "a || b", "\xc3\xa4"})
    EXPECT_FALSE(check_entries(menu_of(name))) << name;
  EXPECT_FALSE(check_entries({{{0, "a", LocalDisk{}}, {0, "a", Shell{}}}, "", {}, {}})) << "twice the same name";
  EXPECT_FALSE(check_entries({std::vector<Entry>(21, Entry{0, "a", LocalDisk{}}), "", {}, {}}));
}

TEST(Kinds, EachRefusesWhatItCannotBoot) {
  const BootEntry bad[] = {Floppy{{""}},
                           Floppy{{"dos", DriveMode::master}, true},
                           Cd{{"cd", DriveMode::master}},
                           Installer{{}, {"k", {}, ""}},
                           Installer{{{"dos"}}, {"", {}, ""}},
                           Windows{{{"win"}}, "", {}},
                           Windows{{{"win"}}, "../x", {"a"}},
                           Windows{{{"win"}}, "", {"a b"}},
                           Iso{""},
                           Iso{"/etc/passwd"},
                           EfiProgram{"a.efi", "x\ny"},
                           IpxeScript{"http://a/${x}"},
                           Kernel{"k", {}, "a ; shell"}};
  for (const BootEntry& entry : bad) {
    const auto verdict = check_boot_entry(entry);
    ASSERT_FALSE(verdict) << name_of(entry);
    EXPECT_EQ(verdict.error().kind, ErrorKind::invalid);
  }
}

}  // namespace
}  // namespace bootferry::boot
