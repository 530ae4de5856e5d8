// SPDX-License-Identifier: Apache-2.0
// Webhooks and a receiver on loopback: what comes there, and what becomes of one that is dead, slow or odd.
#include "app/webhook_sender.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <atomic>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/settings.hpp"
#include "db/migrate.hpp"
#include "db/registry.hpp"
#include "support/temporary_folder.hpp"

namespace bootferry::app {
namespace {

using namespace std::chrono_literals;

/// Answers each request with the same bytes; silent when there are none.
class Receiver {
 public:
  explicit Receiver(std::string answer) : answer_(std::move(answer)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&at), size), 0);
    EXPECT_EQ(::listen(fd_, 16), 0);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Receiver() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
  }
  [[nodiscard]] std::string url(const std::string& path = "/hook") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  void answer(std::string with) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(with);
  }
  [[nodiscard]] std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve() {
    std::vector<int> silent;
    for (int peer = ::accept(fd_, nullptr, nullptr); peer >= 0; peer = ::accept(fd_, nullptr, nullptr)) {
      std::string request;
      char bytes[4096];
      while (request.find("\r\n\r\n") == std::string::npos || request.back() != '}') {
        const ssize_t got = ::recv(peer, bytes, sizeof bytes, 0);
        if (got <= 0) break;
        request.append(bytes, static_cast<std::size_t>(got));
      }
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      ::send(peer, answer_.data(), answer_.size(), MSG_NOSIGNAL);
      if (answer_.empty())
        silent.push_back(peer);
      else
        ::close(peer);
    }
    for (const int peer : silent) ::close(peer);
  }

  int fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::string answer_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

const std::string taken = "HTTP/1.1 204 No Content\r\n\r\n";

class WebhookSenderTest : public testing::Test {
 protected:
  void make(const std::string& url, const std::string& more = "") {
    const auto settings = parse_settings("[[webhooks]]\nurl = \"" + url + "\"\nevents = [\"wake-sent\", " +
                                             "\"webhook-failed\", \"webhook-recovered\"]\n" + more,
                                         "b.toml");
    ASSERT_TRUE(settings) << settings.error().message;
    sender = std::make_unique<WebhookSender>(settings->webhooks,
                                             WebhookSender::Parts{bus, registry, clock, "", 300ms, {1ms, 2ms, 3ms}});
    sender->start();
  }
  void tell(std::uint8_t machine) {
    boot::Event event;
    event.kind = boot::EventKind::wake_sent;
    event.mac = MacAddress{{2, 0, 0, 0, 0, machine}};
    event.text = "Woken.";
    sender->on_event(event);
  }
  boot::WebhookView view() { return sender->webhooks().at(0); }
  /// Until it is so; a failure after 10 s.
  void await(const std::function<bool()>& condition) {
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (!condition() && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(2ms);
    EXPECT_TRUE(condition());
  }
  /// The bus carries what the appliance's pump would.
  std::vector<boot::Event> told() {
    auto events = subscription->take().events;
    for (const boot::Event& event : events) sender->on_event(event);
    return events;
  }

  test::TemporaryFolder folder;
  SystemClock clock;
  WorkerPool pool{"db", 1};
  std::unique_ptr<db::Database> database = db::open_database(folder / "bootferry.db");
  boot::EventBus bus{clock};
  db::Registry registry{*database, bus, clock, pool};
  std::unique_ptr<boot::EventSubscription> subscription = bus.subscribe([] {});
  std::unique_ptr<WebhookSender> sender;
};

TEST_F(WebhookSenderTest, AnEventArrivesSigned) {
  const Receiver receiver(taken);
  std::ofstream(folder / "secret") << "a secret\n";
  make(receiver.url("/hook?x=1"), "secret_file = \"" + (folder / "secret").string() + "\"\n");
  tell(1);
  await([&] { return view().delivered == 1; });
  const std::string request = receiver.requests().at(0);
  EXPECT_TRUE(request.starts_with("POST /hook?x=1 HTTP/1.1\r\n")) << request;
  EXPECT_NE(request.find("Content-Type: application/json\r\n"), std::string::npos);
  EXPECT_NE(request.find("X-Bootferry-Event: wake-sent\r\n"), std::string::npos);
  EXPECT_EQ(request.find("Authorization"), std::string::npos);
  const std::string body = request.substr(request.find("\r\n\r\n") + 4);
  EXPECT_NE(request.find("X-Bootferry-Signature: " + sign(body, "a secret") + "\r\n"), std::string::npos) << request;
  EXPECT_EQ(nlohmann::json::parse(body)["mac"], "02:00:00:00:00:01");
  EXPECT_EQ(view().last->status, 204u);
  EXPECT_TRUE(view().is_signed);
}

TEST_F(WebhookSenderTest, AMachineIsToldOnceAMinute) {
  const Receiver receiver(taken);
  make(receiver.url());
  for (int i = 0; i < 5; ++i) tell(1), tell(2);
  await([&] { return view().delivered == 2; });
  EXPECT_EQ(view().waiting, 0u);
  EXPECT_EQ(receiver.requests().size(), 2u);
}

TEST_F(WebhookSenderTest, OneThatFailsIsToldOnceAndWhenItWorksAgain) {
  Receiver receiver("HTTP/1.1 500 Internal Server Error\r\n\r\n");
  make(receiver.url());
  tell(1);
  await([&] { return view().failing_since.has_value(); });
  EXPECT_EQ(receiver.requests().size(), 4u) << "three tries more";
  tell(2);
  await([&] { return view().lost == 2; });
  auto events = told();
  ASSERT_EQ(events.size(), 1u) << "not for each";
  EXPECT_EQ(events[0].kind, boot::EventKind::webhook_failed);
  EXPECT_NE(events[0].text.find("answered 500"), std::string::npos) << events[0].text;
  receiver.answer(taken);
  tell(3);
  await([&] { return !view().failing_since; });
  events = told();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, boot::EventKind::webhook_recovered);
  EXPECT_EQ(view().waiting, 0u) << "it is not told of itself";
}

