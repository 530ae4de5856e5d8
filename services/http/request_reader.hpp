// SPDX-License-Identifier: Apache-2.0
// Reads one request after the other off a channel, with Beast's parser and our limits; what was sent early (pipelining)
// stays for the next. On the channel's loop. RFC 9112.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <variant>

#include "http/answer.hpp"
#include "http/channel.hpp"
#include "http/request.hpp"
#include "http/site.hpp"

namespace bootferry::http {

struct Closed {};  ///< nothing more will come
struct Incoming {
  explicit Incoming(Request r, bool k) : request(std::move(r)), keep(k) {}
  Request request;
  bool keep;  ///< the client would go on with this connection
};
using ReadOutcome = std::variant<Closed, Incoming, Answer>;  ///< Answer: a refusal; close behind it

class RequestReader {
 public:
  RequestReader(Channel& channel, Peer peer, const Settings& settings)
      : channel_(channel), peer_(peer), settings_(settings) {}
  boost::asio::awaitable<ReadOutcome> read();

 private:
  Channel& channel_;
  const Peer peer_;
  const Settings& settings_;
  boost::beast::flat_buffer buffer_{128 * 1024};
};

}  // namespace bootferry::http
