// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "http/api/json.hpp"
#include "http/api/json_boot.hpp"

namespace bootferry::http::api {
namespace {

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }
Json time_or_null(const std::optional<WallTime>& time) { return time ? Json(render_time(*time)) : Json(nullptr); }
template <class Value>
Json value_or_null(const std::optional<Value>& value) {
  return value ? Json(value->to_string()) : Json(nullptr);
}

Json render_latency(const LatencyHistogram& latency) {
  if (latency.count() == 0) return nullptr;
  return {{"p50_us", latency.quantile(0.5).count()}, {"p99_us", latency.quantile(0.99).count()}};
}

Json render_boot_summary(const boot::BootSummary& boot) {
  return {{"id", boot.id},
          {"state", boot::name_of(boot.state)},
          {"stage", boot::name_of(boot.stage)},
          {"started", render_time(boot.started)},
          {"code", text_or_null(boot.code)},
          {"reason", text_or_null(boot.reason)},
          {"mend", text_or_null(boot.mend)}};
}

Json render_step(const boot::BootStep& step, WallTime started) {
  Json fields = Json::object();
  for (const auto& [name, value] : step.fields) fields[name] = value;
  return {{"kind", boot::name_of(step.kind)},
          {"at", render_time(step.at)},
          {"ms", (step.at - started).count()},
          {"last_ms", (step.last - started).count()},
          {"count", step.count},
          {"text", step.text},
          {"fields", std::move(fields)}};
}

}  // namespace

Json render_access(const boot::Access& access) {
  return {{"auth", boot::name_of(access.auth)},   {"initiator", text_or_null(access.initiator)},
          {"user", text_or_null(access.user)},    {"from", value_or_null(access.from)},
          {"secret_set", !access.secret.empty()}, {"target_secret_set", !access.target_secret.empty()}};
}

Json render_quirks(const boot::Quirks& quirks) {
  const auto number_or_null = [](unsigned number) { return number == 0 ? Json(nullptr) : Json(number); };
  const auto& learned = quirks.learned_proxy_form;
  return {{"proxy_form", boot::name_of(quirks.proxy_form)},
          {"learned_proxy_form", learned ? Json(boot::name_of(*learned)) : Json(nullptr)},
          {"loader", text_or_null(quirks.loader)},
          {"tftp_no_options", quirks.tftp_no_options},
          {"tftp_block_size", number_or_null(quirks.tftp_block_size)},
          {"serial_console", number_or_null(quirks.serial_console)}};
}

Json render_client(const boot::ClientView& view, Json vendor) {
  const boot::Client& client = view.client;
  Json targets = Json::array();
  for (const std::string& target : view.targets) targets.push_back(target);
  const bool known_architecture = client.architecture != boot::Architecture::unknown;
  return {{"mac", client.mac.to_string()},
          {"name", text_or_null(client.name)},
          {"known", client.known},
          {"vendor", std::move(vendor)},
          {"boot", render_boot(view.boot)},
          {"entries", render_entries(client.menu.entries)},
          {"default_entry", text_or_null(client.menu.default_entry)},
          {"menu_timeout", render_timeout(client.menu.timeout)},
          {"next_boot", render_next_boot(client.next_boot)},
          {"groups", client.groups},
          {"variables", render_variables(client.menu.variables)},
          {"offered", render_offered(view.offered)},
          {"why", text_or_null(view.why)},
          {"access", render_access(client.access)},
          {"quirks", render_quirks(client.quirks)},
          {"targets", std::move(targets)},
          {"reserved_address", value_or_null(client.reserved_address)},
          {"address", value_or_null(client.address)},
          {"architecture", known_architecture ? Json(boot::name_of(client.architecture)) : Json(nullptr)},
          {"uuid", text_or_null(client.uuid)},
          {"serial", text_or_null(client.serial)},
          {"state", boot::name_of(view.state)},
          {"first_seen", time_or_null(client.first_seen)},
          {"last_seen", time_or_null(client.last_seen)},
          {"last_boot", view.last_boot ? render_boot_summary(*view.last_boot) : Json(nullptr)}};
}

Json render_image(const boot::ImageView& view) {
  Json users = Json::array();
  for (const MacAddress& mac : view.used_by) users.push_back(mac.to_string());
  Json missing = Json::array();
  for (const auto& path : view.missing_files) missing.push_back(path.string());
  return {{"name", view.image.name},
          {"format", view.image.format},
          {"size", view.image.size.value},
          {"block_size", view.image.block_size},
          {"allocated", view.allocated.value},
          {"created", render_time(view.image.created)},
          {"removable", view.image.traits.removable},
          {"thick", view.image.traits.thick},
          {"physical_block_size", view.image.traits.physical_block_size},
          {"version", view.image.versions.empty() ? 1 : view.image.current().number},
          {"used_by", std::move(users)},
          {"missing_files", std::move(missing)}};
}

Json render_boot_record(const boot::BootRecord& boot, const boot::RegistrySnapshot& registry) {
  const boot::Client* client = registry.find_client(boot.mac);
  Json steps = Json::array();
  for (const boot::BootStep& step : boot.steps) steps.push_back(render_step(step, boot.started));
  return {{"id", boot.id},
          {"mac", boot.mac.to_string()},
          {"client", client ? text_or_null(client->name) : Json(nullptr)},
          {"state", boot::name_of(boot.state)},
          {"stage", boot::name_of(boot.stage)},
          {"architecture", text_or_null(boot.architecture)},
          {"firmware", text_or_null(boot.firmware)},
          {"decision", text_or_null(boot.decision)},
          {"image", text_or_null(boot.image)},
          {"started", render_time(boot.started)},
          {"updated", render_time(boot.updated)},
          {"ended", time_or_null(boot.ended)},
          {"code", text_or_null(boot.code)},
          {"reason", text_or_null(boot.reason)},
          {"mend", text_or_null(boot.mend)},
          {"bytes_read", boot.bytes_read.value},
          {"bytes_written", boot.bytes_written.value},
          {"last_io", time_or_null(boot.last_io)},
          {"steps", std::move(steps)}};
}

