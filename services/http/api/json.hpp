// SPDX-License-Identifier: Apache-2.0
// JSON <-> the domain's values, as docs/api.md writes them. Decoding is strict: unknown keys, keys given twice, wrong
// types, deep nesting are refused with a sentence. Called by the api files and the live stream; pure, any thread.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "boot/administration.hpp"
#include "boot/boot_record.hpp"
#include "boot/client_registry.hpp"
#include "boot/event.hpp"
#include "boot/intake.hpp"
#include "boot/network_servers.hpp"
#include "boot/pool_usage.hpp"
#include "http/answer.hpp"
#include "http/request.hpp"
#include "http/syntax/json_shape.hpp"

namespace bootferry::http::api {

using Json = nlohmann::ordered_json;

[[nodiscard]] Result<Json> parse_json(std::string_view text, std::size_t max_size = max_json_size);
/// A request's body as an object that has no other keys than these.
[[nodiscard]] Result<Json> parse_body(const Request& request, std::initializer_list<std::string_view> keys);
[[nodiscard]] Result<void> check_keys(const Json& object, std::initializer_list<std::string_view> keys);
/// A text that is a number, of a path or a query; `name` names it in an error.
[[nodiscard]] Result<std::uint64_t> require_number(std::string_view name, std::string_view text);
/// The same of a version or a snapshot: 1, 2, ...
[[nodiscard]] Result<unsigned> require_ordinal(std::string_view name, std::string_view text);
/// A version or a snapshot in a body; `find_count`: it may be left out.
[[nodiscard]] Result<unsigned> require_count(const Json& body, std::string_view key);
[[nodiscard]] Result<std::optional<unsigned>> find_count(const Json& body, std::string_view key);
[[nodiscard]] Result<std::string> require_text(const Json& object, std::string_view key);

/// The Boot of docs/api.md; `where` names it in an error ("boot", or "the body").
[[nodiscard]] Result<boot::BootEntry> parse_boot(const Json& value, std::string_view where);
[[nodiscard]] Result<boot::ClientChange> parse_client_change(const Json& body);

[[nodiscard]] Json render_boot(const boot::BootEntry& entry);
/// Says that a secret is set, never which.
[[nodiscard]] Json render_access(const boot::Access& access);
[[nodiscard]] Json render_quirks(const boot::Quirks& quirks);
/// `vendor`: of vendor_of().
[[nodiscard]] Json render_client(const boot::ClientView& view, Json vendor);
[[nodiscard]] Json render_image(const boot::ImageView& view);
/// The image, and what its file was.
[[nodiscard]] Json render_added_image(const boot::AddedImage& added);
[[nodiscard]] Json render_job(const boot::JobView& job);
[[nodiscard]] Json render_boot_record(const boot::BootRecord& boot, const boot::RegistrySnapshot& registry);
[[nodiscard]] Json render_session(const boot::SessionView& view);
[[nodiscard]] Json render_lease(const boot::Lease& lease, Json vendor, WallTime now);
[[nodiscard]] Json render_pool(const boot::PoolUsage& pool);
[[nodiscard]] Json render_network_server(const boot::NetworkServer& server);
[[nodiscard]] Json render_event(const boot::Event& event);
/// One line; bytes that are no UTF-8 (a host name off the wire) are replaced.
[[nodiscard]] std::string render_line(const Json& value);

[[nodiscard]] Answer make_json(unsigned status, const Json& value);
/// 202: the job goes on, and tells how far it is.
[[nodiscard]] Answer make_begun(const boot::JobView& job);
/// A resource that people edit; `moving` are the keys that change by themselves, which If-Match does not compare.
[[nodiscard]] Answer make_resource(unsigned status, const Json& value, std::initializer_list<const char*> moving);
/// ?dry_run=true, or false, or nothing; of a route that knows no other query.
[[nodiscard]] Result<bool> find_dry_run(const Request& request);
/// The {mac} of the path.
[[nodiscard]] Result<MacAddress> require_mac(const Request& request);

}  // namespace bootferry::http::api
