// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "http/api/json.hpp"
#include "http/api/json_boot.hpp"

namespace bootferry::http::api {
namespace {

Result<boot::BootEntry> boot_of(std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return std::unexpected(value.error());
  return parse_boot(*value, "The body");
}

Result<boot::ClientChange> change_of(std::string text) {
  Request request;
  request.body = std::move(text);
  const auto body = parse_body(request, {"name", "boot", "reserved_address", "entries", "default_entry", "menu_timeout",
                                         "next_boot", "groups", "variables", "quirks"});
  if (!body) return std::unexpected(body.error());
  return parse_client_change(*body);
}

TEST(ApiJson, ReadsEveryKindOfBoot) {
  EXPECT_EQ(*boot_of(R"({"kind":"wait"})"), boot::BootEntry(boot::Wait{}));
  EXPECT_EQ(*boot_of(R"({"kind":"local"})"), boot::BootEntry(boot::LocalDisk{}));
  const boot::Disks disks{{{"dos", boot::DriveMode::master}, {"games", boot::DriveMode::readonly}}};
  EXPECT_EQ(
      *boot_of(R"({"kind":"disks","drives":[{"image":"dos","mode":"master"},{"image":"games","mode":"readonly"}]})"),
      boot::BootEntry(disks));
  const boot::Kernel kernel{"vmlinuz", {"initrd.img"}, "root=/dev/nfs"};
  EXPECT_EQ(*boot_of(R"({"kind":"kernel","kernel":"vmlinuz","initrds":["initrd.img"],"command_line":"root=/dev/nfs"})"),
            boot::BootEntry(kernel));
}

TEST(ApiJson, WhatItWritesItReads) {
  const boot::BootEntry entries[] = {boot::Wait{},
                                     boot::LocalDisk{},
                                     boot::Disks{{{"dos", boot::DriveMode::readonly}}},
                                     boot::Kernel{"http://10.0.0.1/vmlinuz", {"a", "b"}, "quiet"},
                                     boot::Disks{{{"dos", boot::DriveMode::private_overlay, mib(16)}}, true},
                                     boot::Floppy{{"dos"}},
                                     boot::Floppy{{"dos", boot::DriveMode::readonly}, true},
                                     boot::Cd{{"cd", boot::DriveMode::readonly}},
                                     boot::Installer{{{"dos"}, {"data"}}, {"k", {"i"}, "a b"}},
                                     boot::Windows{{{"win"}}, "w/wimboot", {"w/BCD", "w/boot.wim"}},
                                     boot::Windows{{{"win"}}, "", {"w/BCD"}},
                                     boot::Iso{"a.iso"},
                                     boot::EfiProgram{"a.efi", "x"},
                                     boot::IpxeScript{"http://a/b"},
                                     boot::Shell{},
                                     boot::PowerOff{}};
  for (const boot::BootEntry& entry : entries)
    EXPECT_EQ(*boot_of(render_line(render_boot(entry))), entry) << render_boot(entry);
}

TEST(ApiJson, AFloppyAndACdNeedNoMode) {
  EXPECT_EQ(*boot_of(R"({"kind":"floppy","image":"dos"})"), boot::BootEntry(boot::Floppy{{"dos"}}));
  EXPECT_EQ(*boot_of(R"({"kind":"cd","image":"cd"})"), boot::BootEntry(boot::Cd{{"cd", boot::DriveMode::readonly}}));
}

TEST(ApiJson, RefusesWhatIsNoMenu) {
  for (const char* bad : {R"({"entries":{}})",
                          R"({"entries":[7]})",
                          R"({"entries":[{"name":"a"}]})",
                          R"({"entries":[{"boot":{"kind":"local"}}]})",
                          R"({"entries":[{"name":"a","boot":{"kind":"x"}}]})",
                          R"({"entries":[{"name":"a","boot":{"kind":"local"},"id":3}]})",
                          R"({"entries":[{"name":"a","boot":{"kind":"local"}},{"name":"a","boot":{"kind":"shell"}}]})",
                          R"({"entries":[{"name":"${a}","boot":{"kind":"local"}}]})",
                          R"({"boot":{"kind":"local"},"entries":[]})",
                          R"({"menu_timeout":-1})",
                          R"({"menu_timeout":3601})",
                          R"({"menu_timeout":"5"})",
                          R"({"groups":"lab"})",
                          R"({"groups":[1]})",
                          R"({"variables":[]})",
                          R"({"variables":{"a":1}})",
                          R"({"variables":{"mac":"x"}})",
                          R"({"variables":{"a":"x\ny"}})",
                          R"({"next_boot":7})",
                          R"({"next_boot":{"kind":"x"}})",
                          R"({"default_entry":7})"}) {
    EXPECT_FALSE(change_of(bad)) << bad;
  }
  const auto good =
      change_of(R"({"entries":[{"name":"A","boot":{"kind":"local"}}],"next_boot":"A","menu_timeout":null})");
  ASSERT_TRUE(good);
  EXPECT_EQ(good->entries->at(0).name, "A");
  EXPECT_EQ((*good->next_boot)->entry, "A");
  EXPECT_FALSE(good->menu_timeout->has_value());
  EXPECT_FALSE(change_of(R"({"next_boot":null})")->next_boot->has_value());
}

TEST(ApiJson, RulesAndDefaultsAreReadAsTheyAreWritten) {
  for (const char* text :
       {R"({"kind":"menu"})", R"({"kind":"ignore"})", R"({"kind":"group","group":"lab"})",
        R"({"kind":"client","client":"52:54:00:e2:e0:01"})", R"({"kind":"wait"})", R"({"kind":"iso","iso":"a.iso"})"}) {
    const auto then = parse_assignment(*parse_json(text), "then");
    ASSERT_TRUE(then) << text;
    EXPECT_EQ(render_line(render_assignment(*then)), text);
  }
  const auto rule =
      parse_rule(*parse_json(R"({"mac":"52:*","uuid":null,"architecture":"bios","then":{"kind":"menu"}})"));
  ASSERT_TRUE(rule);
  EXPECT_EQ(render_line(render_rule(*rule)),
            R"({"mac":"52:*","uuid":null,"serial":null,"architecture":"bios","then":{"kind":"menu"}})");
  for (const char* bad :
       {R"({})", R"({"then":{"kind":"menu"}})", R"({"mac":"*"})", R"({"mac":7,"then":{"kind":"menu"}})",
        R"({"mac":"*","then":{"kind":"menu","x":1}})", R"({"mac":"*","then":"menu"})",
        R"({"mac":"*","architecture":"z80","then":{"kind":"menu"}})",
        R"({"mac":"*","then":{"kind":"client","client":"x"}})", R"({"mac":"*","then":{"kind":"group"}})"}) {
    EXPECT_FALSE(parse_rule(*parse_json(bad))) << bad;
  }
}

TEST(ApiJson, RefusesWhatIsNotABoot) {
  for (const char* bad : {"",
                          "null",
                          "[]",
                          "{}",
                          "{",
                          R"({"kind":"Wait"})",
                          R"({"kind":1})",
                          R"({"kind":"wait","drives":[]})",
                          R"({"kind":"disks"})",
                          R"({"kind":"disks","drives":{}})",
                          R"({"kind":"disks","drives":[]})",
                          R"({"kind":"disks","drives":["dos"]})",
                          R"({"kind":"disks","drives":[{"image":"dos"}]})",
                          R"({"kind":"disks","drives":[{"image":"dos","mode":"overlay"}]})",
                          R"({"kind":"disks","drives":[{"image":"dos","mode":"master","x":1}]})",
                          R"({"kind":"disks","drives":[{"image":7,"mode":"master"}]})",
                          R"({"kind":"kernel"})",
                          R"({"kind":"kernel","kernel":"k","initrds":"i"})",
                          R"({"kind":"kernel","kernel":"k","initrds":[1]})",
                          R"({"kind":"kernel","kernel":"k","command_line":null})",
                          R"({"kind":"wait","kind":"local"})",
                          "{\"kind\":\"wait\"} x",
                          "{\"kind\":\"w\xff\"}",
                          "{\"kind\":\"wait\",}",
                          "/**/{\"kind\":\"wait\"}"}) {
    const auto entry = boot_of(bad);
    ASSERT_FALSE(entry) << bad;
    EXPECT_EQ(entry.error().kind, ErrorKind::invalid) << bad;
    EXPECT_FALSE(entry.error().message.empty()) << bad;
  }
  std::string five = R"({"kind":"disks","drives":[)";
  for (int i = 0; i < 5; ++i) five += std::string(i ? "," : "") + R"({"image":"a","mode":"master"})";
  EXPECT_FALSE(boot_of(five + "]}"));
}

TEST(ApiJson, AKeyLeftOutKeepsItsValue) {
  const auto nothing = change_of("{}");
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(nothing->name);
  EXPECT_FALSE(nothing->boot);
  EXPECT_FALSE(nothing->reserved_address);
  const auto cleared = change_of(R"({"reserved_address":null})");
  ASSERT_TRUE(cleared && cleared->reserved_address);
  EXPECT_FALSE(cleared->reserved_address->has_value());
  const auto set = change_of(R"({"name":"pc-2","reserved_address":"10.99.0.50"})");
  ASSERT_TRUE(set && set->reserved_address && *set->reserved_address);
  EXPECT_EQ((*set->reserved_address)->to_string(), "10.99.0.50");
  EXPECT_EQ(set->name, "pc-2");
  EXPECT_EQ(change_of(R"({"name":""})")->name, "") << "an empty name takes the name back";
}

TEST(ApiJson, RefusesTypingErrors) {
  for (const char* bad :
       {R"({"nmae":"pc1"})", R"({"name":7})", R"({"name":"a b"})", R"({"reserved_address":"10.99.0"})",
        R"({"reserved_address":7})", R"({"boot":"wait"})", R"({"mac":"52:54:00:e2:e0:01"})", R"(["name"])", "7"}) {
    EXPECT_FALSE(change_of(bad)) << bad;
  }
}

TEST(ApiJson, QuirksAreReadAndWrongOnesRefused) {
  const auto change = change_of(
      R"({"quirks":{"proxy_form":"binl","loader":"ipxe.efi","tftp_no_options":true,"tftp_block_size":512,"serial_console":null}})");
  ASSERT_TRUE(change);
  boot::Quirks before;
  before.serial_console = 2;
  before.learned_proxy_form = boot::ProxyForm::option43;
  const auto quirks = boot::change_quirks(before, *change->quirks);
  ASSERT_TRUE(quirks);
  EXPECT_EQ(*quirks, (boot::Quirks{boot::ProxyForm::binl, boot::ProxyForm::option43, "ipxe.efi", true, 512, 0}));
  for (const char* bad : {R"({"quirks":{"proxy_form":"both"}})", R"({"quirks":{"loader":"../x"}})",
                          R"({"quirks":{"loader":7}})", R"({"quirks":{"tftp_block_size":7}})",
                          R"({"quirks":{"tftp_block_size":65465}})", R"({"quirks":{"tftp_block_size":-1}})",
                          R"({"quirks":{"serial_console":5}})", R"({"quirks":{"tftp_no_options":null}})",
                          R"({"quirks":{"learned_proxy_form":"binl"}})", R"({"quirks":[]})", R"({"quirks":null})"}) {
    EXPECT_FALSE(change_of(bad)) << bad;
  }
}

TEST(ApiJson, DepthIsBoundedBeforeTheParserSeesIt) {
  EXPECT_FALSE(parse_json(std::string(60'000, '[')));
  EXPECT_FALSE(parse_json("{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}"));
}

TEST(ApiJson, WritesTheContract) {
  boot::ClientView view;
  view.client.mac = *parse_mac_address("52:54:00:e2:e0:01");
  EXPECT_EQ(
      render_line(render_client(view, "QEMU")),
      R"({"mac":"52:54:00:e2:e0:01","name":null,"known":false,"vendor":"QEMU","boot":{"kind":"wait"},)"
      R"("entries":[],"default_entry":null,"menu_timeout":null,"next_boot":null,"groups":[],"variables":{},)"
      R"("offered":[],"why":null,)"
      R"("access":{"auth":"boot","initiator":null,"user":null,"from":null,"secret_set":false,"target_secret_set":false},)"
      R"("quirks":{"proxy_form":"auto","learned_proxy_form":null,"loader":null,"tftp_no_options":false,)"
      R"("tftp_block_size":null,"serial_console":null},)"
      R"("targets":[],"reserved_address":null,)"
      R"("address":null,"architecture":null,"uuid":null,"serial":null,"state":"off","first_seen":null,"last_seen":null,)"
      R"("last_boot":null})");
  boot::Event event;
  event.id = 4711;
  event.at = WallTime{std::chrono::milliseconds{123}};
  event.kind = boot::EventKind::dhcp_discover;
  event.text = "hi";
  event.fields = {{"xid", "0x1234"}};
  EXPECT_EQ(render_line(render_event(event)),
            R"({"id":4711,"time":"1970-01-01T00:00:00.123Z","kind":"dhcp-discover","mac":null,)"
            R"("address":null,"text":"hi","fields":{"xid":"0x1234"}})");
}

TEST(ApiJson, BytesOffTheWireStayOneLineOfUtf8) {
  boot::Event event;
  event.text = "name \xff\n\"x\"";
  const std::string line = render_line(render_event(event));
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_TRUE(nlohmann::json::accept(line));
}

TEST(ApiJson, ABoundLeaseTurnsExpired) {
  boot::Lease lease;
  lease.expires = WallTime{std::chrono::seconds{10}};
  EXPECT_EQ(render_lease(lease, nullptr, WallTime{std::chrono::seconds{9}})["state"], "bound");
  EXPECT_EQ(render_lease(lease, nullptr, WallTime{std::chrono::seconds{10}})["state"], "expired");
  lease.state = boot::LeaseState::released;
  EXPECT_EQ(render_lease(lease, nullptr, WallTime{std::chrono::seconds{11}})["state"], "released");
}

}  // namespace
}  // namespace bootferry::http::api