Json render_job(const boot::JobView& job) {
  const auto text = [](const std::string& value) { return value.empty() ? Json() : Json(value); };
  Json json{{"id", job.id},
            {"kind", job.kind},
            {"image", job.image},
            {"client", text(job.client)},
            {"state", name_of(job.state)},
            {"step", text(job.step)},
            {"done", job.done.value},
            {"total", job.total.value},
            {"error", text(job.error)},
            {"upload", text(job.upload)},
            {"started", render_time(job.started)},
            {"ended", job.ended ? Json(render_time(*job.ended)) : Json()}};
  Json& source = json["source"];
  if (job.state != boot::JobState::done) return json;
  source["recognised"] = job.recognised;
  source["packing"] = text(job.packing);
  source["sha256"] = text(job.sha256);
  return json;
}

Json render_added_image(const boot::AddedImage& added) {
  Json json = render_image(added.view);
  Json& source = json["source"];
  source["recognised"] = added.recognised;
  source["packing"] = added.packing.empty() ? Json() : Json(added.packing);
  source["sha256"] = added.sha256.empty() ? Json() : Json(added.sha256);
  return json;
}

Json render_session(const boot::SessionView& view) {
  const boot::SessionLimits& limits = view.limits;
  const boot::TrafficCounters& traffic = view.traffic;
  Json last = nullptr;
  if (!view.last_command.empty()) last = {{"name", view.last_command}, {"ms_ago", view.last_command_age.count()}};
  return {{"id", view.id},
          {"target", view.target},
          {"initiator", view.initiator},
          {"mac", value_or_null(view.mac)},
          {"address", view.address},
          {"portal", view.portal},
          {"isid", view.isid},
          {"tsih", view.tsih},
          {"state", view.state},
          {"since", render_time(view.since)},
          {"header_digest", limits.header_digest},
          {"data_digest", limits.data_digest},
          {"limits",
           {{"send_segment", limits.send_segment},
            {"receive_segment", limits.receive_segment},
            {"max_burst", limits.max_burst},
            {"first_burst", limits.first_burst},
            {"initial_r2t", limits.initial_r2t},
            {"immediate_data", limits.immediate_data},
            {"max_outstanding_r2t", limits.max_outstanding_r2t}}},
          {"bytes_read", traffic.bytes_read.value},
          {"bytes_written", traffic.bytes_written.value},
          {"commands", traffic.commands()},
          {"reads", traffic.reads},
          {"writes", traffic.writes},
          {"errors", traffic.errors},
          {"queue_depth", view.queue_depth},
          {"highest_queue_depth", view.highest_queue_depth},
          {"read_latency", render_latency(traffic.read_latency)},
          {"write_latency", render_latency(traffic.write_latency)},
          {"last_command", std::move(last)},
          {"image", view.image},
          {"drive", fmt::format("{:#04x}", view.drive)},
          {"read_only", view.read_only}};
}

Json render_lease(const boot::Lease& lease, Json vendor, WallTime now) {
  const bool expired = lease.state == boot::LeaseState::bound && lease.expires <= now;
  return {{"address", lease.address.to_string()},
          {"mac", lease.mac.to_string()},
          {"vendor", std::move(vendor)},
          {"hostname", text_or_null(lease.hostname)},
          {"state", expired ? std::string_view("expired") : boot::name_of(lease.state)},
          {"expires", render_time(lease.expires)}};
}

Json render_pool(const boot::PoolUsage& pool) {
  return {{"first", pool.range.first.to_string()},
          {"last", pool.range.last.to_string()},
          {"size", pool.size()},
          {"leased", pool.leased},
          {"reserved", pool.reserved},
          {"declined", pool.declined},
          {"free", pool.free},
          {"warning", text_or_null(complaint_of(pool))}};
}

Json render_network_server(const boot::NetworkServer& server) {
  return {{"address", server.address.to_string()},        {"mac", server.mac.to_string()},
          {"kind", boot::name_of(server.kind)},           {"boot_file", text_or_null(server.boot_file)},
          {"first_seen", render_time(server.first_seen)}, {"last_seen", render_time(server.last_seen)}};
}

Json render_event(const boot::Event& event) {
  Json fields = Json::object();
  for (const auto& [name, value] : event.fields) fields[name] = value;
  return {{"id", event.id},
          {"time", render_time(event.at)},
          {"kind", boot::name_of(event.kind)},
          {"mac", value_or_null(event.mac)},
          {"address", value_or_null(event.address)},
          {"text", event.text},
          {"fields", std::move(fields)}};
}

std::string render_line(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

Answer make_json(unsigned status, const Json& value) {
  Answer answer(status, "application/json", render_line(value) + "\n");
  answer.add_header("Cache-Control", "no-store");
  return answer;
}

Answer make_begun(const boot::JobView& job) {
  Answer answer = make_json(202, render_job(job));
  answer.add_header("Location", "/api/v1/jobs/" + std::to_string(job.id));
  return answer;
}

Answer make_resource(unsigned status, const Json& value, std::initializer_list<const char*> moving) {
  Answer answer = make_json(status, value);
  Json edited = value;
  for (const char* key : moving) edited.erase(key);
  answer.set_revision(render_line(edited));
  return answer;
}

}  // namespace bootferry::http::api
