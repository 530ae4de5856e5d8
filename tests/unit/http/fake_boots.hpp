// SPDX-License-Identifier: Apache-2.0
// One boot that stalled, and a file of packets, for the tests of the API.
#pragma once

#include "boot/boot_history.hpp"

namespace bootferry::http::test {

class FakeBoots final : public boot::BootHistory {
 public:
  FakeBoots() {
    record.id = 12;
    record.mac = *parse_mac_address("52:54:00:e2:e0:01");
    record.state = boot::BootState::stalled;
    record.stage = boot::StepKind::boot_server;
    record.architecture = "bios";
    record.firmware = "BIOS PXE";
    record.started = record.updated = WallTime{std::chrono::seconds{1'790'000'000}};
    record.code = "no-tftp";
    record.reason = "It was told.";
    record.mend = "Look.";
    record.bytes_read = {512};
    const WallTime later = record.started + std::chrono::milliseconds{4010};
    record.steps = {{boot::StepKind::discover, record.started, later, 2, "It asks.", {{"xid", "0x1234"}}}};
  }
  std::vector<boot::BootRecord> boots(const boot::BootQuery& asked) override {
    query = asked;
    return {record};
  }
  std::optional<boot::BootRecord> find_boot(std::uint64_t id) override {
    return id == record.id ? std::optional(record) : std::nullopt;
  }
  std::string packets_of(const MacAddress& mac) override { return mac == record.mac ? "pcap bytes" : ""; }

  boot::BootRecord record;
  boot::BootQuery query;
};

}  // namespace bootferry::http::test
