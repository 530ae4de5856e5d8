// SPDX-License-Identifier: Apache-2.0
// JSON <-> what is booted: Boot, entries, groups, rules and the default of docs/api.md. Decoding is strict, as json.hpp
// says. Called by the api files; pure, any thread.
#pragma once

#include "boot/client_registry.hpp"
#include "http/api/json.hpp"

namespace bootferry::http::api {

/// Those of a client that are there, into `change`.
[[nodiscard]] Result<void> parse_menu_change(const Json& body, boot::ClientChange& change);
/// All of a group; what is left out is none.
[[nodiscard]] Result<boot::Menu> parse_menu(const Json& body);
[[nodiscard]] Result<boot::Rule> parse_rule(const Json& value);
/// A list of them.
[[nodiscard]] Result<std::vector<boot::Rule>> parse_rules(const Json& value);
[[nodiscard]] Result<boot::Assignment> parse_assignment(const Json& value, std::string_view where);

[[nodiscard]] Json render_entries(const std::vector<boot::Entry>& entries);
[[nodiscard]] Json render_offered(const std::vector<boot::OfferedView>& offered);
[[nodiscard]] Json render_timeout(const std::optional<std::chrono::seconds>& timeout);
[[nodiscard]] Json render_next_boot(const std::optional<boot::NextBoot>& next);
[[nodiscard]] Json render_variables(const boot::Variables& variables);
[[nodiscard]] Json render_group(const boot::Group& group, const boot::RegistrySnapshot& registry);
[[nodiscard]] Json render_rule(const boot::Rule& rule);
[[nodiscard]] Json render_assignment(const boot::Assignment& assignment);

}  // namespace bootferry::http::api
