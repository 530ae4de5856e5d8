// SPDX-License-Identifier: Apache-2.0
// A boot as its events tell it, for the tests of the timeline and of its rules: one line a step, time as it is said.
#pragma once

#include <gtest/gtest.h>

#include "boot/boot_timeline.hpp"

namespace bootferry::boot::testing {

inline const MacAddress pc{{0x52, 0x54, 0, 0, 0, 1}};
inline constexpr const char* bios = "BIOS PXE";
inline constexpr const char* uefi = "UEFI x64 PXE";
inline constexpr const char* ipxe_rom = "iPXE, BIOS";

class Story {
 public:
  using Fields = std::vector<std::pair<std::string, std::string>>;

  Story& tell(EventKind kind, Fields fields = {}, std::string text = "Something.",
              std::optional<Ipv4Address> address = {}, MacAddress mac = pc) {
    timeline.on_event({0, now.wall, kind, mac, address, std::move(text), std::move(fields)}, now);
    collect();
    return *this;
  }
  /// Time passes, a tick each half second.
  Story& pass(std::chrono::milliseconds time) {
    for (auto left = time; left.count() > 0; left -= std::chrono::milliseconds{500}) {
      now.steady += std::chrono::milliseconds{500};
      now.wall += std::chrono::milliseconds{500};
      timeline.on_tick(now);
      collect();
    }
    return *this;
  }

  Story& discover(const char* firmware = bios) {
    return tell(EventKind::dhcp_discover, {{"firmware", firmware}, {"xid", "0x1"}});
  }
  Story& offer() { return tell(EventKind::dhcp_offer); }
  Story& request(const char* firmware = bios) {
    return tell(EventKind::dhcp_request, {{"firmware", firmware}}, "", Ipv4Address{0x0a630064});
  }
  Story& ack() { return tell(EventKind::dhcp_ack, {}, "", Ipv4Address{0x0a630064}); }
  Story& address(const char* firmware = bios) { return discover(firmware).offer().request(firmware).ack(); }
  Story& tftp() {
    return tell(EventKind::tftp_start, {{"file", "undionly.kpxe"}, {"bytes", "70000"}, {"percent", "0"}});
  }
  Story& loaded() { return tftp().tell(EventKind::tftp_done, {{"file", "undionly.kpxe"}, {"bytes", "70000"}}); }
  Story& http_progress(const char* percent) {
    return tell(EventKind::file_progress,
                {{"file", "initrd"}, {"bytes", "1"}, {"total", "90000000"}, {"percent", percent}});
  }
  Story& tftp_fails(const char* outcome, const char* why) {
    return tell(EventKind::tftp_failed, {{"file", "undionly.kpxe"}, {"outcome", outcome}, {"why", why}});
  }
  Story& ipxe() { return discover(ipxe_rom).request(ipxe_rom).ack(); }
  Story& to_ipxe() { return address().loaded().ipxe(); }
  Story& script(const char* decision = "san", std::string text = "PC x has its boot script: it boots from 1 disk") {
    return tell(EventKind::script_served, {{"decision", decision}}, std::move(text));
  }
  Story& login(const char* session = "7", const char* isid = "400027230001") {
    return tell(EventKind::session_opened, {{"session", session}, {"isid", isid}, {"image", "dos"}});
  }
  Story& moved(std::uint64_t read, std::uint64_t written = 0, std::uint64_t session = 7) {
    const SessionSample samples[] = {{session, {read}, {written}, now.wall}};
    timeline.on_sessions(samples, now);
    collect();
    return *this;
  }
  Story& close(const char* session = "7") {
    return tell(EventKind::session_closed, {{"session", session}, {"why", "its connection ended"}});
  }
  Story& refuse(const char* status, const char* why) {
    return tell(EventKind::login_refused, {{"status", status}, {"why", why}});
  }
  Story& knock(Circumstance port, bool answered = false) {
    timeline.on_knock(pc, port, answered);
    return *this;
  }
  Story& stop_server() {
    timeline.on_event({0, now.wall, EventKind::server_stopping, {}, {}, "", {}}, now);
    return *this;
  }

  /// The newest boot, as the news told it.
  [[nodiscard]] const BootRecord& boot() const {
    EXPECT_FALSE(boots.empty());
    return boots.rbegin()->second;
  }
  [[nodiscard]] std::string state() const { return std::string(name_of(boot().state)); }
  [[nodiscard]] std::string stage() const { return std::string(name_of(boot().stage)); }
  [[nodiscard]] const BootStep* find(StepKind kind) const {
    for (const BootStep& step : boot().steps) {
      if (step.kind == kind) return &step;
    }
    return nullptr;
  }

  [[nodiscard]] std::string percent(StepKind kind) const {
    const BootStep* step = find(kind);
    if (!step) return "no such step";
    for (const auto& [name, value] : step->fields) {
      if (name == "percent") return value;
    }
    return "none";
  }

  BootTimeline timeline;
  BootTimeline::Now now{SteadyTime{std::chrono::hours{1}}, WallTime{std::chrono::seconds{1'790'000'000}}};
  std::map<std::uint64_t, BootRecord> boots;
  int started = 0, stalled = 0, ended = 0;

 private:
  void collect() {
    for (BootNews& news : timeline.take_news()) {
      started += news.started, stalled += news.stalled, ended += news.ended;
      boots[news.record.id] = std::move(news.record);
    }
  }
};

}  // namespace bootferry::boot::testing
