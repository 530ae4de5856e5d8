// SPDX-License-Identifier: Apache-2.0
// What is taken out of a text, and what has to stay readable.
#include "app/redaction.hpp"

#include <gtest/gtest.h>

namespace bootferry::app {
namespace {

std::string redact(std::string_view text) { return Redaction().apply(text); }

TEST(Redaction, AMacKeepsItsVendorAndALetterOfItsOwn) {
  EXPECT_EQ(redact("52:54:00:e2:e0:01 and 52:54:00:e2:e0:02, again 52:54:00:E2:E0:01."),
            "52:54:00:A and 52:54:00:B, again 52:54:00:A.");
  EXPECT_EQ(redact("52-54-00-e2-e0-01.pcap"), "52-54-00-A.pcap");
  EXPECT_EQ(redact("pxelinux.cfg/01-52-54-00-e2-e0-01"), "pxelinux.cfg/01-52-54-00-A");
  EXPECT_EQ(redact("iqn.2026-11.org.bootferry:525400e2e001.80.7"), "iqn.2026-11.org.bootferry:525400A.80.7");
  EXPECT_EQ(redact("boot-52:54:00:e2:e0:01-x (mac=525400e2e001)"), "boot-52:54:00:A-x (mac=525400A)");
  EXPECT_EQ(redact("00:01:00:01:2c:aa:bb:cc:52:54:00:e2:e0:01"), "[hidden]") << "a DUID ends with one (RFC 8415 11.2)";
  EXPECT_EQ(redact("01:52:54:00:e2:e0:01"), "01:52:54:00:A") << "a client identifier (RFC 2132 9.14)";
  EXPECT_EQ(redact("20:52:54:00:e2:e0:01"), "[hidden]");
}

TEST(Redaction, TimesSizesAndVersionsStay) {
  for (const char* plain : {"2026-11-29T05:05:36.123Z dhcp-offer: it asks for undionly.kpxe (74 KB)", "05:03:07",
                            "1.21.1+ (g4e456)", "1.0.0+git-20190125.36a4c85-5.1", "Linux 6.1.0-25-amd64 x86_64",
                            "http://10.0.0.1:8080/boot/x.ipxe", "the drive 0x80", "std::move", "a: b"})
    EXPECT_EQ(redact(plain), plain);
}

TEST(Redaction, PublicAddressesAreReplacedAndPrivateOnesStay) {
  EXPECT_EQ(redact("10.99.0.1, 192.168.1.5:8080, 172.16.0.1/12, 127.0.0.1, 169.254.1.1, 255.255.255.255"),
            "10.99.0.1, 192.168.1.5:8080, 172.16.0.1/12, 127.0.0.1, 169.254.1.1, 255.255.255.255");
  EXPECT_EQ(redact("8.8.8.8:443 and 9.9.9.9, 8.8.8.8."), "public-A:443 and public-B, public-A.");
  EXPECT_EQ(redact("[fe80::5054:ff:fee2:e001%eth0] fd00::1 2001:db8::1 ::1"), "[ipv6-A%eth0] ipv6-B ipv6-C ::1");
}

TEST(Redaction, SecretsAreGone) {
  Redaction redaction;
  redaction.hide_secret("correct horse");
  redaction.hide_secret("abc");
  EXPECT_EQ(redaction.apply("it says \"correct horse\" to abc"), "it says \"[hidden]\" to abc");
  EXPECT_EQ(redact("Bearer bf_0123456789-abcdef_hij"), "Bearer [hidden]");
  EXPECT_EQ(redact("cookie=Zm9v-YmFy_YmF6cXV4-cXV1eGNvcmdlZ3JhdWx0Z2Fy;"), "[hidden];");
  EXPECT_EQ(redact("0123456789abcdef0123456789abcdef"), "[hidden]");
  EXPECT_EQ(redact("\"$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA\""), "\"[hidden]\"");
  EXPECT_EQ(redact("https://me:pass@example.lan/"), "https://[hidden]@example.lan/");
  EXPECT_EQ(redact("4c4c4544-0043-3010-8052-b4c04f564433"), "[hidden]");
}

TEST(Redaction, NamesAreReplacedAsWords) {
  Redaction redaction;
  redaction.hide_name("pc1", "client");
  redaction.hide_name("pc1.home.lan", "host");
  redaction.hide_name("alice", "user");
  EXPECT_EQ(redaction.apply("pc1 waits; PC1-disk of Alice, not pc10: pc1.home.lan, malice"),
            "client-A waits; client-A-disk of user-A, not pc10: host-A, malice");
  const std::string homes = "/home";
  EXPECT_EQ(redaction.apply(homes + "/bob/images and \"" + homes + "/bob\""),
            homes + "/user/images and \"" + homes + "/user\"");
}

TEST(Redaction, ANameThatThousandsHaveStays) {
  Redaction redaction;
  redaction.hide_name("debian", "host");
  redaction.hide_name("Bootferry", "host");
  EXPECT_EQ(redaction.apply("Bootferry on Debian"), "Bootferry on Debian");
}

TEST(Redaction, AMachineThatIsForgottenStillHasAName) {
  EXPECT_EQ(redact("The boot of annas-pc (52:54:00:e2:e0:01) is over; annas-pc was on"),
            "The boot of client-A (52:54:00:A) is over; client-A was on");
}

TEST(Redaction, InitiatorsNamesAreHostsNames) {
  EXPECT_EQ(redact("login of iqn.1991-05.com.microsoft:annas-pc refused"),
            "login of iqn.1991-05.com.microsoft:[hidden] refused");
}

}  // namespace
}  // namespace bootferry::app
