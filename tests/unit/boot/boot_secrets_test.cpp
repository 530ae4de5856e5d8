// SPDX-License-Identifier: Apache-2.0
#include "boot/boot_secrets.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>

namespace bootferry::boot {
namespace {

const MacAddress pc{{0x52, 0x54, 0, 0xe2, 0xe0, 1}};
const MacAddress other{{0x52, 0x54, 0, 0xe2, 0xe0, 2}};
constexpr BootSecrets::Key key{1, 2, 3};

struct BootSecretsTest : testing::Test {
  ManualClock clock;
  BootSecrets::Marks kept;

  std::unique_ptr<BootSecrets> make(const BootSecrets::Key& with = key) {
    return std::make_unique<BootSecrets>(with, clock, kept,
                                         [this](const MacAddress& mac, std::uint64_t mark) { kept[mac] = mark; });
  }
};

TEST_F(BootSecretsTest, AreSixteenCharactersThatABootScriptCanHold) {
  auto secrets = make();
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const auto made = secrets->issue(pc);
    EXPECT_TRUE(made.user.starts_with("525400e2e001.")) << made.user;
    EXPECT_EQ(made.secret.reveal().size(), 16u);
    for (const char c : made.secret.reveal())
      EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_');
    EXPECT_TRUE(seen.insert(made.user + made.secret.reveal()).second)
        << "each boot has its own, within a millisecond too";
    EXPECT_EQ(secrets->find(pc, made.user), made.secret);
  }
}

TEST_F(BootSecretsTest, AreThoseOfOneClientAndOneServer) {
  auto secrets = make();
  const auto made = secrets->issue(pc);
  EXPECT_FALSE(secrets->find(other, made.user));
  BootSecrets::Key another = key;
  another[31] ^= 1;
  EXPECT_NE(make(another)->find(pc, made.user), made.secret);
  std::string stolen = made.user;
  stolen.replace(0, 12, other.to_hex());
  EXPECT_NE(secrets->find(other, stolen), made.secret);
}

TEST_F(BootSecretsTest, FetchingAScriptRetiresNothing) {
  auto secrets = make();
  const auto running = secrets->issue(pc);
  secrets->on_login(pc, running.user);
  for (int i = 0; i < 10; ++i) (void)secrets->issue(pc);
  EXPECT_TRUE(secrets->find(pc, running.user));
  secrets->on_login(pc, running.user);  // the operating system, with what the firmware left it
  EXPECT_TRUE(secrets->find(pc, running.user));
}

TEST_F(BootSecretsTest, ANewerLoginRetiresAllThatIsOlder) {
  auto secrets = make();
  const auto first = secrets->issue(pc), second = secrets->issue(pc), third = secrets->issue(pc);
  const auto neighbour = secrets->issue(other);
  secrets->on_login(pc, second.user);
  EXPECT_FALSE(secrets->find(pc, first.user));
  EXPECT_TRUE(secrets->find(pc, second.user));
  EXPECT_TRUE(secrets->find(pc, third.user));
  EXPECT_TRUE(secrets->find(other, neighbour.user));
  secrets->on_login(pc, first.user);  // a login that was under way
  EXPECT_TRUE(secrets->find(pc, second.user)) << "the mark never falls";
}

TEST_F(BootSecretsTest, OutliveTheServer) {
  auto before = make();
  const auto old = before->issue(pc), running = before->issue(pc);
  before->on_login(pc, running.user);
  before.reset();
  clock.advance(std::chrono::seconds(5));
  auto after = make();
  EXPECT_EQ(after->find(pc, running.user), running.secret);
  EXPECT_FALSE(after->find(pc, old.user)) << "retired stays retired";
}

TEST_F(BootSecretsTest, AClockThatWentBackHurtsNobody) {
  auto before = make();
  clock.advance(std::chrono::hours(24));
  const auto running = before->issue(pc);
  before->on_login(pc, running.user);
  before.reset();
  ManualClock yesterday;
  BootSecrets after(key, yesterday, kept, [](const MacAddress&, std::uint64_t) {});
  EXPECT_TRUE(after.find(pc, running.user));
  const auto next = after.issue(pc);
  EXPECT_TRUE(after.find(pc, next.user));
  after.on_login(pc, next.user);
  EXPECT_FALSE(after.find(pc, running.user)) << "newer by order, whatever the clock says";
}

TEST_F(BootSecretsTest, NonsenseAndTheFutureAreNoUsers) {
  auto secrets = make();
  const auto made = secrets->issue(pc);
  const std::string hex = made.user.substr(13);
  for (const std::string& user :
       {std::string(), std::string("525400e2e001"), std::string("525400e2e001."), "525400e2e001.0" + hex,
        "525400E2E001." + hex, "525400e2e001." + hex + "g", "525400e2e001." + hex + "ffffffff",
        std::string("525400e2e001.ffffffffffffffff"), std::string("525400e2e001.fffffffffffffffff"),
        "0x525400e2e001." + hex, "525400e2e001.+" + hex, std::string("525400e2e001.-1"),
        std::string("525400e2e001.") + hex + " "})
    EXPECT_FALSE(secrets->find(pc, user)) << user;
}

}  // namespace
}  // namespace bootferry::boot
