// SPDX-License-Identifier: Apache-2.0
#include "http/api/resources.hpp"

#include <nlohmann/json.hpp>

#include "appliance.hpp"

namespace bootferry::http::test {
namespace {

struct FakeSummary final : boot::SummarySource {
  boot::Summary summary() override { return value; }
  boot::Summary value;
};

class SummaryOfTheHouse : public Appliance {
 protected:
  SummaryOfTheHouse() { site.services.summary = &source; }
  nlohmann::json read() { return nlohmann::json::parse(api::get_summary(Request{}, site).text()); }

  FakeSummary source;
  Site site{Services{administration, registry, events, addresses, loaders, clock, boot_settings}, settings};
};

TEST_F(SummaryOfTheHouse, IsFlat) {
  source.value.clients = 12;
  source.value.clients_running = 3;
  source.value.boots = {9, 1};
  source.value.free = {1000};
  source.value.each_second = {{7}, {8}};
  source.value.last_failed_boot = boot::FailedBoot{mac(), "pc1", WallTime{std::chrono::seconds{1}}, "It was told."};
  const auto told = read();
  for (const auto& [key, value] : told.items()) EXPECT_TRUE(value.is_primitive()) << key;
  EXPECT_EQ(told["clients"], 12);
  EXPECT_EQ(told["clients_running"], 3);
  EXPECT_EQ(told["boots_24h"], 9);
  EXPECT_EQ(told["failed_boots_24h"], 1);
  EXPECT_EQ(told["bytes_free"], 1000);
  EXPECT_EQ(told["read_bytes_per_second"], 7);
  EXPECT_EQ(told["write_bytes_per_second"], 8);
  EXPECT_EQ(told["last_failed_boot_client"], "pc1");
  EXPECT_EQ(told["last_failed_boot_mac"], "52:54:00:e2:e0:01");
  EXPECT_EQ(told["last_failed_boot_at"], "1970-01-01T00:00:01.000Z");
  EXPECT_EQ(told["last_failed_boot_reason"], "It was told.");
}

TEST_F(SummaryOfTheHouse, HasItsKeysAlsoWhereNothingFailed) {
  const auto told = read();
  for (const char* key : {"client", "mac", "at", "reason"})
    EXPECT_TRUE(told.at(std::string("last_failed_boot_") + key).is_null()) << key;
}

TEST_F(SummaryOfTheHouse, IsNotOfferedWhereNobodyMakesIt) {
  site.services.summary = nullptr;
  EXPECT_EQ(api::get_summary(Request{}, site).status(), 501u);
}

}  // namespace
}  // namespace bootferry::http::test
