// SPDX-License-Identifier: Apache-2.0
#include "dhcp/client_facts.hpp"

#include <gtest/gtest.h>

#include "dhcp_testing.hpp"

namespace bootferry::dhcp {
namespace {

using boot::Architecture;
using boot::Firmware;
using testing::make_request;
using testing::with_ipxe;
using testing::with_pxe;

const Message discover = make_request(MessageType::discover);

TEST(ClientFacts, architectures_of_option_93) {
  const std::pair<std::uint16_t, Architecture> known[] = {{0, Architecture::bios},       {6, Architecture::efi_ia32},
                                                          {7, Architecture::efi_x64},    {9, Architecture::efi_x64},
                                                          {10, Architecture::efi_arm32}, {11, Architecture::efi_arm64},
                                                          {16, Architecture::efi_x64}};
  for (const auto& [code, architecture] : known)
    EXPECT_EQ(find_netboot_client(with_pxe(discover, code))->facts.architecture, architecture) << code;
}

TEST(ClientFacts, first_known_architecture_of_the_list_counts) {
  Message message = with_pxe(discover, 0);
  message.set(93, Bytes{0x12, 0x34, 0, 9, 0, 0});
  EXPECT_EQ(find_netboot_client(message)->facts.architecture, Architecture::efi_x64);
}

TEST(ClientFacts, odd_option_93_is_no_architecture_but_the_class_may_tell) {
  Message message = with_pxe(discover, 0, "PXEClient");
  message.set(93, Bytes{0});
  EXPECT_EQ(find_netboot_client(message)->facts.architecture, Architecture::unknown);
  message.set_text(60, "PXEClient:Arch:00007:UNDI:003016");
  EXPECT_EQ(find_netboot_client(message)->facts.architecture, Architecture::efi_x64);
  message.set_text(60, "PXEClient:Arch:7");
  EXPECT_EQ(find_netboot_client(message)->facts.architecture, Architecture::efi_x64);
  for (const char* broken : {"PXEClient:Arch:", "PXEClient:Arch:x", "PXEClient:Arch:99999", "PXEClient:Arch:-1"}) {
    message.set_text(60, broken);
    EXPECT_EQ(find_netboot_client(message)->facts.architecture, Architecture::unknown) << broken;
  }
}

TEST(ClientFacts, firmware_by_its_vendor_class) {
  EXPECT_EQ(find_netboot_client(with_pxe(discover, 0))->facts.firmware, Firmware::pxe);
  EXPECT_EQ(find_netboot_client(with_pxe(discover, 16, "HTTPClient:Arch:00016:UNDI:003001"))->facts.firmware,
            Firmware::http_boot);
}

TEST(ClientFacts, who_does_not_netboot_is_nobody) {
  EXPECT_FALSE(find_netboot_client(discover));
  Message phone = discover;
  phone.set_text(60, "android-dhcp-14");
  EXPECT_FALSE(find_netboot_client(phone));
  phone.set_text(60, "PXE");
  EXPECT_FALSE(find_netboot_client(phone));
}

TEST(ClientFacts, ipxe_is_known_by_plain_user_class_and_by_rfc_3004_form) {
  EXPECT_EQ(find_netboot_client(with_ipxe(discover))->facts.firmware, Firmware::ipxe);
  Message message = with_ipxe(discover);
  message.set(77, Bytes{3, 'f', 'o', 'o', 4, 'i', 'P', 'X', 'E'});
  EXPECT_TRUE(is_ipxe(message));
  message.remove(175);
  EXPECT_TRUE(is_ipxe(message));
  message.set(77, Bytes{200, 'i', 'P', 'X', 'E'});  // a length that lies
  EXPECT_FALSE(is_ipxe(message));
}

TEST(ClientFacts, ipxe_without_iscsi_or_http_is_poor) {
  for (std::uint8_t missing : {0x11, 0x13}) {
    Message message = with_ipxe(discover);
    Bytes features;
    for (std::uint8_t feature : {0x11, 0x13, 0x27}) {
      const Bytes one{feature, 1, 1};
      if (feature != missing) features.insert(features.end(), one.begin(), one.end());
    }
    message.set(175, features);
    EXPECT_EQ(find_netboot_client(message)->facts.firmware, Firmware::ipxe_poor);
  }
  Message bare = with_ipxe(discover);
  bare.remove(175);
  EXPECT_EQ(find_netboot_client(bare)->facts.firmware, Firmware::ipxe_poor);
}

TEST(ClientFacts, uuid_and_boot_item_are_kept_only_when_sent) {
  Message message = with_pxe(discover, 0);
  EXPECT_FALSE(find_netboot_client(message)->uuid);
  EXPECT_FALSE(find_netboot_client(message)->boot_item);
  message.set(97, Bytes(17, 0));
  message.set(43, Bytes{71, 4, 0, 0, 0, 0, 255});
  EXPECT_EQ(find_netboot_client(message)->uuid, Bytes(17, 0));
  EXPECT_EQ(find_netboot_client(message)->boot_item, Bytes(4, 0));
}

TEST(ClientFacts, suboptions_of_every_broken_form_end_the_search) {
  EXPECT_FALSE(find_suboption(Bytes{71}, 71));
  EXPECT_FALSE(find_suboption(Bytes{71, 5, 1}, 71));
  EXPECT_FALSE(find_suboption(Bytes{255, 71, 1, 1}, 71));
  EXPECT_TRUE(find_suboption(Bytes{0, 0, 71, 0}, 71)->empty());
}

}  // namespace
}  // namespace bootferry::dhcp
