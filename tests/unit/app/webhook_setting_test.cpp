// SPDX-License-Identifier: Apache-2.0
// [[webhooks]] of the settings file: what is read, and what a wrong one is told.
#include "app/webhook_setting.hpp"

#include <gtest/gtest.h>

#include "app/settings.hpp"

namespace bootferry::app {
namespace {

std::string error_of(const std::string& text) {
  const auto settings = parse_settings(text, "b.toml");
  return settings ? "no error" : settings.error().message;
}

TEST(WebhookSetting, ReadsAllThatOneMaySay) {
  const auto settings = parse_settings(R"(
[[webhooks]]
url = "https://ntfy.lan/?token=abc"
events = ["unknown-client", "session-opened"]
secret_file = "/etc/bootferry/hook-secret"
ca_file = "/etc/bootferry/hook-ca.pem"
fields = {topic = "lab", priority = 4, quiet = false}
[[webhooks]]
url = "http://[fd00::1]:8000"
events = ["boot-failed"]
)",
                                       "b.toml");
  ASSERT_TRUE(settings) << settings.error().message;
  ASSERT_EQ(settings->webhooks.size(), 2u);
  const Webhook& hook = settings->webhooks[0];
  EXPECT_TRUE(hook.server.tls);
  EXPECT_EQ(hook.server.to_string(), "https://ntfy.lan:443") << "without the path, which may be a secret";
  EXPECT_EQ(hook.target, "/?token=abc");
  EXPECT_EQ(hook.events, (std::vector<std::string>{"unknown-client", "session-opened"}));
  EXPECT_EQ(hook.secret_file, "/etc/bootferry/hook-secret");
  EXPECT_EQ(hook.server.ca_file, "/etc/bootferry/hook-ca.pem");
  ASSERT_EQ(hook.fields.size(), 3u);
  EXPECT_EQ(settings->webhooks[1].server.host, "fd00::1");
  EXPECT_EQ(settings->webhooks[1].server.port, "8000");
  EXPECT_EQ(settings->webhooks[1].target, "/");
}

TEST(WebhookSetting, AnErrorNamesTheLineAndTheMend) {
  const std::string good = "[[webhooks]]\nurl = \"http://a.lan/\"\nevents = [\"boot-failed\"]\n";
  EXPECT_EQ(error_of(good), "no error");
  const auto tells = [&](const std::string& text, const std::string& line, const std::string& words) {
    const std::string error = error_of(text);
    EXPECT_TRUE(error.starts_with("b.toml:")) << error;
    EXPECT_NE(error.find("line " + line + ": "), std::string::npos) << error;
    EXPECT_NE(error.find(words), std::string::npos) << error;
  };
  tells("[[webhooks]]\nevents = [\"boot-failed\"]\n", "1", "url is missing");
  tells("[[webhooks]]\nurl = \"http://a.lan/\"\n", "1", "events is missing");
  tells(good + "[[webhooks]]\nurl = \"ftp://secret.lan/\"\n", "5", "write https://HOST/PATH");
  tells(good + "[[webhooks]]\nurl = \"https://me:secret@a.lan/\"\n", "5", "without a user's name");
  tells("[[webhooks]]\nurl = \"http://a.lan/\"\nevents = [\"boot-broke\"]\n", "3", "\"boot-broke\" is no event");
  tells(good + "key = 1\n", "4", "unknown key \"key\"");
  tells(good + "secret_file = 7\n", "4", "must be a text");
  tells(good + "fields = {text = \"x\"}\n", "4", "a key of Bootferry's own");
  tells(good + "fields = {when = 2026-01-01}\n", "4", "a whole number");
  EXPECT_EQ(error_of("webhooks = 7\n").find("b.toml:1: webhooks: must be at most 8"), 0u);
}

TEST(WebhookSetting, ASecretInAUrlIsNotSaidAgain) {
  EXPECT_EQ(error_of("[[webhooks]]\nurl = \"https://me:hunter2@a.lan/\"\n").find("hunter2"), std::string::npos);
}

TEST(WebhookSetting, ThePagesAddressIsOneOfAPage) {
  const auto url = [](const std::string& text) {
    const auto settings = parse_settings("[http]\npublic_url = \"" + text + "\"\n", "b.toml");
    return settings ? settings->http_public_url : std::string("refused");
  };
  EXPECT_EQ(url("https://boot.lan/boot/"), "https://boot.lan/boot");
  EXPECT_EQ(url("http://10.0.0.1:8080"), "http://10.0.0.1:8080");
  for (const char* wrong : {"boot.lan", "https://boot.lan/?a", "https://boot.lan/#x", "https://"})
    EXPECT_EQ(url(wrong), "refused") << wrong;
}

}  // namespace
}  // namespace bootferry::app
