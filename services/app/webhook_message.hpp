// SPDX-License-Identifier: Apache-2.0
// What a webhook is told of an event: whether at all, under which name, and the JSON with its signature. Used by
// webhook_sender; pure. RFC 2104 for the signature.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/webhook.hpp"
#include "boot/client_registry.hpp"
#include "boot/event.hpp"

namespace bootferry::app {

struct WebhookMessage {
  std::string kind;  ///< of the webhook's events: "unknown-client"
  std::uint64_t id = 0;
  std::string body;
};

/// The first of the webhook's events that this is; empty: it is not told.
[[nodiscard]] std::string_view name_for(const Webhook& hook, const boot::Event& event,
                                        const boot::RegistrySnapshot& registry);
/// `public_url`: of the page, without a slash at its end; empty: there is no link.
[[nodiscard]] WebhookMessage make_message(const Webhook& hook, std::string_view name, const boot::Event& event,
                                          const boot::RegistrySnapshot& registry, const std::string& public_url);
/// "sha256=" and the HMAC-SHA256 of the body, hexadecimal.
[[nodiscard]] std::string sign(std::string_view body, std::string_view secret);
/// One of the keys that every message has.
[[nodiscard]] bool is_own_key(std::string_view key);

}  // namespace bootferry::app
