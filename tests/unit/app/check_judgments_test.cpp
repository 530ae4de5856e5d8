// SPDX-License-Identifier: Apache-2.0
// Each judgment of the self-test: what is well, and what each fault is called.
#include "app/check_judgments.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "app/check_probes.hpp"
#include "app/self_check.hpp"

namespace bootferry::app {
namespace {

using boot::Architecture;
using boot::CheckVerdict;

NetworkInterface lan() {
  NetworkInterface made;
  made.name = "eth0";
  made.network = {*parse_ipv4_address("10.99.0.1"), 24};
  return made;
}

LinkFacts well() {
  LinkFacts facts;
  facts.present = facts.up = facts.carrier = true;
  facts.address = lan().network.address;
  return facts;
}

TEST(JudgeInterface, EachFaultHasItsSentence) {
  EXPECT_EQ(judge_interface(lan(), well()).verdict, CheckVerdict::ok);
  const auto fault = [](auto change) {
    LinkFacts facts = well();
    change(facts);
    return judge_interface(lan(), facts);
  };
  EXPECT_NE(fault([](LinkFacts& f) { f.carrier = false; }).text.find("no link"), std::string::npos);
  EXPECT_NE(fault([](LinkFacts& f) { f.up = false; }).mend.find("ip link set eth0 up"), std::string::npos);
  EXPECT_EQ(fault([](LinkFacts& f) { f.address = std::nullopt; }).verdict, CheckVerdict::failure);
  EXPECT_NE(fault([](LinkFacts& f) { f.address = parse_ipv4_address("10.99.0.7").value(); }).text.find("10.99.0.7"),
            std::string::npos);
  EXPECT_EQ(fault([](LinkFacts& f) { f.wireless = true; }).verdict, CheckVerdict::warning);
  EXPECT_EQ(fault([](LinkFacts& f) { f.in_container = true; }).verdict, CheckVerdict::ok) << "with --network host";
}

TEST(JudgeInterface, AContainersOwnNetworkReachesNobody) {
  NetworkInterface docker = lan();
  docker.network = {*parse_ipv4_address("172.17.0.2"), 16};
  LinkFacts facts = well();
  facts.address = docker.network.address;
  EXPECT_EQ(judge_interface(docker, facts).verdict, CheckVerdict::ok);
  facts.in_container = true;
  const auto line = judge_interface(docker, facts);
  EXPECT_EQ(line.verdict, CheckVerdict::failure);
  EXPECT_NE(line.mend.find("--network host"), std::string::npos);
}

TEST(JudgeInterface, ABridgeOfAnyAddressIsTheContainersOwnButNotMacvlanNorTheHostsNetwork) {
  LinkFacts facts = well();  // 10.99.0.1: of a network that compose made, its addresses tell nothing
  facts.in_container = facts.own_name = true;
  for (const char* made : {"veth", "tun"}) {
    facts.driver = made;
    const auto line = judge_interface(lan(), facts);
    EXPECT_EQ(line.verdict, CheckVerdict::failure) << made;
    EXPECT_NE(line.text.find("bridge"), std::string::npos) << line.text;
    EXPECT_NE(line.mend.find("network_mode: host"), std::string::npos) << line.mend;
  }
  facts.driver = "macvlan";
  EXPECT_EQ(judge_interface(lan(), facts).verdict, CheckVerdict::ok);
  facts.driver = "veth";
  facts.own_name = false;
  EXPECT_EQ(judge_interface(lan(), facts).verdict, CheckVerdict::ok) << "a pair of the host's own";
  facts.own_name = true;
  facts.in_container = false;
  EXPECT_EQ(judge_interface(lan(), facts).verdict, CheckVerdict::ok);
}

TEST(JudgeRawSockets, WithoutTheRightEachKeeperGivesItHisWay) {
  EXPECT_EQ(judge_raw_sockets(true, Keeper::container).verdict, CheckVerdict::ok);
  const std::pair<Keeper, const char*> mends[] = {
      {Keeper::container, "--cap-add NET_RAW"},
      {Keeper::systemd, "sudo systemctl edit"},
      {Keeper::nobody, "sudo setcap cap_net_bind_service,cap_net_raw=ep /"}};
  for (const auto& [keeper, mend] : mends) {
    const auto line = judge_raw_sockets(false, keeper);
    EXPECT_EQ(line.verdict, CheckVerdict::failure);
    EXPECT_NE(line.text.find("CAP_NET_RAW"), std::string::npos);
    EXPECT_NE(line.mend.find(mend), std::string::npos) << line.mend;
  }
}

TEST(Capabilities, AreReadFromTheStatusOfAProcess) {
  const auto status = [](const char* effective) {
    return "Name:\tbootferry\nCapPrm:\t000001ffffffffff\nCapEff:\t" + std::string(effective) + "\nCapBnd:\t0\n";
  };
  EXPECT_TRUE(has_capability(status("0000000000002400"), Capability::net_raw)) << "the service's two";
  EXPECT_FALSE(has_capability(status("0000000000002400"), Capability::net_admin));
  EXPECT_TRUE(has_capability(status("000001ffffffffff"), Capability::net_admin)) << "root's";
  EXPECT_FALSE(has_capability(status("0000000000000000"), Capability::net_raw));
  EXPECT_FALSE(has_capability("", Capability::net_raw));
}

TEST(JudgePorts, AllAreNamedAndWhoHasThatOfHttps) {
  const std::vector<ServicePort> ports{{"udp", 69, "TFTP"}, {"tcp", 8080, "HTTP"}};
  EXPECT_NE(judge_ports(ports, "").text.find("TFTP (udp 69), HTTP (tcp 8080)"), std::string::npos);
  const auto line = judge_ports(ports, "TCP port 8443 is taken by nginx (pid 7)");
  EXPECT_EQ(line.verdict, CheckVerdict::warning);
  EXPECT_NE(line.text.find("nginx (pid 7)"), std::string::npos) << line.text;
}

TEST(JudgeLoaders, WhatAMachineWaitsForIsAFault) {
  EXPECT_EQ(judge_loaders({"undionly.kpxe", "snponly.efi"}, {}).verdict, CheckVerdict::ok);
  const auto none = judge_loaders({}, {});
  EXPECT_EQ(none.verdict, CheckVerdict::failure);
  EXPECT_EQ(none.mend, "sudo apt-get install ipxe");
  EXPECT_NE(none.text.find("bios, efi-x64"), std::string::npos) << none.text;
  const auto arm = judge_loaders({"undionly.kpxe", "snponly.efi"}, {Architecture::efi_arm64});
  EXPECT_EQ(arm.verdict, CheckVerdict::failure);
  EXPECT_NE(arm.mend.find("snponly-arm64.efi"), std::string::npos) << arm.mend;
  EXPECT_EQ(judge_loaders({"undionly.kpxe", "snponly.efi", "snponly-arm64.efi"}, {Architecture::efi_arm64}).verdict,
            CheckVerdict::ok);
}

TEST(JudgeTheRest, RightsModeAndSpace) {
  EXPECT_EQ(judge_dhcp_mode(DhcpMode::proxy).verdict, CheckVerdict::ok);
  EXPECT_EQ(judge_dhcp_mode(DhcpMode::server).verdict, CheckVerdict::ok);
  EXPECT_EQ(judge_dhcp_mode(DhcpMode::off).verdict, CheckVerdict::warning);
  EXPECT_EQ(judge_space({100ull << 30, 200ull << 30}, "/s").verdict, CheckVerdict::ok);
  EXPECT_EQ(judge_space({1ull << 20, 200ull << 30}, "/s").verdict, CheckVerdict::warning);
  EXPECT_EQ(judge_space({0, 200ull << 30}, "/s").verdict, CheckVerdict::failure);
}

TEST(JudgeOtherServers, WhoGetsInTheWayAndWhoIsMissing) {
  boot::NetworkServer router;
  router.address = *parse_ipv4_address("10.99.0.2");
  EXPECT_EQ(judge_other_servers({router}, DhcpMode::proxy).verdict, CheckVerdict::ok);
  EXPECT_NE(judge_other_servers({router}, DhcpMode::proxy).text.find("10.99.0.2"), std::string::npos);
  EXPECT_EQ(judge_other_servers({router}, DhcpMode::server).verdict, CheckVerdict::warning);
  EXPECT_EQ(judge_other_servers({}, DhcpMode::server).verdict, CheckVerdict::ok);
  const auto nobody = judge_other_servers({}, DhcpMode::proxy);
  EXPECT_EQ(nobody.verdict, CheckVerdict::warning);
  EXPECT_NE(nobody.mend.find("router's DHCP"), std::string::npos);
  router.kind = boot::ServerKind::proxy;
  EXPECT_EQ(judge_other_servers({router}, DhcpMode::proxy).verdict, CheckVerdict::warning);
}

TEST(ServicePorts, OffMeansNoDhcp) {
  Settings settings;
  EXPECT_EQ(service_ports(settings).size(), 5u);
  settings.dhcp_mode = DhcpMode::off;
  const auto ports = service_ports(settings);
  ASSERT_EQ(ports.size(), 3u);
  EXPECT_EQ(ports[0].port, 69);
}

/// Holds what the test wants; keeps nothing.
class FixedRegistry final : public boot::ClientRegistry {
 public:
  std::shared_ptr<const boot::RegistrySnapshot> snapshot() const override {
    return std::make_shared<boot::RegistrySnapshot>();
  }
  void note_seen(const boot::Sighting&) override { ADD_FAILURE() << "a self-test is no machine"; }
  Result<void> put_client(const boot::Client&) override { return {}; }
  Result<void> remove_client(const MacAddress&) override { return {}; }
  Result<void> put_image(const boot::Image&) override { return {}; }
  Result<void> remove_image(std::string_view) override { return {}; }
};

dhcp::Settings dhcp_settings(boot::LoaderCatalog loaders) {
  dhcp::Settings made;
  made.mode = dhcp::Settings::Mode::server;
  made.network = lan().network;
  made.range = Ipv4Range{*parse_ipv4_address("10.99.0.100"), *parse_ipv4_address("10.99.0.199")};
  made.boot.server = lan().network.address;
  made.boot.loaders = std::move(loaders);
  return made;
}

TEST(ProbeDhcp, EveryKindOfMachineIsToldItsFile) {
  const FixedRegistry registry;
  const auto settings = dhcp_settings({"undionly.kpxe", "snponly.efi"});
  const auto told = [&](Pretender who) {
    const auto file = probe_dhcp(who, settings, registry);
    return file ? *file : "error: " + file.error().message;
  };
  EXPECT_EQ(told(Pretender::bios), "undionly.kpxe");
  EXPECT_EQ(told(Pretender::uefi), "snponly.efi") << "by port 4011";
  EXPECT_EQ(told(Pretender::uefi_http), "http://10.99.0.1:8080/loaders/snponly.efi");
  EXPECT_TRUE(told(Pretender::ipxe).starts_with("http://10.99.0.1:8080/boot/")) << told(Pretender::ipxe);
}

TEST(ProbeDhcp, WithoutALoaderItSaysWhy) {
  const FixedRegistry registry;
  const auto file = probe_dhcp(Pretender::bios, dhcp_settings({}), registry);
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().message.find("undionly.kpxe"), std::string::npos) << file.error().message;
}

TEST(JudgeWebhooks, TheFirstThatFailsIsNamed) {
  std::vector<boot::WebhookView> hooks(3);
  for (std::size_t i = 0; i < hooks.size(); ++i) hooks[i].number = i + 1;
  EXPECT_EQ(judge_webhooks(hooks), good("webhooks", "3 webhooks take what they are told."));
  hooks[1].failing_since = WallTime{std::chrono::seconds{1}};
  hooks[1].last.emplace();
  hooks[1].last->text = "no receiver answers";
  const auto line = judge_webhooks(hooks);
  EXPECT_EQ(line.verdict, boot::CheckVerdict::warning);
  EXPECT_EQ(line.text, "Webhook 2 fails since 1970-01-01T00:00:01.000Z: no receiver answers.");
  EXPECT_EQ(line.mend, "bootferry webhook test 2");
}

TEST(JudgeImages, ThoseWhoseFilesAreGoneAreNamedAndSoIsTheMend) {
  std::vector<boot::ImageView> images(1);
  images[0].image.name = "dos";
  EXPECT_EQ(judge_images(images), good("images", "The image has its files."));
  images.resize(2);
  images[1].image.name = "win";
  EXPECT_EQ(judge_images(images), good("images", "All 2 images have their files."));
  images[1].missing_files = {"/lib/images/win.raw", "/lib/images/layers/3.qcow2"};
  EXPECT_EQ(judge_images(images),
            bad("images", "Images have lost files: win (/lib/images/win.raw, /lib/images/layers/3.qcow2).",
                "Put each file back at its path, or remove the image: bootferry image remove NAME"));
}

TEST(JudgeImages, OfVeryManyOnlySomeAreNamed) {
  std::vector<boot::ImageView> images(9);
  for (boot::ImageView& view : images) {
    view.image.name = fmt::format("disk-{}", &view - images.data());
    view.missing_files = {"/x"};
  }
  const std::string text = judge_images(images).text;
  EXPECT_NE(text.find("disk-4 (/x) and 4 more."), std::string::npos) << text;
}

}  // namespace
}  // namespace bootferry::app
