// SPDX-License-Identifier: Apache-2.0
#include "http/api/json.hpp"
#include "http/api/resources.hpp"

namespace bootferry::http::api {
namespace {

Json render_result(const boot::WebhookResult& result) {
  return {{"at", render_time(result.at)},  {"kind", result.kind},
          {"delivered", result.delivered}, {"status", result.status == 0 ? Json(nullptr) : Json(result.status)},
          {"text", result.text},           {"milliseconds", result.took.count()}};
}

Json render_webhook(const boot::WebhookView& view) {
  return {{"number", view.number},
          {"address", view.address},
          {"events", view.events},
          {"signed", view.is_signed},
          {"failing_since", view.failing_since ? Json(render_time(*view.failing_since)) : Json(nullptr)},
          {"last", view.last ? render_result(*view.last) : Json(nullptr)},
          {"delivered", view.delivered},
          {"lost", view.lost},
          {"waiting", view.waiting}};
}

}  // namespace

Answer list_webhooks(const Request&, const Site& site) {
  Json list = Json::array();
  if (site.services.webhooks) {
    for (const boot::WebhookView& view : site.services.webhooks->webhooks()) list.push_back(render_webhook(view));
  }
  return make_json(200, {{"webhooks", std::move(list)}});
}

Answer test_webhook(const Request& request, const Site& site) {
  const auto number = require_number("the webhook's number", request.captures[0]);
  if (!number) return make_problem(number.error());
  if (!request.body.empty()) {
    if (const auto body = parse_body(request, {}); !body) return make_problem(body.error());
  }
  if (!site.services.webhooks) return make_problem(501, "This server does not offer that.");
  const auto result = site.services.webhooks->test(*number);
  return result ? make_json(200, render_result(*result)) : make_problem(result.error());
}

}  // namespace bootferry::http::api
