// SPDX-License-Identifier: Apache-2.0
// What Prometheus is told, by the real services: every line well-formed, every number the right one.
#include "app/metrics.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "app/administration.hpp"
#include "app/process_stats.hpp"
#include "boot/target_name.hpp"
#include "db/lease_store.hpp"
#include "db/migrate.hpp"
#include "db/registry.hpp"
#include "support/metrics_text.hpp"
#include "support/temporary_folder.hpp"
#include "unit/iscsi/initiator.hpp"

namespace bootferry::app {
namespace {

const MacAddress pc1{{0x52, 0x54, 0, 0, 0, 1}};

class MetricsTest : public testing::Test {
 protected:
  MetricsTest() {
    loops.start();
    target.open();
    target.start();
  }
  ~MetricsTest() override {
    target.stop(std::chrono::milliseconds(200));
    loops.stop();
    disk_pool.stop();
  }
  test::MetricsText read() { return test::MetricsText(metrics.render_metrics()); }

  test::TemporaryFolder folder;
  SystemClock clock;
  WorkerPool pool{"db", 1}, disk_pool{"disk", 1};
  LoopPool loops{1};
  std::unique_ptr<db::Database> database = db::open_database(folder / "bootferry.db");
  boot::EventBus bus{clock};
  db::Registry registry{*database, bus, clock, pool};
  db::LeaseStore leases{*database, pool};
  db::EventStore events{*database, bus, pool};
  ClientActivity activity;
  EventCounters counters;
  images::ImageLibrary library{folder / "images"};
  boot::BootSecrets boot_secrets{{}, clock, {}, [](const MacAddress&, std::uint64_t) {}};
  LayerKeeper layers{registry, registry, library, clock};
  DiskDirectory disks{registry, library, layers, boot_secrets};
  iscsi::Server target{loops, disk_pool, disks,
                       bus,   clock,     iscsi::ServerSettings{.addresses = {"127.0.0.1"}, .port = 0}};
  ApplianceAdministration administration{{registry, leases, events, library, target, activity, clock, disks, layers},
                                         {}};
  ApplianceMetrics metrics{{administration, target, counters, clock}};
};

TEST_F(MetricsTest, AnIdleApplianceTellsOfItself) {
  const auto told = read();
  EXPECT_EQ(told.at("bootferry_build_info{version=\"" BOOTFERRY_VERSION "\"}"), 1);
  EXPECT_EQ(told.at("bootferry_clients{state=\"on\"}"), 0);
  EXPECT_EQ(told.at("bootferry_leases{state=\"bound\"}"), 0);
  EXPECT_EQ(told.at("bootferry_events_total{kind=\"dhcp-ack\"}"), 0);
  EXPECT_EQ(told.at("bootferry_iscsi_command_duration_seconds_count{direction=\"read\"}"), 0);
  EXPECT_GT(told.at("process_resident_memory_bytes"), 1 << 20);
  EXPECT_GT(told.at("process_open_fds"), 3);
  EXPECT_GE(told.at("process_max_fds"), told.at("process_open_fds"));
  EXPECT_NEAR(told.at("process_start_time_seconds"), static_cast<double>(time(nullptr)), 3600);
  EXPECT_FALSE(told.has("bootferry_image_size_bytes{image=\"dos\"}"));
}

TEST_F(MetricsTest, TellsOfImagesClientsAndWhatASessionDid) {
  ASSERT_TRUE(administration.create_image({"dos"}, mib(4)));
  boot::ClientChange change;
  change.name = "pc1";
  change.boot = boot::Disks{{{"dos", boot::DriveMode::master}}};
  change.access = boot::AccessChange{boot::AuthKind::none, "any", {}, {}, {}, {}};
  ASSERT_TRUE(administration.put_client(pc1, change));
  const std::string disk = boot::target_name({pc1, 0x80});
  iscsi::testing::Initiator pc(target.port()), stranger(target.port());
  ASSERT_EQ(pc.log_in(disk), iscsi::LoginStatus::success);
  pc.settle();
  ASSERT_EQ(pc.write(0, Bytes(4096), 4096), 0);
  EXPECT_EQ(stranger.log_in("iqn.nobody"), iscsi::LoginStatus::not_found);
  EXPECT_TRUE(stranger.receive().closed);

  const auto told = read();
  const auto of_target = [&](const std::string& name, const std::string& more = "") {
    return told.at("bootferry_iscsi_" + name + "{target=\"" + disk + "\",client=\"" + pc1.to_string() + "\"" + more +
                   "}");
  };
  const boot::TrafficCounters traffic = target.traffic().at(0).counters;
  EXPECT_EQ(told.at("bootferry_image_size_bytes{image=\"dos\"}"), 4 << 20);
  EXPECT_EQ(told.at("bootferry_client_info{client=\"" + pc1.to_string() + "\",name=\"pc1\"}"), 1);
  EXPECT_EQ(told.at("bootferry_clients{state=\"on\"}"), 1);
  EXPECT_EQ(of_target("sessions"), 1);
  EXPECT_EQ(of_target("written_bytes_total"), 4096);
  EXPECT_EQ(of_target("read_bytes_total"), 512);
  EXPECT_EQ(of_target("commands_total", ",direction=\"write\""), 1);
  EXPECT_EQ(of_target("commands_total", ",direction=\"read\""), static_cast<double>(traffic.reads));
  EXPECT_EQ(of_target("check_conditions_total"), static_cast<double>(traffic.errors));
  EXPECT_EQ(told.at("bootferry_iscsi_command_duration_seconds_count{direction=\"write\"}"), 1);
  EXPECT_EQ(told.at("bootferry_iscsi_command_duration_seconds_bucket{direction=\"write\",le=\"+Inf\"}"), 1);
  EXPECT_GT(told.at("bootferry_iscsi_command_duration_seconds_sum{direction=\"write\"}"), 0);
  EXPECT_EQ(told.at("bootferry_iscsi_login_refusals_total{status=\"0203\"}"), 1);
}

TEST_F(MetricsTest, CountsEventsAndTheBytesThatTheyTellOf) {
  boot::Event event;
  event.kind = boot::EventKind::tftp_done;
  event.fields = {{"file", "undionly.kpxe"}, {"bytes", "70000"}};
  counters.on_event(event);
  event.kind = boot::EventKind::file_served;
  event.fields = {{"bytes", "5"}};
  counters.on_event(event);
  event.fields = {{"bytes", "nonsense"}};
  counters.on_event(event);
  const auto told = read();
  EXPECT_EQ(told.at("bootferry_events_total{kind=\"tftp-done\"}"), 1);
  EXPECT_EQ(told.at("bootferry_events_total{kind=\"file-served\"}"), 2);
  EXPECT_EQ(told.at("bootferry_tftp_sent_bytes_total"), 70000);
  EXPECT_EQ(told.at("bootferry_http_file_bytes_total"), 5);
}

}  // namespace
}  // namespace bootferry::app
