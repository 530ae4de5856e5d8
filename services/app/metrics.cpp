// SPDX-License-Identifier: Apache-2.0
#include "app/metrics.hpp"

#include <fmt/format.h>
#include <prometheus/text_serializer.h>
#include <limits>
#include <map>

#include "app/process_stats.hpp"
#include "app/version.hpp"

namespace bootferry::app {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;
using Families = std::vector<MetricFamily>;

MetricFamily& add_family(Families& families, const char* name, MetricType type, const char* help) {
  return families.emplace_back(MetricFamily{name, help, type, {}});
}

template <class Number>
void add(MetricFamily& family, Labels labels, Number number) {
  ClientMetric& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  const auto value = static_cast<double>(number);
  (family.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
}

template <class Number>
void add_one(Families& families, const char* name, MetricType type, const char* help, Number number) {
  add(add_family(families, name, type, help), {}, number);
}

double seconds(Latency latency) { return std::chrono::duration<double>(latency).count(); }

void add(MetricFamily& family, Labels labels, const LatencyHistogram& latency) {
  ClientMetric& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  for (std::int64_t bound = 16; bound <= 1 << 22; bound *= 4)  // 16 us to 4.2 s, where buckets end
    metric.histogram.bucket.push_back({latency.count_below(Latency(bound)), seconds(Latency(bound))});
  metric.histogram.bucket.push_back({latency.count(), std::numeric_limits<double>::infinity()});
  metric.histogram.sample_count = latency.count();
  metric.histogram.sample_sum = seconds(latency.total());
}

void add_process(Families& families) {
  const ProcessStats stats = read_process_stats();
  add_one(families, "process_cpu_seconds_total", MetricType::Counter, "CPU time of user and system.",
          stats.cpu_seconds);
  add_one(families, "process_resident_memory_bytes", MetricType::Gauge, "Memory in use.", stats.resident.value);
  add_one(families, "process_virtual_memory_bytes", MetricType::Gauge, "Address space.", stats.virtual_size.value);
  add_one(families, "process_threads", MetricType::Gauge, "Threads.", stats.threads);
  add_one(families, "process_open_fds", MetricType::Gauge, "Open file descriptors.", stats.open_descriptors);
  add_one(families, "process_max_fds", MetricType::Gauge, "File descriptors that may be open.", stats.max_descriptors);
  add_one(families, "process_start_time_seconds", MetricType::Gauge, "Start of the process since 1970.",
          stats.start_seconds);
}

void add_events(Families& families, const EventCounters& events) {
  MetricFamily& family = add_family(families, "bootferry_events_total", MetricType::Counter,
                                    "Events since the start by kind: DHCP, TFTP, HTTP, iSCSI, changes.");
  for (std::size_t i = 0; i < EventCounters::kinds; ++i) {
    const auto kind = static_cast<boot::EventKind>(i);
    add(family, {{"kind", std::string(boot::name_of(kind))}}, events.count_of(kind));
  }
  add_one(families, "bootferry_tftp_sent_bytes_total", MetricType::Counter, "Bytes of files sent by TFTP.",
          events.tftp_bytes());
  add_one(families, "bootferry_http_file_bytes_total", MetricType::Counter,
          "Bytes of loaders and files sent by HTTP, as far as they were read from their start.", events.http_bytes());
}

void add_clients(Families& families, boot::Administration& administration) {
  std::map<boot::ClientState, std::size_t> states{{boot::ClientState::off, 0},
                                                  {boot::ClientState::waiting, 0},
                                                  {boot::ClientState::booting, 0},
                                                  {boot::ClientState::on, 0}};
  MetricFamily info{"bootferry_client_info", "The name of each known client.", MetricType::Gauge, {}};
  for (const boot::ClientView& view : administration.clients()) {
    ++states[view.state];
    if (view.client.known) add(info, {{"client", view.client.mac.to_string()}, {"name", view.client.name}}, 1);
  }
  MetricFamily& clients =
      add_family(families, "bootferry_clients", MetricType::Gauge, "Machines that were ever heard, by state.");
  for (const auto& [state, count] : states) add(clients, {{"state", std::string(boot::name_of(state))}}, count);
  families.push_back(std::move(info));
}

void add_images(Families& families, boot::Administration& administration) {
  MetricFamily size{"bootferry_image_size_bytes", "What a machine sees.", MetricType::Gauge, {}};
  MetricFamily allocated{"bootferry_image_allocated_bytes", "What the image takes on disk.", MetricType::Gauge, {}};
  for (const boot::ImageView& view : administration.images()) {
    add(size, {{"image", view.image.name}}, view.image.size.value);
    add(allocated, {{"image", view.image.name}}, view.allocated.value);
  }
  families.push_back(std::move(size));
  families.push_back(std::move(allocated));
}

void add_leases(Families& families, boot::Administration& administration, WallTime now) {
  std::map<std::string, std::size_t> states{{"bound", 0}, {"expired", 0}, {"released", 0}, {"declined", 0}};
  for (const boot::Lease& lease : administration.leases()) {
    const bool expired = lease.state == boot::LeaseState::bound && lease.expires <= now;
    ++states[expired ? "expired" : std::string(boot::name_of(lease.state))];
  }
  MetricFamily& leases = add_family(families, "bootferry_leases", MetricType::Gauge, "DHCP leases by state.");
  for (const auto& [state, count] : states) add(leases, {{"state", state}}, count);
}

void add_traffic(Families& families, const iscsi::Server& target) {
  MetricFamily sessions{"bootferry_iscsi_sessions", "Sessions that live.", MetricType::Gauge, {}};
  MetricFamily read{"bootferry_iscsi_read_bytes_total", "Bytes that clients read.", MetricType::Counter, {}};
  MetricFamily written{"bootferry_iscsi_written_bytes_total", "Bytes that clients wrote.", MetricType::Counter, {}};
  MetricFamily commands{"bootferry_iscsi_commands_total", "SCSI commands that were answered.", MetricType::Counter, {}};
  MetricFamily errors{"bootferry_iscsi_check_conditions_total",
                      "SCSI commands that ended with CHECK CONDITION, but for unit attentions.",
                      MetricType::Counter,
                      {}};
  boot::TrafficCounters all;
  for (const boot::TargetTraffic& row : target.traffic()) {
    const Labels labels{{"target", row.target}, {"client", row.mac ? row.mac->to_string() : ""}};
    const auto with = [&](const char* direction) {
      Labels more = labels;
      more.push_back({"direction", direction});
      return more;
    };
    add(sessions, labels, row.sessions);
    add(read, labels, row.counters.bytes_read.value);
    add(written, labels, row.counters.bytes_written.value);
    add(commands, with("read"), row.counters.reads);
    add(commands, with("write"), row.counters.writes);
    add(commands, with("other"), row.counters.others);
    add(errors, labels, row.counters.errors);
    all.add(row.counters);
  }
  for (MetricFamily* family : {&sessions, &read, &written, &commands, &errors}) families.push_back(std::move(*family));
  // Of all targets together: 12 rows a target would be too many. The session list tells of each.
  MetricFamily& latency = add_family(families, "bootferry_iscsi_command_duration_seconds", MetricType::Histogram,
                                     "Time from the arrival of a command that moves data to its answer.");
  add(latency, {{"direction", "read"}}, all.read_latency);
  add(latency, {{"direction", "write"}}, all.write_latency);
}

void add_refusals(Families& families, const iscsi::Server& target) {
  MetricFamily& refusals = add_family(families, "bootferry_iscsi_login_refusals_total", MetricType::Counter,
                                      "iSCSI logins refused, by status class and detail (RFC 7143 11.13.5).");
  for (const auto& [status, count] : target.login_refusals())
    add(refusals, {{"status", fmt::format("{:04x}", status)}}, count);
}

void add_traces(Families& families, const BootTraces& traces) {
  const BootTraces::Counters& counters = traces.counters();
  add_one(families, "bootferry_boot_traces_recorded_total", MetricType::Counter, "Boots whose reads were kept.",
          counters.recorded.load());
  add_one(families, "bootferry_prefetches_total", MetricType::Counter, "Boots that were read ahead for.",
          counters.prefetches.load());
  MetricFamily& bytes =
      add_family(families, "bootferry_prefetched_bytes_total", MetricType::Counter,
                 "Bytes of boot traces read ahead, by where they were: on disk, or in memory by then.");
  add(bytes, {{"from", "disk"}}, counters.prefetched_bytes.load());
  add(bytes, {{"from", "memory"}}, counters.cached_bytes.load());
}

}  // namespace

std::string ApplianceMetrics::render_metrics() {
  Families families;
  add(add_family(families, "bootferry_build_info", MetricType::Gauge, "The version that runs."), {{"version", version}},
      1);
  add_clients(families, parts_.administration);
  add_images(families, parts_.administration);
  add_leases(families, parts_.administration, parts_.clock.wall_now());
  add_traffic(families, parts_.target);
  add_refusals(families, parts_.target);
  add_events(families, parts_.events);
  if (parts_.traces) add_traces(families, *parts_.traces);
  add_process(families);
  std::erase_if(families, [](const MetricFamily& family) { return family.metric.empty(); });
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace bootferry::app
