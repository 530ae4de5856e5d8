// SPDX-License-Identifier: Apache-2.0
// Reads one request after the other off a channel, with Beast's parser and our limits; what was sent early (pipelining)
// stays for the next. On the channel's loop. RFC 9112.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <memory>
#include <variant>

#include "http/answer.hpp"
#include "http/channel.hpp"
#include "http/request.hpp"
#include "http/site.hpp"

namespace bootferry::http {

struct Closed {};  ///< nothing more will come
struct Incoming {
  std::shared_ptr<Request> request;  ///< a large value: never moved
  bool keep = false;                 ///< the client would go on with this connection
  bool wants_go_on = false;          ///< it waits to be told before it sends the body that is streamed
};
using ReadOutcome = std::variant<Closed, Incoming, Answer>;  ///< Answer: a refusal; close behind it

class RequestReader {
 public:
  RequestReader(Channel& channel, Peer peer, const Settings& settings)
      : channel_(channel), peer_(peer), settings_(settings) {}
  /// A request with its body; of one whose body is streamed (router.hpp), the head only.
  boost::asio::awaitable<ReadOutcome> read();
  /// The next bytes of a streamed body, as many as `into` takes at most; 0 when the connection is gone.
  boost::asio::awaitable<std::size_t> read_body(boost::asio::mutable_buffer into);

 private:
  Channel& channel_;
  const Peer peer_;
  const Settings& settings_;
  boost::beast::flat_buffer buffer_{128 * 1024};
};

}  // namespace bootferry::http
