// SPDX-License-Identifier: Apache-2.0
#include "http/boot_scripts.hpp"

#include <fmt/format.h>
#include <fstream>
#include <set>

#include "appliance.hpp"
#include "http/script_templates.hpp"

namespace bootferry::http::test {
namespace {

const boot::BootSettings lan{.server = {0x0a630001}, .http_port = 8080, .iscsi_port = 3260, .loaders = {}};

RenderedScript render(const boot::ScriptDecision& decision, const std::filesystem::path& folder = {}) {
  boot::ScriptAnswer answer{decision, "http://10.99.0.1:8080/boot/52:54:00:e2:e0:01.ipxe", mac(), "", "", false, {}};
  answer.variables = {{"mac", mac().to_string()}, {"name", "pc1"}, {"serial", "#1 && || ;"}};
  return render_script(answer, lan, folder);
}

boot::SanDrive drive(int number) {
  const std::string iqn = "iqn.2026-11.org.bootferry:525400e2e001.8" + std::to_string(number);
  return {static_cast<std::uint8_t>(0x80 + number), iqn, "iscsi:10.99.0.1::::" + iqn};
}

/// What holds for every script: iPXE reads it, a PC's screen shows it.
void expect_sound(const std::string& text) {
  EXPECT_TRUE(text.starts_with("#!ipxe\n"));
  EXPECT_EQ(text.find("{{"), std::string::npos);
  EXPECT_EQ(text.find("next-server"), std::string::npos);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    for (const char c : line) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << line;
    const std::size_t shown = line.starts_with("echo ") ? line.size() - 5 : 0;
    EXPECT_LE(shown, 80u) << line;
  }
}

TEST(BootScript, OneDiskIsTheClassicRecipe) {
  const auto script = render(boot::SanBoot{"iqn.2026-11.org.bootferry:525400e2e001", {drive(0)}});
  expect_sound(script.text);
  EXPECT_EQ(script.name, "san");
  EXPECT_NE(script.text.find("set initiator-iqn iqn.2026-11.org.bootferry:525400e2e001\n"
                             "sanboot iscsi:10.99.0.1::::iqn.2026-11.org.bootferry:525400e2e001.80 || goto failed\n"),
            std::string::npos)
      << script.text;
  EXPECT_EQ(script.text.find("sanhook"), std::string::npos);
  EXPECT_NE(script.text.find("chain --replace --autofree http://10.99.0.1:8080/boot/52:54:00:e2:e0:01.ipxe ||\n"),
            std::string::npos)
      << script.text;
}

TEST(BootScript, SeveralDisksAreHookedAscending) {
  const auto script = render(boot::SanBoot{"iqn.a:b", {drive(0), drive(1)}});
  expect_sound(script.text);
  EXPECT_NE(script.text.find(
                "sanhook --drive 0x80 iscsi:10.99.0.1::::iqn.2026-11.org.bootferry:525400e2e001.80 || goto failed\n"
                "sanhook --drive 0x81 iscsi:10.99.0.1::::iqn.2026-11.org.bootferry:525400e2e001.81 || goto failed\n"
                "sanboot --drive 0x80 || goto failed\n"),
            std::string::npos)
      << script.text;
  EXPECT_NE(script.text.find("sanunhook --drive 0x81 ||\n"), std::string::npos);
}

TEST(BootScript, CredentialsOfTheBootComeFirstAndStaleOnesAreCleared) {
  boot::SanBoot san{"iqn.a:b", {drive(0)}};
  san.user = "525400e2e001.19abc";
  san.secret = boot::Secret("0123456789abc-_Z");
  const auto with = render(san);
  expect_sound(with.text);
  EXPECT_NE(
      with.text.find("set username 525400e2e001.19abc\nset password 0123456789abc-_Z\nset initiator-iqn iqn.a:b\n"),
      std::string::npos)
      << with.text;
  EXPECT_NE(with.text.find(":failed\nclear username ||\nclear password ||\n"), std::string::npos);
  EXPECT_EQ(with.sentence.find("0123456789abc-_Z"), std::string::npos);
  const boot::ScriptDecision others[] = {boot::SanBoot{"iqn.a:b", {drive(0)}}, boot::WaitForAssignment{"http://a/"},
                                         boot::LocalBoot{}, boot::KernelBoot{"http://a/k", {}, ""},
                                         boot::Broken{"why", ""}};
  for (const auto& decision : others) {
    const auto script = render(decision);
    EXPECT_NE(script.text.find("\nclear username ||\nclear password ||\n"), std::string::npos) << script.text;
    EXPECT_EQ(script.text.find("set password"), std::string::npos);
  }
}

TEST(BootScript, AKernelFindsItsInitrdsOnUefiToo) {
  const auto script = render(boot::KernelBoot{
      "http://10.99.0.1:8080/files/vmlinuz", {"http://10.99.0.1:8080/files/initrd.img"}, "root=/dev/nfs ip=dhcp"});
  expect_sound(script.text);
  EXPECT_NE(script.text.find(
                "kernel http://10.99.0.1:8080/files/vmlinuz initrd=initrd0 root=/dev/nfs ip=dhcp || goto failed\n"
                "initrd --name initrd0 http://10.99.0.1:8080/files/initrd.img || goto failed\n"
                "boot || goto failed\n"),
            std::string::npos)
      << script.text;
  const auto own = render(boot::KernelBoot{"http://a/k", {"http://a/i"}, "initrd=i quiet"});
  EXPECT_NE(own.text.find("kernel http://a/k initrd=i quiet || goto failed\ninitrd http://a/i || goto failed\n"),
            std::string::npos)
      << own.text;
}

TEST(BootScript, AnArgumentWithHtmlInItStaysAsItIs) {
  const auto script = render(boot::KernelBoot{"http://a/k?x=1&y='2'", {}, "a=\"<b>\""});
  EXPECT_NE(script.text.find("kernel http://a/k?x=1&y='2' a=\"<b>\" ||"), std::string::npos) << script.text;
}

TEST(BootScript, LocalDiskGoesByThePlatform) {
  const auto script = render(boot::LocalBoot{});
  expect_sound(script.text);
  EXPECT_EQ(script.name, "local");
  EXPECT_NE(script.text.find("iseq ${platform} efi && goto efi ||\n"), std::string::npos);
  EXPECT_NE(script.text.find("sanboot --no-describe --drive 0x80 ||\n"), std::string::npos);
  EXPECT_NE(script.text.find(":efi\n"), std::string::npos);
}

TEST(BootScript, WaitingShowsTheMacAndAsksAgain) {
  const auto script = render(boot::WaitForAssignment{"http://10.99.0.1:8080/boot/52:54:00:e2:e0:01.ipxe"});
  expect_sound(script.text);
  EXPECT_NE(script.text.find("52:54:00:e2:e0:01\n"), std::string::npos);
  EXPECT_NE(script.text.find("echo http://10.99.0.1:8080/\n"), std::string::npos);
  EXPECT_NE(script.text.find("--timeout 3000 "), std::string::npos);
  EXPECT_NE(script.text.find(
                "chain --replace --autofree http://10.99.0.1:8080/boot/52:54:00:e2:e0:01.ipxe?again=1&uuid=${uuid}&"),
            std::string::npos);
}

TEST(BootScript, BrokenSaysWhyInPlainWords) {
  const auto script = render(boot::Broken{"The image \"dos\" is gone.", ""});
  expect_sound(script.text);
  EXPECT_NE(script.text.find("echo The image ?dos? is gone.\n"), std::string::npos) << script.text;
}

boot::SanBoot san_of(std::initializer_list<int> numbers) {
  boot::SanBoot san{"iqn.a:b", {}};
  for (const int number : numbers) {
    const std::string iqn = fmt::format("iqn.a:b.{:02x}", number);
    san.drives.push_back({static_cast<std::uint8_t>(number), iqn, "iscsi:10.99.0.1::::" + iqn});
  }
  san.boot_drive = san.drives.front().number;
  return san;
}

bool has(const RenderedScript& script, std::string_view text) { return script.text.find(text) != std::string::npos; }

TEST(BootScript, AFloppyAndACdHaveTheirDriveNumbers) {
  const auto floppy = render(san_of({0x00}));
  expect_sound(floppy.text);
  EXPECT_TRUE(has(floppy, "\nsanboot --drive 0x00 iscsi:10.99.0.1::::iqn.a:b.00 || goto failed\n")) << floppy.text;
  EXPECT_EQ(floppy.sentence, "boots from its floppy drive");
  const auto cd = render(san_of({0xe0}));
  EXPECT_TRUE(has(cd, "\nsanboot --drive 0xe0 iscsi:")) << cd.text;
  const auto both = render(san_of({0x00, 0xe0}));
  EXPECT_TRUE(has(both,
                  "sanhook --drive 0x00 iscsi:10.99.0.1::::iqn.a:b.00 || goto failed\n"
                  "sanhook --drive 0xe0 iscsi:10.99.0.1::::iqn.a:b.e0 || goto failed\n"
                  "sanboot --drive 0x00 || goto failed\n"))
      << both.text;
}

TEST(BootScript, WhatDoesNotFitTheIbftIsHookedWithoutIt) {
  auto san = san_of({0x80, 0x81});
  san.drives[1].described = false;
  san.keep_san = true;
  const auto script = render(san);
  expect_sound(script.text);
  EXPECT_TRUE(has(script, "sanhook --drive 0x80 ")) << script.text;
  EXPECT_TRUE(has(script, "sanhook --no-describe --drive 0x81 ")) << script.text;
  EXPECT_TRUE(has(script, "\nset keep-san 1\n"));
  EXPECT_NE(script.sentence.find("1 of them only through the BIOS"), std::string::npos);
}

TEST(BootScript, AnInstallerHooksFirstAndKeepsItsDisks) {
  const auto script = render(boot::InstallerBoot{san_of({0x80}), {"http://a/linux", {"http://a/initrd.gz"}, "quiet"}});
  expect_sound(script.text);
  const auto at = [&](std::string_view text) { return script.text.find(text); };
  EXPECT_LT(at("set keep-san 1\n"), at("sanhook --drive 0x80 iscsi:10.99.0.1::::iqn.a:b.80 || goto failed\n"));
  EXPECT_LT(at("sanhook "), at("kernel http://a/linux initrd=initrd0 quiet || goto no_kernel\n"));
  EXPECT_LT(at("initrd --name initrd0 http://a/initrd.gz || goto no_kernel\n"), at("boot || goto no_kernel\n"));
}

TEST(BootScript, WindowsIsNeverStartedWithoutItsDisk) {
  const auto script = render(
      boot::WindowsBoot{san_of({0x80}), "http://a/wimboot", {{"BCD", "http://a/w/BCD"}, {"boot.wim", "http://a/b"}}});
  expect_sound(script.text);
  EXPECT_TRUE(has(script,
                  "sanhook --drive 0x80 iscsi:10.99.0.1::::iqn.a:b.80 || goto failed\n"
                  "kernel http://a/wimboot || goto no_files\n"
                  "initrd --name BCD http://a/w/BCD || goto no_files\n"
                  "initrd --name boot.wim http://a/b || goto no_files\n"
                  "boot || goto no_files\n"))
      << script.text;
}

TEST(BootScript, EveryOtherKindHasItsCommand) {
  const std::pair<boot::ScriptDecision, std::string_view> expected[] = {
      {boot::MemdiskBoot{"http://a/memdisk", "http://a/f.img"},
       "kernel http://a/memdisk floppy || goto failed\ninitrd http://a/f.img || goto failed\n"},
      {boot::IsoBoot{"http://a/cd.iso"}, "sanboot --no-describe --drive 0xe0 http://a/cd.iso || goto failed\n"},
      {boot::EfiBoot{"http://a/x.efi", "a b"}, "imgexec program a b || goto failed\n"},
      {boot::ChainBoot{"http://a/x.ipxe"}, "chain --autofree http://a/x.ipxe || goto failed\n"},
      {boot::ShellBoot{}, "\nshell ||\n"},
      {boot::PowerOffBoot{}, "\npoweroff ||\n"},
      {boot::Introduce{},
       ".ipxe?again=1&uuid=${uuid}&serial=${serial:uristring}&platform=${platform}&arch=${buildarch} ||\n"}};
  for (const auto& [decision, command] : expected) {
    const auto script = render(decision);
    expect_sound(script.text);
    EXPECT_TRUE(has(script, command)) << script.text;
  }
}

TEST(BootScript, AMenuHasKeysADefaultAndATimeout) {
  boot::MenuBoot menu{{{0, "DOS 6"}, {7, "Windows 98 (German)"}}, 7, std::chrono::seconds(20)};
  const auto script = render(menu);
  expect_sound(script.text);
  EXPECT_TRUE(has(script,
                  "menu Bootferry: what shall pc1 boot?\n"
                  "item --key 1 0 DOS 6\n"
                  "item --key 2 7 Windows 98 (German)\n"
                  "choose --timeout 20000 --default 7 chosen || goto menu\n"))
      << script.text;
  EXPECT_TRUE(has(script, "?entry=${chosen} ||\n"));
  menu.timeout.reset();
  EXPECT_TRUE(has(render(menu), "\nchoose --default 7 chosen || goto menu\n"));
}

TEST(BootScript, EveryBuiltInTemplateIsAScriptThatIpxeRuns) {
  const auto names = template_names();
  EXPECT_EQ(names.size(), std::variant_size_v<boot::ScriptDecision>) << "one of each decision";
  for (const std::string& name : names) {
    const auto verdict = check_template(name, read_template(name, {}));
    EXPECT_TRUE(verdict) << name << ": " << (verdict ? "" : verdict.error().message);
  }
}

TEST(BootScript, ATemplateWithAMistakeIsRefusedByItsLine) {
  EXPECT_TRUE(check_template("wait", "#!ipxe\necho {{mac}} {{mine}}\n"));
  const std::pair<const char*, const char*> bad[] = {
      {"echo hi\n", "Line 1"},
      {"#!ipxe\necho a\nsanbot x\n", "Line 3: iPXE has no command \"sanbot\""},
      {"#!ipxe\nsleep 1 || gotoo x\n", "gotoo"},
      {"#!ipxe\ngoto nowhere\n", "no label \":nowhere\""},
      {"#!ipxe\ngoto\n", "goto needs a label"},
      {"#!ipxe\n{{#open}}\n", "wait.ipxe is not valid"}};
  for (const auto& [text, why] : bad) {
    const auto verdict = check_template("wait", text);
    ASSERT_FALSE(verdict) << text;
    EXPECT_NE(verdict.error().message.find(why), std::string::npos) << verdict.error().message;
  }
  EXPECT_EQ(check_template("nothing", "#!ipxe\n").error().kind, ErrorKind::not_found);
}

TEST(BootScript, HostileValuesBecomeTheBrokenScreen) {
  const std::string evil[] = {
      "x\nshell", "x\rshell", "${evil}", "a && shell", "a ; shell", "a || shell", std::string("a\0b", 3), "\x1b[2J"};
  for (const std::string& value : evil) {
    const boot::ScriptDecision decisions[] = {
        boot::SanBoot{value, {drive(0)}},
        boot::SanBoot{"iqn.a:b", {{0x80, "iqn", value}}},
        boot::SanBoot{"iqn.a:b", {drive(0), {0x81, "iqn", value}}},
        boot::KernelBoot{value, {}, ""},
        boot::KernelBoot{"http://a/k", {value}, ""},
        boot::KernelBoot{"http://a/k", {}, value},
        boot::InstallerBoot{{value, {drive(0)}}, {"http://a/k", {}, ""}},
        boot::InstallerBoot{{"iqn.a:b", {drive(0)}}, {"http://a/k", {}, value}},
        boot::WindowsBoot{{"iqn.a:b", {drive(0)}}, value, {{"a", "http://a/a"}}},
        boot::WindowsBoot{{"iqn.a:b", {drive(0)}}, "http://a/w", {{value, "http://a/a"}}},
        boot::MemdiskBoot{"http://a/m", value},
        boot::IsoBoot{value},
        boot::EfiBoot{"http://a/e", value},
        boot::ChainBoot{value},
        boot::MenuBoot{{{1, value}}, 1, {}},
    };
    for (const auto& decision : decisions) {
      const auto script = render(decision);
      EXPECT_EQ(script.name, "broken") << value;
      expect_sound(script.text);
      EXPECT_EQ(script.text.find("shell"), std::string::npos) << script.text;
      EXPECT_EQ(script.text.find("${evil}"), std::string::npos);
    }
    const auto told = render(boot::Broken{"why: " + value, ""});
    expect_sound(told.text);
    EXPECT_EQ(told.text.find("${evil}"), std::string::npos);
    EXPECT_EQ(told.text.find("&& shell"), std::string::npos);
    EXPECT_EQ(told.text.find("; shell"), std::string::npos);
    EXPECT_EQ(told.text.find("\nshell"), std::string::npos);
  }
}

TEST(BootScript, TheUsersOwnTemplateWins) {
  std::string folder = testing::TempDir() + "bootferry-scripts-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  std::ofstream(folder + "/wait.ipxe") << "#!ipxe\necho mine {{mac}}\n";
  EXPECT_EQ(render(boot::WaitForAssignment{""}, folder).text, "#!ipxe\necho mine 52:54:00:e2:e0:01\n");
  std::ofstream(folder + "/wait.ipxe") << "#!ipxe\necho {{#open}}\n";
  std::ofstream(folder + "/broken.ipxe") << "#!ipxe\n{{/wrong}}\n";
  const auto script = render(boot::WaitForAssignment{""}, folder);
  EXPECT_EQ(script.name, "broken");
  expect_sound(script.text);
  EXPECT_NE(script.text.find("wait.ipxe is not valid"), std::string::npos) << script.text;
  std::filesystem::remove_all(folder);
}

class BootScriptRoute : public Appliance {};

TEST_F(BootScriptRoute, ServesTellsAndNotes) {
  start();
  const auto subscription = events.subscribe([] {});
  const Reply reply = get("/boot/52:54:00:e2:e0:01.ipxe");
  EXPECT_EQ(reply.status, 200);
  EXPECT_NE(reply.body.find("waits to be assigned"), std::string::npos);
  EXPECT_EQ(reply.header("Cache-Control"), "no-store");
  EXPECT_EQ(get("/boot/52:54:00:e2:e0:01.ipxe?again=1").body, reply.body);
  EXPECT_EQ(get("/boot/52-54-00-e2-e0-01.ipxe?again=1").body, reply.body);
  const auto batch = subscription->take();
  ASSERT_EQ(batch.events.size(), 1u) << "asking again is no news";
  EXPECT_EQ(batch.events[0].kind, boot::EventKind::script_served);
  EXPECT_EQ(batch.events[0].mac, mac());
  EXPECT_NE(batch.events[0].text.find("waits to be assigned"), std::string::npos);
  ASSERT_EQ(registry.seen.size(), 3u);
  EXPECT_EQ(registry.seen[0].address, (Ipv4Address{0x7f000001}));
  EXPECT_EQ(addresses.find(Ipv4Address{0x7f000001}), mac());
}

TEST_F(BootScriptRoute, AssignedMeansBooted) {
  boot::Client client;
  client.mac = mac();
  client.known = true;
  client.set_boot(boot::Disks{{{"dos", boot::DriveMode::master}}});
  (void)registry.put_client(client);
  (void)registry.put_image({"dos", "raw", "dos.raw", mib(1), {}});
  start();
  const Reply reply = get("/boot/52:54:00:e2:e0:01.ipxe?again=1");
  EXPECT_NE(reply.body.find("sanboot iscsi:10.99.0.1::::iqn.2026-11.org.bootferry:525400e2e001.80"), std::string::npos)
      << reply.body;
  EXPECT_EQ(events.last_id(), 1u) << "the decision changed: that is news";
}

TEST_F(BootScriptRoute, EachFetchHasASecretOfItsOwnAndNoEventTellsIt) {
  boot::Client client;
  client.mac = mac();
  client.known = true;
  client.set_boot(boot::Disks{{{"dos", boot::DriveMode::master}}});
  (void)registry.put_client(client);
  (void)registry.put_image({"dos", "raw", "dos.raw", mib(1), {}});
  start();
  const auto subscription = events.subscribe([] {});
  std::set<std::string> seen;
  for (int i = 0; i < 3; ++i) {
    const Reply reply = get("/boot/52:54:00:e2:e0:01.ipxe");
    EXPECT_EQ(reply.header("Cache-Control"), "no-store");
    const auto from = reply.body.find("set password ");
    ASSERT_NE(from, std::string::npos) << reply.body;
    const std::string secret = reply.body.substr(from + 13, 16);
    EXPECT_TRUE(seen.insert(secret).second);
    const auto at = reply.body.find("set username 525400e2e001.");
    ASSERT_NE(at, std::string::npos);
    const auto end = reply.body.find('\n', at);
    EXPECT_EQ(boot_secrets.find(mac(), reply.body.substr(at + 13, end - at - 13))->reveal(), secret);
  }
  for (const auto& event : subscription->take().events) {
    for (const std::string& secret : seen) {
      EXPECT_EQ(event.text.find(secret), std::string::npos);
      for (const auto& [name, value] : event.fields) EXPECT_EQ(value.find(secret), std::string::npos);
    }
  }
  client.access.auth = boot::AuthKind::none;
  (void)registry.put_client(client);
  EXPECT_EQ(get("/boot/52:54:00:e2:e0:01.ipxe").body.find("set password"), std::string::npos);
}

TEST_F(BootScriptRoute, RefusesWhatIsNoMac) {
  start();
  EXPECT_EQ(get("/boot/nonsense.ipxe").status, 400);
  EXPECT_EQ(get("/boot/52:54:00:e2:e0:01").status, 404);
  for (const char* nobody : {"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01"})
    EXPECT_EQ(get(std::string("/boot/") + nobody + ".ipxe").status, 400) << nobody;
  EXPECT_EQ(get("/boot/52:54:00:e2:e0:01%0a.ipxe").status, 400);
}

TEST_F(BootScriptRoute, ATemplateOfOnesOwnIsNotReadOnALoop) {
  const Site site{Services{administration, registry, events, addresses, loaders, clock, boot_settings}, settings};
  Request request;
  request.captures = {"52:54:00:e2:e0:01.ipxe"};
  request.patience = Patience::only_cached;
  EXPECT_EQ(get_boot_script(request, site).status(), 200u);
  write_file("ipxe-scripts/wait.ipxe", "#!ipxe\necho mine\n");
  EXPECT_TRUE(get_boot_script(request, site).is_would_block());
  start();
  EXPECT_EQ(get("/boot/52:54:00:e2:e0:01.ipxe").body, "#!ipxe\necho mine\n");
}

TEST_F(BootScriptRoute, OneAddressCannotFloodTheLog) {
  start();
  Wire wire = dial();
  write_file("files/small", "x");
  for (int i = 0; i < 150; ++i) {
    EXPECT_EQ(ask(wire, "GET", "/boot/52:54:00:e2:e0:01.ipxe").status, 200);
    EXPECT_EQ(ask(wire, "GET", "/files/small").status, 200);
  }
  EXPECT_GE(events.last_id(), 100u);
  EXPECT_LT(events.last_id(), 200u) << "300 were asked for in a moment";
  Wire root = dial_control();
  const std::uint64_t so_far = events.last_id();
  EXPECT_EQ(ask(root, "GET", "/files/small").status, 200);
  EXPECT_EQ(ask(root, "GET", "/files/small").status, 200);  // the first one's event is told before the second answer
  EXPECT_GT(events.last_id(), so_far) << "root is no stranger";
}

}  // namespace
}  // namespace bootferry::http::test
