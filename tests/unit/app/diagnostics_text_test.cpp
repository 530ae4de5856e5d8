// SPDX-License-Identifier: Apache-2.0
// The text that is shown to strangers: what a helper needs is in it, and nothing of the house.
#include "app/diagnostics_text.hpp"

#include <gtest/gtest.h>

#include "app/settings.hpp"

namespace bootferry::app {
namespace {

using std::chrono::seconds;

const MacAddress pc{{0x52, 0x54, 0, 0xe2, 0xe0, 1}};
constexpr std::string_view admin_token = "0123456789abcdef0123456789abcdef", api_token = "bf_tokentokentokentoken",
                           chap_secret = "chap-secret-12",
                           hash = "$argon2id$v=19$m=65536,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g";

std::string home_of(const std::string& who) { return std::string("/home") + "/" + who; }

/// Every place where a text of the house stands says all that it must not.
std::string indiscreet(std::string_view about) {
  return std::string(about) + ": annas-pc (52:54:00:e2:e0:01) 52-54-00-E2-E0-01 525400e2e001 01-52-54-00-e2-e0-01 " +
         std::string(admin_token) + " " + std::string(api_token) + " " + std::string(chap_secret) + " " +
         std::string(hash) + " alice 93.184.216.34 2a00:1450::5054:ff:fee2:e001 laptop-of-bob nas.example.org " +
         home_of("carol") + "/x " + "iqn.1991-05.com.microsoft:dads-desk";
}

DiagnosticFacts facts_of_a_house() {
  DiagnosticFacts facts;
  facts.version = "0.1.0";
  facts.system = "Debian GNU/Linux 12 (bookworm)";
  facts.kernel = "Linux 6.1.0 x86_64";
  facts.interface = "eth0";
  facts.dhcp_mode = "proxy";
  const auto settings = parse_settings("state_dir = \"" + home_of("carol") + "/boot\"" + R"(
disk_threads = 4
[[webhooks]]
url = "https://hooks.example.org/services/T000/hunter2hunter2"
events = ["boot-failed"]
secret_file = "/etc/bootferry/very-secret-file"
[dhcp]
mode = "server"
domain = "annas-house.example"
dns = ["93.184.216.34"]
[http]
certificate = "/etc/ssl/nas.example.org.pem"
key = "/etc/ssl/private/nas.example.org.key"
public_url = "https://nas.example.org/boot"
)",
                                       "b.toml");
  facts.settings = settings_values(*settings);
  facts.interfaces = {{"eth0", 2, pc, {{0x0a630001}, 24}, true, false, true}};
  facts.check = {{"tftp", boot::CheckVerdict::failure, indiscreet("a line"), indiscreet("a mend")}};
  boot::LoaderFile loader;
  loader.facts.version = indiscreet("a version");
  facts.loaders = {{"undionly.kpxe", loader}};
  facts.summary.clients = 12;
  boot::BootRecord boot;
  boot.mac = pc;
  boot.state = boot::BootState::stalled;
  boot.code = "no-tftp";
  boot.reason = indiscreet("a reason");
  boot.mend = indiscreet("a mend");
  boot.steps = {{boot::StepKind::login, {}, {}, 2, indiscreet("a step"), {{"target", indiscreet("a field")}}}};
  facts.failed_boot = boot;
  boot::Event event;
  event.text = indiscreet("an event");
  event.fields = {{"hostname", "laptop-of-bob"}, {"secret", std::string(chap_secret)}};
  facts.events = {event};
  facts.webhooks.resize(1);
  facts.webhooks[0].number = 1;
  facts.webhooks[0].address = "https://hooks.example.org:443";
  return facts;
}

Redaction redaction_of_a_house() {
  Redaction redaction;
  redaction.hide_secret(chap_secret);
  redaction.hide_name("alice", "user");
  redaction.hide_name("nas.example.org", "host");
  return redaction;
}

TEST(Diagnostics, NothingOfTheHousePassesThrough) {
  const std::string text = render_diagnostics(facts_of_a_house(), redaction_of_a_house());
  for (const std::string_view secret : {admin_token,
                                        api_token,
                                        chap_secret,
                                        hash,
                                        std::string_view("argon2"),
                                        std::string_view("c2FsdHNhbHQ"),
                                        std::string_view("hunter2"),
                                        std::string_view("hooks.example.org"),
                                        std::string_view("very-secret-file"),
                                        std::string_view("annas"),
                                        std::string_view("alice"),
                                        std::string_view("bob"),
                                        std::string_view("nas.example.org"),
                                        std::string_view("carol"),
                                        std::string_view("dads-desk"),
                                        std::string_view("93.184.216.34"),
                                        std::string_view("2a00:1450"),
                                        std::string_view("e2:e0:01"),
                                        std::string_view("e2-e0-01"),
                                        std::string_view("E2-E0-01"),
                                        std::string_view("e2e001"),
                                        std::string_view("fee2:e001")})
    EXPECT_EQ(text.find(secret), std::string::npos) << secret << " is in\n" << text;
}

TEST(Diagnostics, WhatAHelperNeedsIsThere) {
  const std::string text = render_diagnostics(facts_of_a_house(), redaction_of_a_house());
  for (const std::string& needed : std::vector<std::string>{
           "version: Bootferry 0.1.0", "Debian GNU/Linux 12 (bookworm), Linux 6.1.0 x86_64", "disk_threads = 4",
           "dhcp.mode = \"server\"", "state_dir = \"" + home_of("user") + "/boot\"",
           "dhcp.domain = (changed, not shown)", "webhooks = (changed, not shown)", "http.key = (changed, not shown)",
           "* eth0 52:54:00:A 10.99.0.1/24 up, default route", "DHCP mode: proxy",
           "fail tftp: a line: client-A (52:54:00:A)", "undionly.kpxe (bios, user): a version", "clients: 12",
           "stalled at the step discover", "no-tftp: a reason", "login: a step", "(2 times) target=a field",
           "client-seen: an event", "1: 0 told, 0 lost"})
    EXPECT_NE(text.find(needed), std::string::npos) << needed << " is not in\n" << text;
  EXPECT_EQ(text.find("log_level"), std::string::npos) << "what is as usual is not told";
}

TEST(Diagnostics, ATextThatBreaksLinesBreaksNone) {
  DiagnosticFacts facts;
  facts.events.resize(1);
  facts.events[0].text = "a\nb\x1b[0m";
  const std::string text = render_diagnostics(facts, {});
  EXPECT_NE(text.find("a b [0m\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace bootferry::app
