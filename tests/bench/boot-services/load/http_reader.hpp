// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 client that asks for one path again and again over one connection, or a new one each time; for all of it
// or for ranges at random places. Looks at the bytes while it is told to.
#pragma once

#include <netinet/in.h>

#include <random>

#include "load/tally.hpp"

namespace bootferry::bench {

struct HttpPlan {
  sockaddr_in server{};
  std::string path;
  bool keep = true;         ///< the connection
  bool drop = false;        ///< the body, unread (MSG_TRUNC)
  std::uint64_t range = 0;  ///< bytes; 0: the whole file
  std::uint64_t span = 0;   ///< of the file, for ranges
  const Expected* expected = nullptr;
};

class HttpReader {
 public:
  HttpReader(const HttpPlan& plan, std::uint64_t seed, Tally& tally) : plan_(plan), tally_(tally), random_(seed) {}
  ~HttpReader();
  HttpReader(const HttpReader&) = delete;
  HttpReader& operator=(const HttpReader&) = delete;

  void begin(int epoll, std::uint64_t index);
  /// True when an answer is complete: begin() the next one.
  [[nodiscard]] bool on_readable();

 private:
  void take_head(std::string_view head);

  const HttpPlan& plan_;
  Tally& tally_;
  std::mt19937_64 random_;
  int socket_ = -1;
  std::string head_;
  std::uint64_t offset_ = 0, left_ = 0;
  bool in_body_ = false;
  Now::time_point began_{};
};

}  // namespace bootferry::bench
