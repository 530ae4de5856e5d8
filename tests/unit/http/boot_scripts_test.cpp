// SPDX-License-Identifier: Apache-2.0
#include "http/boot_scripts.hpp"

#include <fstream>
#include <set>

#include "appliance.hpp"

namespace bootferry::http::test {
namespace {

const boot::BootSettings lan{{0x0a630001}, 8080, 3260, {}};

RenderedScript render(const boot::ScriptDecision& decision, const std::filesystem::path& folder = {}) {
  return render_script(decision, mac(), lan, folder);
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
  EXPECT_NE(
      script.text.find("chain --replace --autofree http://10.99.0.1:8080/boot/52:54:00:e2:e0:01.ipxe?again=1 ||\n"),
      std::string::npos);
}

TEST(BootScript, BrokenSaysWhyInPlainWords) {
  const auto script = render(boot::Broken{"The image \"dos\" is gone.", ""});
  expect_sound(script.text);
  EXPECT_NE(script.text.find("echo The image ?dos? is gone.\n"), std::string::npos) << script.text;
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
  EXPECT_EQ(addresses.find({0x7f000001}), mac());
}

TEST_F(BootScriptRoute, AssignedMeansBooted) {
  boot::Client client;
  client.mac = mac();
  client.known = true;
  client.boot = boot::Disks{{{"dos", boot::DriveMode::master}}};
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
  client.boot = boot::Disks{{{"dos", boot::DriveMode::master}}};
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
