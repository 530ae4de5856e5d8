// SPDX-License-Identifier: Apache-2.0
#include "http/download_events.hpp"

#include <fmt/format.h>

#include "base/units.hpp"

namespace bootferry::http {
namespace {

constexpr std::uint64_t long_download = 1u << 20;
constexpr auto progress_step = std::chrono::milliseconds{500};

std::string who(const boot::Event& event) {
  if (event.mac) return "PC " + event.mac->to_string();
  return event.address ? event.address->to_string() : "The command line";
}

boot::Event progress_of(const boot::Event& whole, std::uint64_t sent, std::uint64_t total) {
  boot::Event event = whole;
  event.kind = boot::EventKind::file_progress;
  const std::uint64_t percent = sent * 100 / total;
  const std::string& file = event.fields.front().second;
  event.text = fmt::format("{} has {} % of {}", who(event), percent, file);
  event.fields = {{"file", file},
                  {"bytes", std::to_string(sent)},
                  {"total", std::to_string(total)},
                  {"percent", std::to_string(percent)}};
  return event;
}

}  // namespace

void tell_download(Answer& answer, const Request& request, const Site& site, std::string name) {
  const auto* part = std::get_if<FilePart>(&answer.body());
  if (part == nullptr || request.method != Method::get || part->offset != 0) return;
  const Services& services = site.services;
  if (!site.event_limits->try_take(request.peer, services.clock.now())) return;
  boot::Event event;
  event.kind = boot::EventKind::file_served;
  if (request.peer) {
    event.address = request.peer;
    event.mac = services.addresses.find(*request.peer);
  }
  const std::uint64_t total = part->length;
  event.text = fmt::format("{} fetched {} ({}) by HTTP", who(event), name, render_byte_count({total}));
  event.fields = {{"file", std::move(name)}, {"bytes", std::to_string(total)}};
  if (total > long_download) {
    answer.on_progress([&services, event, total, told = services.clock.now()](std::uint64_t sent) mutable {
      const SteadyTime now = services.clock.now();
      if (now - told < progress_step) return;
      told = now;
      services.events.publish(progress_of(event, sent, total));
    });
  }
  answer.on_sent([&events = services.events, event] { events.publish(event); });
}

}  // namespace bootferry::http
