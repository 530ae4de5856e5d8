// SPDX-License-Identifier: Apache-2.0
// What has broken the boot side of other netboot servers, tried on ours: docs/security.md lists the cases.
#include "appliance.hpp"

namespace bootferry::http::test {
namespace {

class BootEndpoints : public Appliance {
 protected:
  BootEndpoints() {
    boot::Client client;
    client.mac = mac();
    client.set_boot(boot::Disks{{{"dos", boot::DriveMode::master}}});
    registry.state.clients[mac()] = client;
    registry.state.images["dos"] = {"dos", "raw", "dos.raw", mib(100), {}};
  }
  static constexpr std::string_view script = "/boot/52:54:00:e2:e0:01.ipxe";
};

/// FOG: passwords for whoever asked.
TEST_F(BootEndpoints, Cve2024_42348_a_secret_goes_only_to_the_machine_itself) {
  start();
  const std::string secret_line = "set password ";
  neighbours.known = mac();
  EXPECT_NE(get(script).body.find(secret_line), std::string::npos) << "the machine itself";
  const auto heard = watch.boots.size();
  neighbours.known = mac("52:54:00:66:66:66");
  const auto subscription = events.subscribe([] {});
  const Reply other = get(script);
  EXPECT_EQ(other.status, 200) << "a screen that says why";
  EXPECT_EQ(other.body.find(secret_line), std::string::npos) << other.body;
  EXPECT_EQ(other.body.find("sanboot"), std::string::npos);
  EXPECT_NE(other.body.find("52:54:00:66:66:66"), std::string::npos);
  EXPECT_EQ(watch.boots.size(), heard) << "its disks are not made ready for a stranger";
  EXPECT_TRUE(subscription->take().events.empty()) << "nor does its boot log tell of a boot";
  neighbours.known = std::nullopt;
  EXPECT_NE(get(script).body.find(secret_line), std::string::npos) << "behind a relay nobody knows the network card";
}

TEST_F(BootEndpoints, TheNetworkCardBehindAConnectionIsAskedForOnce) {
  start();
  const std::string secret_line = "set password ", path(script);
  neighbours.known = mac("52:54:00:66:66:66");
  Wire wire = dial();
  EXPECT_EQ(ask(wire, "GET", path).body.find(secret_line), std::string::npos);
  neighbours.known = mac();  // another machine took the address over; this connection is still the first one's
  EXPECT_EQ(ask(wire, "GET", path).body.find(secret_line), std::string::npos);
  EXPECT_NE(get(script).body.find(secret_line), std::string::npos);
}

TEST_F(BootEndpoints, WhoIsNotGivenASecretLearnsNoAddressEither) {
  start();
  neighbours.known = mac("52:54:00:66:66:66");
  EXPECT_EQ(get(script).status, 200);
  EXPECT_EQ(addresses.find(Ipv4Address{0x7f000001}), std::nullopt);
  EXPECT_TRUE(registry.seen.empty());
}

/// FOG: a name became part of a shell command. Ours knows no shell; such names are no names of anything.
TEST_F(BootEndpoints, Cve2024_39914_names_are_never_words_of_a_command) {
  start();
  const std::string proof = (state_dir / "files" / "proof").string();
  for (const std::string& word : {"$(touch%20" + proof + ")", "`touch%20" + proof + "`", "a;touch%20" + proof,
                                  "a%7Ctouch%20" + proof, "a%26%26touch%20" + proof, "a%0Atouch%20" + proof}) {
    std::string one = word;
    std::replace(one.begin(), one.end(), '/', '_');
    for (const std::string& path : {"/boot/" + one + ".ipxe", "/loaders/" + one, "/files/" + word, "/files/" + one}) {
      const Reply reply = get(path);
      EXPECT_TRUE(reply.status == 404 || reply.status == 400) << path << " " << reply.status;
    }
  }
  EXPECT_FALSE(std::filesystem::exists(proof));
}

/// Cobbler and FOG: the side that boots machines reached what needs a login.
TEST_F(BootEndpoints, Cve2018_1000226_a_boot_endpoint_opens_nothing_else) {
  start();
  for (const char* path : {"/boot/api/v1/clients", "/boot/../api/v1/clients", "/files/../control.sock",
                           "/files/%2e%2e/bootferry.db", "/files/..%2fadmin-token", "/loaders/..%2fadmin-token",
                           "/boot/52:54:00:e2:e0:01.ipxe/../../admin-token", "/boot/52:54:00:e2:e0:01", "/boot/"}) {
    const Reply reply = get(path);
    EXPECT_TRUE(reply.status == 400 || reply.status == 404) << path << " " << reply.status;
    EXPECT_EQ(reply.body.find(token), std::string::npos);
  }
  for (const char* method : {"PUT", "POST", "DELETE", "PATCH"}) {
    for (const std::string_view path : {script, std::string_view("/files/a"), std::string_view("/loaders/a")}) {
      const int status = ask(method, path, bearer(), "x").status;
      EXPECT_TRUE(status == 405 || status == 403 || status == 411) << method << " " << path << " " << status;
    }
  }
  EXPECT_FALSE(std::filesystem::exists(state_dir / "files/a"));
}

/// Cobbler: what a machine sent went into a log, and from there into a template.
TEST_F(BootEndpoints, WhatAMachineSendsIsNeverAScript) {
  start();
  const auto subscription = events.subscribe([] {});
  const std::string poison = "%7B%7B%23drives%7D%7D$%7Bpassword%7D%0A";
  (void)get("/boot/" + poison + ".ipxe");
  (void)get("/files/" + poison);
  const Reply reply = get(script, "User-Agent: {{secret}}${password}\r\nReferer: #!ipxe\r\n");
  EXPECT_EQ(reply.body.find("${password}"), std::string::npos);
  EXPECT_EQ(reply.body.find("{{"), std::string::npos);
  for (const boot::Event& event : subscription->take().events) {
    EXPECT_EQ(event.text.find("{{"), std::string::npos) << event.text;
    EXPECT_EQ(event.text.find('\n'), std::string::npos) << event.text;
  }
}

TEST_F(BootEndpoints, AFirmwareWithoutAUuidHasNone) {
  start();
  const auto told = [&](std::string_view uuid) {
    registry.seen.clear();
    (void)get(std::string(script) + "?again=1&uuid=" + std::string(uuid));
    return registry.seen.empty() ? "nothing was noted" : registry.seen.back().uuid;
  };
  EXPECT_EQ(told("4c4c4544-0000-1000-8000-000000000001"), "4c4c4544-0000-1000-8000-000000000001");
  EXPECT_EQ(told("00000000-0000-0000-0000-000000000000"), "") << "SMBIOS: it has none";
  EXPECT_EQ(told("ffffffff-ffff-FFFF-ffff-ffffffffffff"), "") << "SMBIOS: nobody has set it";
}

}  // namespace
}  // namespace bootferry::http::test
