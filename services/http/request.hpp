// SPDX-License-Identifier: Apache-2.0
// A request as handlers see it: already bounded, decoded once, with only the headers that somebody reads. Made by
// connection from Beast's message, or by a test; a plain value that moves to the db thread and back.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.hpp"
#include "http/connection_memo.hpp"
#include "http/syntax/path.hpp"
#include "people/accounts.hpp"

namespace bootferry::http {

enum class Method { get, head, put, post, remove, patch, options, other };

/// Where the request came in: the network, or the Unix socket that only root can open.
enum class Door { lan, control };

/// The headers of the tus protocol 1.0.0, as sent; empty for none.
struct TusHeaders {
  std::string version, length, offset, metadata;
};

/// What a trusted proxy says of who asks; empty where none does, or none is set.
struct ProxyUser {
  std::string name, groups;       ///< the first of each header
  unsigned names = 0, lists = 0;  ///< how many of each header came
};

struct Request {
  Method method = Method::get;
  Door door = Door::lan;
  Target target;
  std::vector<std::string> captures;  ///< of the route's pattern, set by the router
  std::optional<IpAddress> peer;      ///< absent on the Unix socket
  std::optional<IpAddress> local;     ///< where the peer reached us; absent on the Unix socket
  std::string authorization, range, if_range, if_none_match, if_modified_since, last_event_id;
  std::string content_type, accept_encoding;
  std::string if_match, idempotency_key;
  std::string first_visit_code;  ///< where the body is no JSON that could hold it
  std::string cookie, origin, host, user_agent;
  bool from_our_page = false;  ///< has the header X-Bootferry, which no foreign page can make a browser send
  bool secure = false;         ///< came over TLS, here or at a trusted proxy
  std::string prefix;          ///< what a proxy took off the path: "/boot", or empty
  std::string from;            ///< the asker's address as text, a trusted proxy's word included; empty: the Unix socket
  ProxyUser proxy_user;        ///< believed already
  people::Principal caller;    ///< set by the router
  TusHeaders tus;
  std::string body;
  std::optional<std::uint64_t> streamed_body;  ///< streamed: so many bytes follow, and `body` is empty
  Patience patience = Patience::may_wait;      ///< only_cached while a handler runs on a loop (Place::disk)
  std::shared_ptr<ConnectionMemo> memo{};      ///< the connection's; none in tests

  [[nodiscard]] const std::string& path() const { return target.path; }
};

}  // namespace bootferry::http
