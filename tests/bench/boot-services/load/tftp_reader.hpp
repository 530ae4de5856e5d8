// SPDX-License-Identifier: Apache-2.0
// A TFTP client that downloads one file again and again, each time from a new port, as firmware does (RFC 1350, 2347,
// 7440), and looks at every byte.
#pragma once

#include <netinet/in.h>

#include <array>

#include "load/tally.hpp"

namespace bootferry::bench {

struct TftpPlan {
  sockaddr_in server{};
  std::string file;
  std::uint64_t block_size = 1468, window = 1;
};

class TftpReader {
 public:
  TftpReader(const TftpPlan& plan, const Expected& expected, Tally& tally)
      : plan_(plan), expected_(expected), tally_(tally) {}
  ~TftpReader();
  TftpReader(const TftpReader&) = delete;
  TftpReader& operator=(const TftpReader&) = delete;

  void begin(int epoll, std::uint64_t index);
  /// True when a download has ended: begin() the next one.
  [[nodiscard]] bool on_readable();
  /// Repeats what it said last when nothing has come for a second.
  void on_tick(Now::time_point now);

 private:
  void say(std::string packet);
  bool take(std::string_view packet);
  bool take_data(std::string_view packet);
  void acknowledge();

  const TftpPlan& plan_;
  const Expected& expected_;
  Tally& tally_;
  int socket_ = -1;
  sockaddr_in server_{};
  bool answered_ = false;
  std::uint64_t block_ = 0, got_ = 0, in_window_ = 0, block_size_ = 512, window_ = 1;
  std::string said_;
  int repeats_ = 0;
  Now::time_point began_{}, heard_{};
};

}  // namespace bootferry::bench
