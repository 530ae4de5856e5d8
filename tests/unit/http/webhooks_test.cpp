// SPDX-License-Identifier: Apache-2.0
#include "http/api/resources.hpp"

#include <nlohmann/json.hpp>

#include "appliance.hpp"

namespace bootferry::http::test {
namespace {

struct FakeWebhooks final : boot::Webhooks {
  std::vector<boot::WebhookView> webhooks() const override { return views; }
  Result<boot::WebhookResult> test(std::size_t number) override {
    tested = number;
    if (number != 1) return fail(ErrorKind::not_found, "There is no webhook.");
    return result;
  }
  std::vector<boot::WebhookView> views;
  boot::WebhookResult result;
  std::size_t tested = 0;
};

class WebhooksApi : public Appliance {
 protected:
  WebhooksApi() {
    hooks.result.at = WallTime{std::chrono::seconds{1}};
    hooks.result.kind = "test";
    hooks.result.text = "nobody answers";
    hooks.views.resize(1);
    hooks.views[0].number = 1;
    hooks.views[0].address = "https://ntfy.lan:443";
    hooks.views[0].events = {"boot-failed"};
    site.services.webhooks = &hooks;
    request.captures = {"1"};
  }
  static nlohmann::json body(const Answer& answer) { return nlohmann::json::parse(answer.text()); }

  FakeWebhooks hooks;
  Request request;
  Site site{Services{administration, registry, events, addresses, loaders, clock, boot_settings}, settings};
};

TEST_F(WebhooksApi, AreListedWithHowTheyDo) {
  auto hook = body(api::list_webhooks(request, site))["webhooks"][0];
  EXPECT_EQ(hook["address"], "https://ntfy.lan:443");
  EXPECT_EQ(hook["events"][0], "boot-failed");
  EXPECT_EQ(hook["signed"], false);
  EXPECT_TRUE(hook["failing_since"].is_null());
  EXPECT_TRUE(hook["last"].is_null());
  hooks.views[0].last = hooks.result;
  hooks.views[0].failing_since = hooks.result.at;
  hook = body(api::list_webhooks(request, site))["webhooks"][0];
  EXPECT_EQ(hook["failing_since"], "1970-01-01T00:00:01.000Z");
  EXPECT_EQ(hook["last"]["text"], "nobody answers");
  EXPECT_TRUE(hook["last"]["status"].is_null());
  site.services.webhooks = nullptr;
  EXPECT_TRUE(body(api::list_webhooks(request, site))["webhooks"].empty());
}

TEST_F(WebhooksApi, ATestSaysWhatCameBack) {
  auto answer = body(api::test_webhook(request, site));
  EXPECT_EQ(answer["delivered"], false);
  EXPECT_EQ(answer["kind"], "test");
  hooks.result.status = 204;
  hooks.result.delivered = true;
  hooks.result.took = std::chrono::milliseconds(12);
  request.body = "{}";
  answer = body(api::test_webhook(request, site));
  EXPECT_EQ(answer["status"], 204);
  EXPECT_EQ(answer["milliseconds"], 12);
  request.body = R"({"url": "http://169.254.169.254/"})";
  hooks.tested = 0;
  EXPECT_EQ(api::test_webhook(request, site).status(), 400u);
  EXPECT_EQ(hooks.tested, 0u);
  request.body.clear();
  for (const char* wrong : {"x", "-1", ""}) {
    request.captures = {wrong};
    EXPECT_EQ(api::test_webhook(request, site).status(), 400u) << wrong;
  }
  request.captures = {"2"};
  EXPECT_EQ(api::test_webhook(request, site).status(), 404u);
  site.services.webhooks = nullptr;
  EXPECT_EQ(api::test_webhook(request, site).status(), 501u);
}

}  // namespace
}  // namespace bootferry::http::test
