// SPDX-License-Identifier: Apache-2.0
#include "tftp/loader_name.hpp"

#include <gtest/gtest.h>

namespace bootferry::tftp {
namespace {

struct TftpLoaderName : testing::Test {
  boot::LoaderCatalog loaders;
  TftpLoaderName() {
    loaders.add("undionly.kpxe", "/usr/lib/ipxe/undionly.kpxe");
    loaders.add("pxelinux.0", "/x/pxelinux.0");
  }
  std::string found(std::string_view name) { return find_loader_name(loaders, name).value_or(""); }
};

TEST_F(TftpLoaderName, a_name_is_found_as_it_is) {
  EXPECT_EQ(found("undionly.kpxe"), "undionly.kpxe");
  EXPECT_EQ(found("pxelinux.0"), "pxelinux.0") << "its own .0";
  EXPECT_EQ(found("UNDIONLY.KPXE"), "");
}

TEST_F(TftpLoaderName, garbage_behind_the_name_is_cut) {
  EXPECT_EQ(found("undionly.kpxe\xff"), "undionly.kpxe");
  EXPECT_EQ(found("undionly.kpxe\xff\x01garbage"), "undionly.kpxe");
  EXPECT_EQ(found("undionly.kpxe\x80"), "undionly.kpxe");
  EXPECT_EQ(found("undionly.kpxe\r\n"), "undionly.kpxe");
  EXPECT_EQ(found("undionly.kpxe "), "undionly.kpxe");
}

TEST_F(TftpLoaderName, the_boot_layer_suffix_is_an_alias) {
  EXPECT_EQ(found("undionly.kpxe.0"), "undionly.kpxe");
  EXPECT_EQ(found("undionly.kpxe.0\xff"), "undionly.kpxe");
  EXPECT_EQ(found("pxelinux.0.0"), "pxelinux.0");
  EXPECT_EQ(found("undionly.kpxe.1"), "");
  EXPECT_EQ(found(".0"), "");
}

TEST_F(TftpLoaderName, what_a_shim_does_without_is_no_failure) {
  EXPECT_TRUE(is_optional("secureboot/revocations_sbat.efi"));
  EXPECT_TRUE(is_optional("shim_certificate_0.efi"));
  EXPECT_FALSE(is_optional("secureboot/grubx64.efi"));
  EXPECT_FALSE(is_optional("revocations/undionly.kpxe"));
  EXPECT_FALSE(is_optional(""));
}

TEST_F(TftpLoaderName, slashes_before_the_name_do_no_harm) {
  for (const char* name : {"/undionly.kpxe", "//undionly.kpxe", "./undionly.kpxe", "/./undionly.kpxe",
                           "\\undionly.kpxe", ".\\undionly.kpxe"}) {
    EXPECT_EQ(found(name), "undionly.kpxe") << name;
  }
}

TEST_F(TftpLoaderName, the_folder_of_another_server_is_forgiven) {
  for (const char* name : {"tftpboot/undionly.kpxe", "/tftpboot/undionly.kpxe", "\\tftpboot\\undionly.kpxe.0\xff",
                           "/srv/tftp/undionly.kpxe", "/var/lib/tftpboot/undionly.kpxe",
                           "tftp://10.99.0.1/undionly.kpxe", "tftp://10.99.0.1/tftpboot/undionly.kpxe"}) {
    EXPECT_EQ(found(name), "undionly.kpxe") << name;
  }
  for (const char* name : {"tftpboot/", "tftpboot/../undionly.kpxe", "tftpboot/tftpboot/undionly.kpxe", "tftp://",
                           "tftp://10.99.0.1", "tftp://10.99.0.1/", "http://10.99.0.1/undionly.kpxe"}) {
    EXPECT_EQ(found(name), "") << name;
  }
}

TEST_F(TftpLoaderName, no_path_leads_out_of_the_catalog) {
  for (const char* name : {"", "/", ".", "..", "../undionly.kpxe", "/etc/passwd", "..\\..\\etc\\passwd",
                           "/usr/lib/ipxe/undionly.kpxe", "a/../undionly.kpxe", "\xff"}) {
    EXPECT_EQ(found(name), "") << name;
  }
  EXPECT_EQ(found(std::string(60'000, '/')), "");
  EXPECT_EQ(found(std::string(60'000, 'a')), "");
}

}  // namespace
}  // namespace bootferry::tftp
