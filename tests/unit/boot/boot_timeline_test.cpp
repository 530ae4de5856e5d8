// SPDX-License-Identifier: Apache-2.0
#include "boot/boot_timeline.hpp"

#include "boot_story.hpp"

namespace bootferry::boot {
namespace {

using namespace std::chrono_literals;
using testing::Story;

TEST(BootTimeline, a_bios_boot_from_its_first_packet_to_its_system) {
  Story s;
  s.discover().pass(500ms).offer().request().ack().tftp().pass(1s).loaded().pass(1s).ipxe().script().login();
  EXPECT_EQ(s.stage(), "login");
  s.moved(512).pass(1s).moved(200'000);
  EXPECT_EQ(s.state(), "running");
  EXPECT_EQ(s.stage(), "reading");
  s.pass(10s).moved(30 << 20).login("8", "00023d123456").moved(1 << 20, 4096, 8);
  EXPECT_EQ(s.state(), "booted");
  EXPECT_EQ(s.stage(), "system");
  EXPECT_EQ(s.boot().bytes_read, ByteCount{31 << 20});
  EXPECT_EQ(s.boot().bytes_written, ByteCount{4096});
  EXPECT_EQ(s.boot().image, "dos");
  EXPECT_EQ(s.boot().firmware, testing::bios);
  EXPECT_EQ(s.boots.size(), 1u);
  EXPECT_EQ(s.started, 1);
  EXPECT_EQ(s.stalled, 0);
  EXPECT_EQ(s.find(StepKind::system)->text, "Linux opened the disk dos.");
  EXPECT_EQ(s.find(StepKind::loader)->count, 2u);
  EXPECT_EQ(s.find(StepKind::loader)->last - s.boot().started, 1500ms);

  s.close("7").close("8").pass(29s);
  EXPECT_EQ(s.state(), "booted") << "a system may let go of its disk for a moment";
  s.pass(2s);
  EXPECT_EQ(s.state(), "gone");
  EXPECT_TRUE(s.boot().ended);
  EXPECT_EQ(s.ended, 1);
}

TEST(BootTimeline, a_boot_begins_at_its_first_event_however_late_that_is_read) {
  Story s;
  const WallTime asked = s.now.wall;
  s.now.wall += 40ms;
  s.timeline.on_event({0, asked, EventKind::dhcp_discover, testing::pc, {}, "", {{"firmware", testing::bios}}}, s.now);
  s.offer();
  EXPECT_EQ(s.boot().started, asked);
  EXPECT_EQ(s.boot().steps.front().at, asked) << "no step is older than its boot";
}

TEST(BootTimeline, a_slow_download_is_one_step_whose_percentage_rises) {
  Story s;
  s.address().tftp();
  for (int percent = 0; percent < 100; ++percent) {
    s.pass(500ms).tell(EventKind::tftp_progress, {{"file", "undionly.kpxe"},
                                                  {"bytes", "1"},
                                                  {"total", "70000"},
                                                  {"percent", std::to_string(percent)},
                                                  {"block", "9"}});
    EXPECT_EQ(s.percent(StepKind::loader), std::to_string(percent));
  }
  const std::size_t steps = s.boot().steps.size();
  const BootStep* loader = s.find(StepKind::loader);
  EXPECT_EQ(loader->count, 1u) << "it goes on, it is not repeated";
  EXPECT_EQ(loader->last - loader->at, 50s);
  EXPECT_EQ(loader->text, "It loads undionly.kpxe (68.4 KiB).");
  s.tell(EventKind::tftp_done, {{"file", "undionly.kpxe"}, {"bytes", "70000"}, {"percent", "100"}});
  EXPECT_EQ(s.percent(StepKind::loader), "100");
  EXPECT_EQ(s.percent(StepKind::loaded), "100");
  EXPECT_EQ(s.boot().steps.size(), steps + 1);
  s.tftp().tell(EventKind::tftp_progress, {{"file", "undionly.kpxe"}, {"total", "70000"}, {"percent", "30"}});
  EXPECT_EQ(s.find(StepKind::loader)->count, 2u) << "it loads the file anew";
  EXPECT_EQ(s.percent(StepKind::loader), "30");
}

TEST(BootTimeline, a_file_by_http_is_one_step_from_its_first_percent_to_its_end) {
  Story s;
  s.ipxe().script("kernel").http_progress("5").pass(20s).http_progress("60");
  EXPECT_EQ(s.stage(), "file");
  EXPECT_EQ(s.percent(StepKind::file), "60");
  s.pass(20s).tell(EventKind::file_served, {{"file", "initrd"}, {"bytes", "90000000"}});
  EXPECT_EQ(s.percent(StepKind::file), "100");
  EXPECT_EQ(s.find(StepKind::file)->count, 1u);
  EXPECT_EQ(s.boot().code, "") << "it was under way all the time";
  s.tell(EventKind::file_served, {{"file", "initrd"}, {"bytes", "90000000"}});
  EXPECT_EQ(s.find(StepKind::file)->count, 2u);
  s.pass(61s);
  EXPECT_EQ(s.state(), "booted");
}

TEST(BootTimeline, uefi_that_loads_by_http_shows_its_loader_on_the_way) {
  Story s;
  s.address("UEFI x64 HTTP").http_progress("40");
  EXPECT_EQ(s.stage(), "loader");
  s.tell(EventKind::file_served, {{"file", "initrd"}, {"bytes", "90000000"}});
  EXPECT_EQ(s.stage(), "loaded");
  EXPECT_EQ(s.percent(StepKind::loader), "100");
}

TEST(BootTimeline, a_download_that_goes_on_takes_its_verdict_back) {
  Story s;
  s.ipxe().script("kernel").http_progress("5").pass(31s);
  EXPECT_EQ(s.boot().code, "file-stuck");
  EXPECT_EQ(s.boot().reason, "A download by HTTP stopped in the middle: initrd at 5 %.");
  s.http_progress("5");
  EXPECT_EQ(s.state(), "running");
  s.pass(90s);
  EXPECT_EQ(s.state(), "stalled") << "a file that is under way has not booted";
}

TEST(BootTimeline, an_ipxe_rom_begins_its_boot_itself) {
  Story s;
  s.ipxe().script().login().moved(100, 512);
  EXPECT_EQ(s.boots.size(), 1u);
  EXPECT_EQ(s.boot().firmware, testing::ipxe_rom);
  s.pass(1s);
  EXPECT_EQ(s.state(), "booted") << "iPXE never writes: a system does";
  s.ipxe();
  EXPECT_EQ(s.boots.size(), 2u) << "the machine was started anew";
  EXPECT_EQ(s.boots.begin()->second.state, BootState::gone);
  EXPECT_EQ(s.stage(), "ipxe");
}

TEST(BootTimeline, a_firmware_that_asks_again_is_still_at_the_same_boot) {
  Story s;
  s.discover().pass(4s).discover().pass(8s).discover().offer();
  EXPECT_EQ(s.boots.size(), 1u);
  EXPECT_EQ(s.find(StepKind::discover)->count, 3u);
  EXPECT_EQ(s.find(StepKind::discover)->last - s.boot().started, 12s);
  s.pass(70s).discover();
  EXPECT_EQ(s.boots.size(), 2u) << "after a long quiet it was started anew";
  EXPECT_NE(s.boots.begin()->second.state, BootState::running) << "of a boot that is over";
}

TEST(BootTimeline, a_boot_that_is_cut_off_without_a_fault_is_gone) {
  Story s;
  s.ipxe().script().login().moved(1 << 20);
  EXPECT_EQ(s.state(), "running");
  s.pass(1s).ipxe();
  ASSERT_EQ(s.boots.size(), 2u);
  EXPECT_EQ(s.boots.begin()->second.state, BootState::gone);
  EXPECT_TRUE(s.boots.begin()->second.ended);
}

TEST(BootTimeline, a_machine_in_the_wrong_socket_goes_on_in_the_right_one) {
  Story s;
  s.tell(EventKind::dhcp_discover, {{"firmware", testing::bios}, {"interface", "eth1"}});
  EXPECT_EQ(s.boot().code, "wrong-interface");
  s.pass(20s).discover().offer();
  EXPECT_EQ(s.boots.size(), 1u);
  EXPECT_EQ(s.state(), "running");
  EXPECT_EQ(s.boot().code, "");
}

TEST(BootTimeline, a_verdict_is_taken_back_by_progress_only) {
  Story s;
  s.to_ipxe().script().refuse("busy", "another has it");
  EXPECT_EQ(s.state(), "failed");
  for (int i = 0; i < 5; ++i) s.pass(10s).script().refuse("busy", "another has it");
  EXPECT_EQ(s.state(), "failed");
  EXPECT_EQ(s.stalled, 1) << "told once, not at each retry";
  EXPECT_EQ(s.find(StepKind::refused)->count, 6u);
  s.pass(10s).script().login();
  EXPECT_EQ(s.state(), "running");
  EXPECT_EQ(s.boot().code, "");
  EXPECT_EQ(s.boot().reason, "");
}

TEST(BootTimeline, a_mended_entry_takes_its_verdict_back) {
  Story s;
  const char* text =
      "PC x has its boot script: it cannot boot: The image dos of drive 0x80 is not in the library any more.";
  s.ipxe().script("broken", text).pass(5s).script("broken", text);
  EXPECT_EQ(s.boot().code, "image-missing");
  EXPECT_EQ(s.stalled, 1);
  s.pass(5s).script("san");
  EXPECT_EQ(s.state(), "running");
}

TEST(BootTimeline, a_machine_waits_is_assigned_and_goes_on) {
  Story s;
  s.ipxe().script("wait", "PC x has its boot script: it waits to be assigned");
  EXPECT_EQ(s.state(), "waiting");
  for (int i = 0; i < 60; ++i) {
    s.pass(3s);
    s.timeline.on_heard(testing::pc, s.now.wall);
  }
  EXPECT_EQ(s.state(), "waiting");
  EXPECT_EQ(s.timeline.waiting(), std::vector{testing::pc});
  s.script();
  EXPECT_EQ(s.state(), "running");
  EXPECT_EQ(s.boots.size(), 1u);
}

TEST(BootTimeline, a_waiting_screen_that_falls_silent_is_gone) {
  Story s;
  s.ipxe().script("wait").pass(61s);
  EXPECT_EQ(s.state(), "gone");
}

TEST(BootTimeline, what_hands_over_or_runs_from_memory_has_booted) {
  Story local, kernel;
  local.ipxe().script("local").pass(21s);
  EXPECT_EQ(local.state(), "booted");
  EXPECT_TRUE(local.boot().ended);
  kernel.ipxe().script("kernel").tell(EventKind::file_served, {{"file", "vmlinuz"}, {"bytes", "8000000"}});
  kernel.pass(30s).tell(EventKind::file_served, {{"file", "initrd"}, {"bytes", "90000000"}}).pass(61s);
  EXPECT_EQ(kernel.state(), "booted");
  EXPECT_EQ(std::count_if(kernel.boot().steps.begin(), kernel.boot().steps.end(),
                          [](const BootStep& step) { return step.kind == StepKind::file; }),
            2);
}

TEST(BootTimeline, an_installer_hooks_its_disk_and_loads_its_files) {
  Story s;
  s.ipxe().script("installer").login().moved(3072).pass(2s);
  s.tell(EventKind::file_served, {{"file", "linux"}, {"bytes", "8000000"}}).pass(50s);
  EXPECT_EQ(s.state(), "running");
  EXPECT_EQ(s.boot().code, "") << "an installer may read its disk much later";
  s.pass(11s);
  EXPECT_EQ(s.state(), "booted");
  EXPECT_FALSE(s.boot().ended) << "its disk is still open";
}

TEST(BootTimeline, a_menu_waits_as_long_as_it_takes) {
  Story s;
  s.ipxe().script("menu").pass(10min);
  EXPECT_EQ(s.state(), "waiting");
  s.script("san").login();
  EXPECT_EQ(s.state(), "running");
  EXPECT_EQ(s.boots.size(), 1u);
}

TEST(BootTimeline, a_loader_by_http_is_a_loader) {
  Story s;
  s.address("UEFI x64 HTTP boot").tell(EventKind::file_served, {{"file", "snponly.efi"}, {"bytes", "200000"}});
  EXPECT_EQ(s.stage(), "loaded");
}

TEST(BootTimeline, a_drive_that_is_opened_anew_by_ipxe_is_no_failure) {
  Story s;
  s.ipxe()
      .script()
      .login("1")
      .moved(3072, 0, 1)
      .close("1")
      .pass(1s)
      .login("2", "400027230002")
      .moved(9000, 0, 2)
      .pass(5s);
  EXPECT_EQ(s.state(), "running");
  EXPECT_EQ(s.boot().code, "");
}

TEST(BootTimeline, a_stopping_server_is_no_reason) {
  Story s;
  s.ipxe().script().login().moved(3072).stop_server().close().pass(10s);
  EXPECT_EQ(s.boot().code, "");
}

TEST(BootTimeline, closes_tell_what_no_sample_saw) {
  Story s;
  s.ipxe().script().login().tell(EventKind::session_closed,
                                 {{"session", "7"}, {"bytes_read", "300000"}, {"bytes_written", "1024"}});
  EXPECT_EQ(s.boot().bytes_read, ByteCount{300000});
  EXPECT_EQ(s.stage(), "reading");
}

TEST(BootTimeline, unfinished_boots_go_on_after_a_restart) {
  Story before;
  before.ipxe().script().login().moved(1 << 20, 1 << 20).pass(1s);
  ASSERT_EQ(before.state(), "booted");
  Story after;
  after.timeline = BootTimeline(before.boot().id + 1);
  after.timeline.restore({before.boot()}, after.now);
  after.login("1", "00023d000000").pass(40s);
  EXPECT_EQ(after.boot().id, before.boot().id);
  EXPECT_EQ(after.state(), "booted");

  Story alone;
  alone.timeline.restore({before.boot()}, alone.now);
  alone.pass(31s);
  EXPECT_EQ(alone.state(), "gone") << "its machine did not come back";
}

TEST(BootTimeline, a_knock_that_is_answered_is_no_firewall) {
  Story s;
  s.address().knock(knocked_tftp).knock(knocked_tftp, true).pass(15s);
  EXPECT_EQ(s.boot().code, "");
  s.knock(knocked_tftp).pass(4s);
  EXPECT_EQ(s.boot().code, "") << "a repetition of what was answered once may stay unanswered";
  s.tftp_fails("silent", "the machine fell silent");
  EXPECT_EQ(s.boot().code, "tftp-blocked");
}

TEST(BootTimeline, others_are_not_boots) {
  Story s;
  s.tell(EventKind::dhcp_discover).tell(EventKind::dhcp_request).tell(EventKind::dhcp_ack).tell(EventKind::client_seen);
  s.tell(EventKind::session_opened, {{"session", "1"}}).tell(EventKind::file_served, {{"file", "x"}});
  EXPECT_TRUE(s.boots.empty());
}

TEST(BootTimeline, is_bounded) {
  Story s;
  for (int i = 0; i < 3000; ++i) {
    const auto high = static_cast<std::uint8_t>(i >> 8), low = static_cast<std::uint8_t>(i);
    s.tell(EventKind::dhcp_discover, {{"firmware", testing::bios}}, "", {}, MacAddress{{0x52, 0x54, 1, 0, high, low}});
  }
  EXPECT_EQ(s.boots.size(), 3000u);
  for (int i = 0; i < 500; ++i) s.tell(EventKind::tftp_start, {{"file", "f" + std::to_string(i)}});
  EXPECT_EQ(s.boot().steps.size(), BootRecord::max_steps);
}

TEST(BootTimeline, initiators_are_known_by_their_isid) {
  EXPECT_EQ(initiator_kind("40002723000a"), "ipxe");
  EXPECT_EQ(initiator_kind("00023d030000"), "linux");
  EXPECT_EQ(initiator_kind("400001370000"), "windows");
  EXPECT_EQ(initiator_kind("800000000001"), "other");
  EXPECT_EQ(initiator_kind(""), "other");
}

TEST(BootRecord, names_are_unique_and_read_back) {
  for (int i = 0; i <= static_cast<int>(StepKind::system_address); ++i) {
    const auto kind = static_cast<StepKind>(i);
    EXPECT_EQ(parse_step_kind(name_of(kind)), kind) << i;
  }
  for (int i = 0; i <= static_cast<int>(BootState::gone); ++i) {
    const auto state = static_cast<BootState>(i);
    EXPECT_EQ(parse_boot_state(name_of(state)), state) << i;
  }
}

}  // namespace
}  // namespace bootferry::boot
