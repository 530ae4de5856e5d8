// SPDX-License-Identifier: Apache-2.0
// What is told to a webhook, and what is not.
#include "app/webhook_message.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bootferry::app {
namespace {

const MacAddress pc{{0x52, 0x54, 0, 0xe2, 0xe0, 1}};

class WebhookMessageTest : public testing::Test {
 protected:
  WebhookMessageTest() {
    event.id = 7;
    event.mac = pc;
    event.text = "PC 52:54:00:e2:e0:01 appeared (BIOS)";
    registry.clients[pc].mac = pc;
    hook.events = {std::string(unknown_client), std::string(boot_failed), "session-opened"};
  }
  nlohmann::json body(std::string_view name = unknown_client) {
    return nlohmann::json::parse(make_message(hook, name, event, registry, "https://boot.lan").body);
  }

  boot::RegistrySnapshot registry;
  boot::Event event;
  Webhook hook;
};

TEST_F(WebhookMessageTest, AnUnknownClientIsOneThatNobodyNamed) {
  EXPECT_EQ(name_for(hook, event, registry), unknown_client);
  registry.clients[pc].known = true;
  EXPECT_EQ(name_for(hook, event, registry), "");
  hook.events.emplace_back("client-seen");
  EXPECT_EQ(name_for(hook, event, registry), "client-seen") << "the kind is told of all";
  event.mac.reset();
  hook.events.pop_back();
  EXPECT_EQ(name_for(hook, event, registry), "");
}

TEST_F(WebhookMessageTest, ABootThatStalledOrFailedIsABootThatFailed) {
  event.kind = boot::EventKind::boot_stalled;
  EXPECT_EQ(name_for(hook, event, registry), boot_failed);
  event.kind = boot::EventKind::boot_ended;
  EXPECT_EQ(name_for(hook, event, registry), "");
  event.kind = boot::EventKind::session_opened;
  EXPECT_EQ(name_for(hook, event, registry), "session-opened");
}

TEST_F(WebhookMessageTest, TheBodyHasAllKeysAlways) {
  event.at = WallTime{std::chrono::seconds{1}};
  auto told = body();
  EXPECT_EQ(told["kind"], "unknown-client");
  EXPECT_EQ(told["id"], 7);
  EXPECT_EQ(told["time"], "1970-01-01T00:00:01.000Z");
  EXPECT_EQ(told["mac"], "52:54:00:e2:e0:01");
  EXPECT_TRUE(told["name"].is_null());
  EXPECT_EQ(told["text"], event.text);
  EXPECT_TRUE(told["reason"].is_null());
  EXPECT_EQ(told["link"], "https://boot.lan/#/machines/52:54:00:e2:e0:01");
  registry.clients[pc].name = "pc1";
  event.fields = {{"reason", "It was told."}, {"mend", "Look."}};
  told = body(boot_failed);
  EXPECT_EQ(told["name"], "pc1");
  EXPECT_EQ(told["reason"], "It was told.");
  EXPECT_EQ(told["mend"], "Look.");
  EXPECT_EQ(told.size(), 9u);
  const auto bare = nlohmann::json::parse(make_message(hook, "x", event, registry, "").body);
  EXPECT_TRUE(bare["link"].is_null());
}

TEST_F(WebhookMessageTest, AMachineWithoutANameIsNamedByItsAddress) {
  hook.fields = {{"title", "{{name}} does not boot"}};
  const auto told = body();
  EXPECT_TRUE(told["name"].is_null());
  EXPECT_EQ(told["title"], "52:54:00:e2:e0:01 does not boot");
}

TEST_F(WebhookMessageTest, MoreFieldsMaySayWhatOursSay) {
  hook.fields = {{"message", "{{name}}: {{text}} {{reason}}|"},
                 {"priority", std::int64_t{4}},
                 {"quiet", true},
                 {"odd", "{{ {{nothing}} {{mac}}{{"}};
  registry.clients[pc].name = "{{mend}}";
  event.text = "a \"b\"";
  const auto told = body();
  EXPECT_EQ(told["message"], "{{mend}}: a \"b\" |") << "what is put in is not looked at again";
  EXPECT_EQ(told["priority"], 4);
  EXPECT_EQ(told["quiet"], true);
  EXPECT_EQ(told["odd"], "{{ {{nothing}} 52:54:00:e2:e0:01{{");
}

TEST_F(WebhookMessageTest, BytesOffTheWireCannotBreakIt) {
  event.text = "\xff\xfe\n\"";
  EXPECT_EQ(body()["text"], "\xef\xbf\xbd\xef\xbf\xbd\n\"");
}

// RFC 4231 4.3, and 4.2 with a key of 20 bytes.
TEST(WebhookSignature, IsHmacSha256) {
  EXPECT_EQ(sign("what do ya want for nothing?", "Jefe"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(sign("Hi There", std::string(20, '\x0b')),
            "sha256=b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}

}  // namespace
}  // namespace bootferry::app
