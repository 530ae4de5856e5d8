// SPDX-License-Identifier: Apache-2.0
// Wake-on-LAN, boot media, floppies, the self-test and the list of loaders, as the API tells them.
#include "http/api/resources.hpp"

#include <nlohmann/json.hpp>

#include "appliance.hpp"

namespace bootferry::http::test {
namespace {

struct FakeWaker final : boot::Waker {
  Result<std::string> wake(const MacAddress& mac, std::optional<Ipv4Address> to) override {
    woken = mac;
    broadcast = to;
    return "UDP broadcast on eth0";
  }
  std::optional<MacAddress> woken;
  std::optional<Ipv4Address> broadcast;
};

struct FakeMedia final : boot::BootMedia {
  Result<std::filesystem::path> make(boot::MediumKind kind) override {
    if (file.empty()) return fail(ErrorKind::unavailable, "install the package isolinux on the server");
    made = kind;
    return file;
  }
  std::filesystem::path file;
  std::optional<boot::MediumKind> made;
};

struct FakeCheck final : boot::SelfCheck {
  std::vector<boot::CheckLine> run() override { return lines; }
  std::vector<boot::CheckLine> lines;
};

struct FakeDiagnostics final : boot::Diagnostics {
  std::string render_diagnostics() override { return "Diagnostics of Bootferry.\n"; }
};

struct FakeFloppies final : boot::FloppyDrives {
  Result<boot::InsertedFloppy> insert_floppy(const MacAddress&, std::string_view image) override {
    if (image != "two") return fail(ErrorKind::conflict, "no floppy drive");
    return boot::InsertedFloppy{"two", "one"};
  }
};

class Machinery : public Appliance {
 protected:
  Machinery() {
    request.captures = {"52:54:00:e2:e0:01"};
    site.services.waker = &waker;
    site.services.media = &media;
    site.services.self_check = &check;
    site.services.floppy_drives = &floppies;
  }
  static nlohmann::json body(const Answer& answer) { return nlohmann::json::parse(answer.text()); }