TEST_F(WebhookSenderTest, WhatIsRefusedForGoodIsNotSaidAgain) {
  const Receiver receiver("HTTP/1.1 400 Bad Request\r\n\r\n{\"message\": \"empty\x07\"}");
  make(receiver.url());
  tell(1);
  await([&] { return view().lost == 1; });
  EXPECT_EQ(receiver.requests().size(), 1u);
  EXPECT_NE(view().last->text.find("{\"message\": \"empty \"}"), std::string::npos) << view().last->text;
}

TEST_F(WebhookSenderTest, ARedirectIsNotFollowed) {
  const Receiver other(taken);
  const Receiver receiver("HTTP/1.1 302 Found\r\nLocation: " + other.url() + "\r\nContent-Length: 0\r\n\r\n");
  make(receiver.url());
  const auto result = sender->test(1);
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->delivered);
  EXPECT_EQ(result->status, 302u);
  EXPECT_TRUE(other.requests().empty());
}

TEST_F(WebhookSenderTest, ADeadOneDelaysNobodyAndLosesTheOldest) {
  const Receiver receiver("");
  make(receiver.url());
  for (int i = 0; i < 250; ++i) tell(static_cast<std::uint8_t>(i));
  const auto now = view();
  EXPECT_GE(now.lost, 100u);
  EXPECT_LE(now.waiting, WebhookQueue::limit);
  EXPECT_GE(now.waiting + now.lost, 249u) << "all but the one that is under way are waiting or counted";
  EXPECT_LE(now.waiting + now.lost, 250u);
  EXPECT_EQ(view().delivered, 0u);
  await([&] { return view().last.has_value(); });
  EXPECT_EQ(view().last->status, 0u);
  EXPECT_NE(view().last->text.find("did not answer in time"), std::string::npos) << view().last->text;
  sender->stop();
}

TEST_F(WebhookSenderTest, ATestSaysWhatCameBack) {
  const Receiver receiver(taken);
  make(receiver.url());
  const auto result = sender->test(1);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_TRUE(result->delivered);
  EXPECT_EQ(result->kind, "test");
  const std::string body = receiver.requests().at(0);
  EXPECT_NE(body.find("\"kind\":\"test\""), std::string::npos);
  for (const char* key : {"mac", "text", "reason", "mend"})
    EXPECT_NE(body.find("\"" + std::string(key) + "\":\""), std::string::npos)
        << key << " is a text, as one day it will be";
  EXPECT_EQ(view().delivered, 0u) << "a test is no event";
  EXPECT_EQ(sender->test(2).error().kind, ErrorKind::not_found);
  EXPECT_EQ(sender->test(0).error().kind, ErrorKind::not_found);
}

TEST_F(WebhookSenderTest, ASecretThatCannotBeReadIsSaid) {
  const Receiver receiver(taken);
  make(receiver.url(), "secret_file = \"/nowhere/secret\"\n");
  const auto result = sender->test(1);
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->delivered);
  EXPECT_NE(result->text.find("/nowhere/secret"), std::string::npos);
  EXPECT_TRUE(receiver.requests().empty()) << "unsigned it is not sent";
}

TEST(WebhookQueueTest, TheMinuteIsOfEachMachineAndEvent) {
  WebhookQueue queue;
  const MacAddress one{{2, 0, 0, 0, 0, 1}}, two{{2, 0, 0, 0, 0, 2}};
  SteadyTime now{1h};
  EXPECT_FALSE(queue.is_repeated(one, "a", now));
  EXPECT_TRUE(queue.is_repeated(one, "a", now + 59s));
  EXPECT_FALSE(queue.is_repeated(one, "b", now + 59s));
  EXPECT_FALSE(queue.is_repeated(two, "a", now + 59s));
  EXPECT_FALSE(queue.is_repeated({}, "a", now));
  EXPECT_FALSE(queue.is_repeated({}, "a", now)) << "without a machine each counts";
  EXPECT_FALSE(queue.is_repeated(one, "a", now + 60s));
}

}  // namespace
}  // namespace bootferry::app
