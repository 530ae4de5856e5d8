// SPDX-License-Identifier: Apache-2.0
#include "app/watch_topics.hpp"

#include <gtest/gtest.h>

#include "app/event_kinds.hpp"

namespace bootferry::app {
namespace {

using Kinds = std::vector<std::string>;

TEST(WatchTopics, AnEventMakesOldWhatItTellsOf) {
  EXPECT_TRUE(concerns(Topic::leases, "dhcp-ack"));
  EXPECT_FALSE(concerns(Topic::leases, "dhcp-discover"));
  EXPECT_TRUE(concerns(Topic::clients, "dhcp-discover"));
  EXPECT_FALSE(concerns(Topic::clients, "job-progress"));
  EXPECT_TRUE(concerns(Topic::jobs, "job-progress"));
  EXPECT_TRUE(concerns(Topic::images, "overlay-changed")) << "an apply makes a version";
  EXPECT_TRUE(concerns(Topic::overlays, "session-opened")) << "in use";
  EXPECT_TRUE(concerns(Topic::boots, "boot-step"));
  EXPECT_FALSE(concerns(Topic::sessions, "client-changed"));
}

TEST(WatchTopics, AfterAGapEverythingIsOld) {
  for (const Topic topic :
       {Topic::clients, Topic::images, Topic::sessions, Topic::leases, Topic::boots, Topic::overlays, Topic::jobs}) {
    EXPECT_TRUE(concerns(topic, "reset"));
    EXPECT_TRUE(concerns(topic, "server-started"));
  }
}

TEST(EventKinds, AreFoundWhereverTheStreamIsCut) {
  const std::string stream =
      "retry: 1000\n: live\n\nid: 1\nevent: dhcp-ack\ndata: {\"text\":\"event: x\"}\n\n: still here\n\n"
      "id: 2\r\nevent: boot-step\r\ndata: " +
      std::string(5000, 'x') + "\r\n\r\nevent: reset\n\n";
  EXPECT_EQ(EventKinds().take(stream), (Kinds{"dhcp-ack", "boot-step", "reset"}));
  EventKinds kinds;
  Kinds found;
  for (const char c : stream) {
    for (std::string& kind : kinds.take({&c, 1})) found.push_back(std::move(kind));
  }
  EXPECT_EQ(found, (Kinds{"dhcp-ack", "boot-step", "reset"}));
}

}  // namespace
}  // namespace bootferry::app
