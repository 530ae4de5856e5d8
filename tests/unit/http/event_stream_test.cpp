// SPDX-License-Identifier: Apache-2.0
#include "http/event_stream.hpp"

#include "appliance.hpp"

namespace bootferry::http::test {
namespace {

class EventStream : public Appliance {
 protected:
  void publish(std::string text) {
    boot::Event event;
    event.kind = boot::EventKind::dhcp_discover;
    event.text = std::move(text);
    events.publish(std::move(event));
  }
  /// A stream whose beginning was read: it is subscribed.
  Wire listen(std::string_view last_event_id = "") {
    Wire wire = dial();
    const std::string header = last_event_id.empty() ? "" : "Last-Event-ID: " + std::string(last_event_id) + "\r\n";
    wire.send(request_text("GET", "/api/v1/events/stream", header));
    head = wire.read_until("\r\n\r\n");
    EXPECT_TRUE(wire.read_until("\n\n").starts_with("retry:"));
    return wire;
  }
  std::string head;
};

TEST_F(EventStream, CarriesEventsAsTheyCome) {
  start();
  publish("before");
  Wire wire = listen();
  EXPECT_NE(head.find("Content-Type: text/event-stream\r\n"), std::string::npos);
  EXPECT_NE(head.find("Cache-Control: no-store\r\n"), std::string::npos);
  publish("one");
  const std::string first = wire.read_until("\n\n");
  EXPECT_TRUE(first.starts_with("id: 2\nevent: dhcp-discover\ndata: {\"id\":2,")) << first;
  EXPECT_NE(first.find("\"text\":\"one\""), std::string::npos);
  for (int i = 0; i < 100; ++i) publish("more");
  for (int i = 3; i <= 102; ++i) EXPECT_TRUE(wire.read_until("\n\n").starts_with("id: " + std::to_string(i) + "\n"));
}

TEST_F(EventStream, ResumesBehindTheLastId) {
  start();
  for (int i = 0; i < 5; ++i) publish("e");
  Wire wire = listen("3");
  EXPECT_TRUE(wire.read_until("\n\n").starts_with("id: 4\n"));
  EXPECT_TRUE(wire.read_until("\n\n").starts_with("id: 5\n"));
  publish("live");
  EXPECT_TRUE(wire.read_until("\n\n").starts_with("id: 6\n")) << "nothing twice, nothing left out";
}

TEST_F(EventStream, ResetsWhenThePastIsGone) {
  start();
  for (int i = 0; i < 5000; ++i) publish("e");
  for (const char* id : {"1", "99999", "nonsense", "-1"}) {
    Wire wire = listen(id);
    EXPECT_EQ(wire.read_until("\n\n"), "id: 5000\nevent: reset\ndata: {}\n\n") << id;
  }
  Wire wire = listen("4999");
  EXPECT_TRUE(wire.read_until("\n\n").starts_with("id: 5000\nevent: dhcp-discover\n"));
}

TEST_F(EventStream, ASlowReaderIsTold) {
  start();
  Wire wire = listen();
  // Far more than the socket's buffers and the subscriber's queue hold together.
  const std::string long_text(4000, 'x');
  for (int i = 0; i < 20'000; ++i) publish(long_text);
  bool reset = false;
  std::uint64_t last = 0;
  while (last < 20'000) {
    const std::string event = wire.read_until("\n\n");
    ASSERT_TRUE(event.starts_with("id: ")) << event.substr(0, 80);
    const std::uint64_t id = std::stoull(event.substr(4));
    if (event.find("event: reset") != std::string::npos) {
      reset = true;
    } else {
      EXPECT_TRUE(reset || id == last + 1) << "a gap without a reset";
    }
    ASSERT_GT(id + 1, last);
    last = id;
  }
  EXPECT_TRUE(reset);
}

TEST_F(EventStream, BeatsWhileNothingHappens) {
  settings.heartbeat = std::chrono::milliseconds{20};
  start();
  Wire wire = listen();
  EXPECT_EQ(wire.read_until("\n\n"), ": still here\n\n");
  EXPECT_EQ(wire.read_until("\n\n"), ": still here\n\n");
}

TEST_F(EventStream, ManyListenersAndTheirLeaving) {
  settings.max_connections_per_address = 100;
  start();
  {
    std::vector<Wire> wires;
    for (int i = 0; i < 100; ++i) wires.push_back(listen());
    publish("for all");
    for (Wire& wire : wires) EXPECT_TRUE(wire.read_until("\n\n").starts_with("id: 1\n"));
  }
  // All hundred places come back without a heartbeat: the server sees that the listeners left.
  int status = 0;
  for (int i = 0; i < 5000 && status != 200; ++i) {
    Wire wire = dial();
    wire.send(request_text("GET", "/api/v1/health", "Connection: close\r\n"));
    status = wire.read_reply().status;
  }
  EXPECT_EQ(status, 200);
  publish("for nobody");
}

TEST_F(EventStream, HeadDoesNotStream) {
  start();
  Wire wire = dial();
  EXPECT_EQ(ask(wire, "HEAD", "/api/v1/events/stream").status, 200);
  EXPECT_EQ(ask(wire, "GET", "/api/v1/health").status, 200);
}

}  // namespace
}  // namespace bootferry::http::test
