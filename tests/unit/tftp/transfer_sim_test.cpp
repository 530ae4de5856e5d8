// SPDX-License-Identifier: Apache-2.0
// Transfer against a client by the RFCs over a network that loses, repeats and delays packets: the file must arrive
// whole, and the traffic must stay in proportion. No sockets, no real time; every run can be repeated by its seed.
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "base/random.hpp"
#include "tftp/transfer.hpp"

namespace bootferry::tftp {
namespace {

using namespace std::chrono_literals;

struct Weather {
  unsigned lost_percent;
  unsigned doubled_percent;
  int longest_delay_ms;  ///< packets overtake each other
};

/// RFC 7440 section 4: acknowledges each full window, the last block, and at a gap the last block in order.
class Client {
 public:
  explicit Client(const Terms& terms) : terms_(terms) {}
  Bytes file;
  bool complete = false;

  std::optional<std::uint16_t> on_option_ack() { return next_ == 1 ? std::optional<std::uint16_t>(0) : std::nullopt; }
  std::optional<std::uint16_t> on_data(std::uint16_t number, ByteView payload) {
    if (number != static_cast<std::uint16_t>(next_)) {
      in_window_ = 0;
      return static_cast<std::uint16_t>(next_ - 1);
    }
    if (!complete) file.insert(file.end(), payload.begin(), payload.end());
    complete = payload.size() < terms_.block_size;
    ++next_;
    if (++in_window_ < terms_.window && !complete) return std::nullopt;
    in_window_ = 0;
    return number;
  }
  std::uint16_t last_ack() const { return static_cast<std::uint16_t>(next_ - 1); }

 private:
  const Terms& terms_;
  std::uint64_t next_ = 1;
  std::size_t in_window_ = 0;
};

class Network {
 public:
  Network(Weather weather, std::uint64_t seed) : weather_(weather), random_(seed) {}
  void send(SteadyTime now, std::function<void(SteadyTime)> arrive) {
    const unsigned copies = roll(100) < weather_.doubled_percent ? 2 : 1;
    for (unsigned i = 0; i < copies; ++i) {
      if (roll(100) < weather_.lost_percent) continue;
      const auto delay = std::chrono::milliseconds(
          weather_.longest_delay_ms ? roll(static_cast<unsigned>(weather_.longest_delay_ms)) : 0);
      under_way_.emplace(now + delay, arrive);
    }
  }
  std::optional<SteadyTime> next() const {
    return under_way_.empty() ? std::nullopt : std::optional(under_way_.begin()->first);
  }
  void deliver() {
    auto packet = under_way_.extract(under_way_.begin());
    packet.mapped()(packet.key());
  }

 private:
  unsigned roll(unsigned below) { return random_.u32() % below; }
  Weather weather_;
  SeededRandom random_;
  std::multimap<SteadyTime, std::function<void(SteadyTime)>> under_way_;
};

struct Journey {
  Bytes sent_file, got_file;
  std::optional<Transfer::Outcome> outcome;
  bool complete = false;
  std::uint64_t data_packets = 0, needed = 0;
};

Journey travel(std::size_t size, std::vector<Option> options, Weather weather, std::uint64_t seed) {
  Journey result;
  result.sent_file.resize(size);
  SeededRandom(seed + 99).fill(result.sent_file);
  Transfer transfer(result.sent_file, negotiate({"f", "octet", std::move(options)}, size, {}));
  result.needed = transfer.last_block();
  Client client(transfer.terms());
  Network network(weather, seed);
  std::function<void(const Transfer::Actions&, SteadyTime)> perform;
  const auto answer = [&](std::optional<std::uint16_t> ack, SteadyTime at) {
    if (ack) network.send(at, [&, ack](SteadyTime when) { perform(transfer.on_ack(*ack, when), when); });
  };
  perform = [&](const Transfer::Actions& actions, SteadyTime at) {
    if (actions.send_option_ack) network.send(at, [&](SteadyTime when) { answer(client.on_option_ack(), when); });
    for (std::size_t i = 0; i < actions.block_count; ++i) {
      ++result.data_packets;
      const std::uint64_t block = actions.first_block + i;
      network.send(at, [&, block](SteadyTime when) {
        answer(client.on_data(static_cast<std::uint16_t>(block), transfer.block(block)), when);
      });
    }
    if (actions.finish) result.outcome = *actions.finish;
  };
  SteadyTime now{1h};
  perform(transfer.start(now), now);
  while (!transfer.ended()) {
    if (network.next() && *network.next() <= transfer.deadline()) {
      now = std::max(now, *network.next());
      network.deliver();
    } else {
      now = std::max(now, transfer.deadline());
      perform(transfer.on_tick(now), now);
    }
  }
  while (network.next()) network.deliver();
  result.got_file = client.file;
  result.complete = client.complete;
  return result;
}

TEST(TftpSim, in_fine_weather_each_block_is_sent_once) {
  for (const auto& options : std::vector<std::vector<Option>>{
           {}, {{"blksize", "1468"}}, {{"windowsize", "4"}}, {{"windowsize", "16"}, {"blksize", "1468"}}}) {
    const Journey result = travel(100'000, options, {0, 0, 0}, 1);
    EXPECT_EQ(result.got_file, result.sent_file);
    EXPECT_EQ(result.data_packets, result.needed);
    EXPECT_EQ(result.outcome, Transfer::Outcome::done);
  }
}

TEST(TftpSim, repeated_packets_do_not_multiply) {
  for (const char* window : {"1", "4", "16"}) {
    const Journey result = travel(200'000, {{"windowsize", window}}, {0, 100, 0}, 2);
    EXPECT_EQ(result.got_file, result.sent_file);
    EXPECT_EQ(result.data_packets, result.needed) << "window " << window;
  }
}

TEST(TftpSim, loss_repetition_and_reordering_do_not_harm_the_file) {
  int unfinished = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    for (const char* window : {"1", "4", "32"}) {
      const Journey result =
          travel(40'000 + seed, {{"windowsize", window}, {"blksize", "1024"}, {"tsize", "0"}}, {10, 5, 3}, seed);
      if (!result.complete) {
        ++unfinished;
        EXPECT_NE(result.outcome, std::nullopt);
        continue;
      }
      ASSERT_EQ(result.got_file, result.sent_file) << "seed " << seed << " window " << window;
      EXPECT_EQ(result.outcome, Transfer::Outcome::done) << "seed " << seed << " window " << window;
    }
  }
  // The address must prove itself within three packets: with a tenth lost each way, few runs do not even begin.
  EXPECT_LE(unfinished, 6);
}

TEST(TftpSim, a_long_file_passes_the_wrap_in_bad_weather) {
  const Journey result = travel(66'000 * 8 + 5, {{"windowsize", "64"}, {"blksize", "8"}}, {1, 1, 0}, 7);
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.got_file, result.sent_file);
}

}  // namespace
}  // namespace bootferry::tftp
