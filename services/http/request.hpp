// SPDX-License-Identifier: Apache-2.0
// A request as handlers see it: already bounded, decoded once, with only the headers that somebody reads. Made by
// connection from Beast's message, or by a test; a plain value that moves to the db thread and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ipv4_address.hpp"
#include "http/open_file.hpp"
#include "http/syntax/path.hpp"

namespace bootferry::http {

enum class Method { get, head, put, post, remove, patch, options, other };

/// Where the request came in: the network, or the Unix socket that only root can open.
enum class Door { lan, control };

/// The headers of the tus protocol 1.0.0, as sent; empty for none.
struct TusHeaders {
  std::string version, length, offset, metadata;
};

struct Request {
  Method method = Method::get;
  Door door = Door::lan;
  Target target;
  std::vector<std::string> captures;  ///< of the route's pattern, set by the router
  std::optional<Ipv4Address> peer;    ///< absent on the Unix socket
  std::string authorization, range, if_range, if_none_match, if_modified_since, last_event_id;
  std::string content_type;
  TusHeaders tus;
  std::string body;
  std::optional<std::uint64_t> streamed_body;  ///< of PATCH: so many bytes follow, and `body` is empty
  Patience patience = Patience::may_wait;      ///< only_cached while a handler runs on a loop (Place::disk)

  [[nodiscard]] const std::string& path() const { return target.path; }
};

}  // namespace bootferry::http