  FakeWaker waker;
  FakeMedia media;
  FakeCheck check;
  FakeFloppies floppies;
  Request request;
  Site site{Services{administration, registry, events, addresses, loaders, clock, boot_settings}, settings};
};

TEST_F(Machinery, WakeTakesAnAddressOrNothing) {
  const Answer sent = api::wake_client(request, site);
  EXPECT_EQ(sent.status(), 200u);
  EXPECT_EQ(body(sent)["sent"], "UDP broadcast on eth0");
  EXPECT_EQ(waker.woken->to_string(), "52:54:00:e2:e0:01");
  EXPECT_FALSE(waker.broadcast);
  request.body = R"({"broadcast": "10.2.0.255"})";
  EXPECT_EQ(api::wake_client(request, site).status(), 200u);
  EXPECT_EQ(waker.broadcast->to_string(), "10.2.0.255");
  for (const char* wrong : {R"({"broadcast": "10.2"})", R"({"broadcast": 7})", R"({"other": 1})", "["}) {
    request.body = wrong;
    EXPECT_EQ(api::wake_client(request, site).status(), 400u) << wrong;
  }
  request.body.clear();
  for (const char* nobody : {"ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00", "x"}) {
    request.captures = {nobody};
    EXPECT_EQ(api::wake_client(request, site).status(), 400u) << nobody;
  }
}

TEST_F(Machinery, AMediumIsSentAsAFile) {
  write_file("bootferry.iso", "image");
  media.file = state_dir / "bootferry.iso";
  request.captures = {"iso"};
  request.method = Method::get;
  const Answer answer = api::get_medium(request, site);
  EXPECT_EQ(answer.status(), 200u);
  EXPECT_EQ(media.made, boot::MediumKind::iso);
  EXPECT_EQ(std::get<FilePart>(answer.body()).length, 5u);
  bool named = false;
  for (const auto& [name, value] : answer.headers())
    named = named || (name == "Content-Disposition" && value == "attachment; filename=\"bootferry.iso\"");
  EXPECT_TRUE(named);
  EXPECT_EQ(body(api::get_medium_path(request, site))["path"], media.file.string());
  request.captures = {"tape"};
  EXPECT_EQ(api::get_medium(request, site).status(), 404u);
  request.captures = {"usb"};
  media.file.clear();
  EXPECT_EQ(api::get_medium(request, site).status(), 503u);
}

TEST_F(Machinery, TheCheckTellsItsWorstLine) {
  check.lines = {{"interface", boot::CheckVerdict::ok, "fine", ""},
                 {"firewall", boot::CheckVerdict::failure, "closed", "open it"},
                 {"space", boot::CheckVerdict::warning, "little", "remove"}};
  const auto answer = body(api::run_check(request, site));
  EXPECT_EQ(answer["worst"], "fail");
  EXPECT_EQ(answer["lines"].size(), 3u);
  EXPECT_TRUE(answer["lines"][0]["mend"].is_null());
  EXPECT_EQ(answer["lines"][1]["mend"], "open it");
  EXPECT_EQ(answer["lines"][2]["verdict"], "warn");
}

TEST_F(Machinery, AtTheFirstVisitTheCheckTakesTheCodeAndAfterItNothingDoes) {
  site.services.accounts = &accounts;
  check.lines = {{"ports", boot::CheckVerdict::warning, "nginx (pid 7) has it", ""}};
  request.from = "192.0.2.7";
  EXPECT_EQ(api::run_check_at_first_visit(request, site).status(), 401u);
  request.first_visit_code = "AAAA-AAAA-AAAA";
  const Answer refused = api::run_check_at_first_visit(request, site);
  EXPECT_EQ(refused.status(), 401u);
  EXPECT_EQ(refused.text().find("nginx"), std::string::npos);
  request.first_visit_code = accounts.first_visit_code();
  EXPECT_EQ(body(api::run_check_at_first_visit(request, site))["lines"][0]["id"], "ports");
  ASSERT_TRUE(accounts.set_up(request.first_visit_code, "alice", "correct horse battery", {}));
  EXPECT_EQ(api::run_check_at_first_visit(request, site).status(), 409u) << "for admins there is POST /check";
}

TEST_F(Machinery, DiagnosticsAreATextThatNobodyKeeps) {
  FakeDiagnostics diagnostics;
  site.services.diagnostics = &diagnostics;
  const Answer answer = api::get_diagnostics(request, site);
  EXPECT_EQ(answer.status(), 200u);
  EXPECT_EQ(answer.text(), "Diagnostics of Bootferry.\n");
  EXPECT_TRUE(std::ranges::any_of(answer.headers(), [](const auto& header) {
    return header.first == "Cache-Control" && header.second == "no-store";
  }));
}

TEST_F(Machinery, AFloppyThatWasChangedIsAnEvent) {
  request.body = R"({"image": "two"})";
  const Answer done = api::insert_floppy(request, site);
  EXPECT_EQ(done.status(), 200u);
  EXPECT_EQ(body(done)["before"], "one");
  EXPECT_EQ(events.last_id(), 1u);
  request.body = R"({"image": "three"})";
  EXPECT_EQ(api::insert_floppy(request, site).status(), 409u);
  request.body = "{}";
  EXPECT_EQ(api::insert_floppy(request, site).status(), 400u);
  EXPECT_EQ(events.last_id(), 1u);
}

TEST_F(Machinery, LoadersAreListedWithWhoGetsThem) {
  boot::LoaderFile file{.file = "/x", .source = boot::LoaderFile::Source::package};
  file.facts = {boot::Architecture::bios, ""};
  loaders.replace({{"undionly.kpxe", file}});
  const auto answer = body(api::list_loaders(request, site));
  EXPECT_EQ(answer["loaders"][0]["name"], "undionly.kpxe");
  EXPECT_EQ(answer["loaders"][0]["source"], "package");
  EXPECT_TRUE(answer["loaders"][0]["version"].is_null());
  EXPECT_EQ(answer["sent"][0]["loader"], "undionly.kpxe");
  EXPECT_TRUE(answer["sent"][2]["loader"].is_null());
  EXPECT_NE(answer["sent"][2]["why_none"].get<std::string>().find("snponly.efi"), std::string::npos);
}

TEST_F(Machinery, WhatIsNotOfferedSaysSo) {
  const Site bare{Services{administration, registry, events, addresses, loaders, clock, boot_settings}, settings};
  EXPECT_EQ(api::wake_client(request, bare).status(), 501u);
  EXPECT_EQ(api::run_check(request, bare).status(), 501u);
  EXPECT_EQ(api::get_diagnostics(request, bare).status(), 501u);
  EXPECT_EQ(api::get_medium(request, bare).status(), 501u);
}

}  // namespace
}  // namespace bootferry::http::test
