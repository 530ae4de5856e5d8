// SPDX-License-Identifier: Apache-2.0
// A template as a machine would get it: POST /api/v1/templates/{name}/preview.
#include "appliance.hpp"
#include "http/boot_scripts.hpp"

namespace bootferry::http::test {
namespace {

class TemplatePreview : public Appliance {
 protected:
  TemplatePreview() {
    registry.state.images["dos"] = {"dos", "raw", "dos.raw", mib(100), {}};
    client.mac = mac();
    client.known = true;
    client.name = "pc1";
    client.set_boot(boot::Disks{{{"dos", boot::DriveMode::master}}});
  }
  void start_with_client() {
    (void)registry.put_client(client);
    start();
  }
  [[nodiscard]] Reply preview(const std::string& name, const std::string& text) const {
    return write("POST", "/api/v1/templates/" + name + "/preview",
                 nlohmann::json{{"client", mac().to_string()}, {"text", text}}.dump());
  }
  [[nodiscard]] Reply preview_as_it_is(const std::string& name) const {
    return write("POST", "/api/v1/templates/" + name + "/preview",
                 nlohmann::json{{"client", mac().to_string()}}.dump());
  }

  boot::Client client;
};

constexpr const char* drives = "#!ipxe\necho {{name}}{{#drives}} {{uri}}{{/drives}}\n";
constexpr const char* with_drive = "#!ipxe\necho pc1 iscsi:10.99.0.1::::iqn.2026-11.org.bootferry:525400e2e001.80";

TEST_F(TemplatePreview, ATextThatIsNotKeptIsFilledWithTheMachinesValues) {
  start_with_client();
  const Reply reply = preview("san", drives);
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.json(), (nlohmann::json{{"template", "san"},
                                          {"used", true},
                                          {"uses", "san"},
                                          {"made_up", false},
                                          {"script", std::string(with_drive) + "\n"}}));
  EXPECT_EQ(get("/api/v1/templates/san").json()["own"], false) << "nothing is kept";
  EXPECT_TRUE(registry.seen.empty());
  EXPECT_EQ(events.last_id(), 0u) << "nobody is told";
}

TEST_F(TemplatePreview, WithoutATextItIsTheTemplateAsItIsNow) {
  start_with_client();
  EXPECT_EQ(preview_as_it_is("san").json()["script"],
            get("/api/v1/clients/" + mac().to_string() + "/script", bearer()).json()["script"]);
  write_file("ipxe-scripts/san.ipxe", "#!ipxe\necho mine {{name}}\n");
  EXPECT_EQ(preview_as_it_is("san").json()["script"], "#!ipxe\necho mine pc1\n");
  write_file("ipxe-scripts/san.ipxe", "#!ipxe\nsanbot\n");
  EXPECT_EQ(preview_as_it_is("san").status, 400);
}

TEST_F(TemplatePreview, TheSecretOfTheBootIsNeitherMadeNorShown) {
  bool made = false;
  boot::BootSecrets watched({}, clock, {}, [&](const MacAddress&, std::uint64_t) { made = true; });
  (void)registry.put_client(client);
  Services services{administration, registry, events, addresses, loaders, clock, boot_settings};
  services.boot_secrets = &watched;
  const Site site{services, settings};
  for (const char* name : {"san", "windows"}) {
    const auto shown = preview_template(mac(), name, "#!ipxe\nset password {{secret}}\n", site);
    ASSERT_TRUE(shown) << shown.error().message;
    EXPECT_EQ(shown->text, "#!ipxe\nset password not-shown-here\n");
  }
  EXPECT_FALSE(made);
}

TEST_F(TemplatePreview, OfAnotherTemplateItSaysWhichIsUsedAndFillsInExamples) {
  start_with_client();
  const auto other = preview("installer", "#!ipxe\necho {{kernel}}{{#drives}} {{uri}}{{/drives}}\n").json();
  EXPECT_EQ(other["used"], false);
  EXPECT_EQ(other["uses"], "san");
  EXPECT_EQ(other["made_up"], true);
  EXPECT_EQ(other["script"],
            "#!ipxe\necho http://10.0.0.1/k iscsi:10.99.0.1::::iqn.2026-11.org.bootferry:525400e2e001.80\n")
      << "its own drives, and a kernel that it lacks";
  const auto wait = preview("wait", "#!ipxe\necho {{name}}\n").json();
  EXPECT_EQ(wait["used"], false);
  EXPECT_EQ(wait["made_up"], false) << "there is nothing to make up";
  EXPECT_EQ(wait["script"], "#!ipxe\necho pc1\n");
}

TEST_F(TemplatePreview, WhatTheMenuOffersGivesTheValues) {
  client.menu.entries = {{1, "prompt", boot::Shell{}}, {2, "DOS", boot::Disks{{{"dos", boot::DriveMode::master}}}}};
  start_with_client();
  const auto san = preview("san", drives).json();
  EXPECT_EQ(san["used"], false);
  EXPECT_EQ(san["uses"], "menu");
  EXPECT_EQ(san["made_up"], false);
  EXPECT_TRUE(san["script"].get<std::string>().starts_with(with_drive)) << san;
  const auto menu = preview("menu", "#!ipxe\necho{{#items}} {{label}}{{/items}}\n").json();
  EXPECT_EQ(menu["used"], true);
  EXPECT_EQ(menu["script"], "#!ipxe\necho prompt DOS\n");
}

TEST_F(TemplatePreview, AValueThatIpxeCouldMisreadIsTheBrokenScreenOfItsMachine) {
  client.menu.variables = {{"seat", "7 && shell"}};
  start_with_client();
  const Reply san = preview("san", "#!ipxe\necho {{seat}}\n");
  EXPECT_EQ(san.status, 400) << "there is no such script to show";
  EXPECT_NE(san.body.find("end of the command"), std::string::npos) << san.body;
  const auto broken = preview("broken", "#!ipxe\n{{#reason}}echo {{line}}\n{{/reason}}").json();
  EXPECT_EQ(broken["used"], true);
  EXPECT_TRUE(broken["script"].get<std::string>().starts_with("#!ipxe\necho ")) << broken;
  EXPECT_EQ(broken["script"].get<std::string>().find("&& shell"), std::string::npos) << broken;
}

TEST_F(TemplatePreview, AMistakeIsToldAsWhenItIsSaved) {
  start_with_client();
  for (const char* bad : {"no script", "#!ipxe\necho\nsanbot x\n", "#!ipxe\n{{#open}}\n", ""}) {
    const Reply reply = preview("wait", bad);
    EXPECT_EQ(reply.status, 400) << bad;
    const Reply saved = write("PUT", "/api/v1/templates/wait", nlohmann::json{{"text", bad}}.dump());
    EXPECT_EQ(reply.json()["detail"], saved.json()["detail"]);
  }
}

TEST_F(TemplatePreview, WhatIsNoQuestionIsRefused) {
  start_with_client();
  const char* path = "/api/v1/templates/wait/preview";
  for (const char* bad : {"", "{}", R"({"client":7})", R"({"client":"pc1"})",
                          R"({"client":"52:54:00:e2:e0:01","text":7})", R"({"client":"52:54:00:e2:e0:01","name":"x"})"})
    EXPECT_EQ(write("POST", path, bad).status, 400) << bad;
  EXPECT_EQ(preview("nothing", "#!ipxe\n").status, 404);
  EXPECT_EQ(ask("POST", path, "", R"({"client":"52:54:00:e2:e0:01"})").status, 401);
  const Reply stranger = write("POST", path, R"({"client":"52:54:00:00:00:07"})");
  EXPECT_EQ(stranger.json()["used"], true) << "who was never seen waits";
}

}  // namespace
}  // namespace bootferry::http::test
