// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "http/router.hpp"

namespace bootferry::http {
namespace {

constexpr std::string_view token = "the-admin-token";

/// A path that fits the pattern.
std::string example_of(std::string_view pattern) {
  std::string path;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '{') {
      path += "x";
      i = pattern.find('}', i);
      continue;
    }
    path += pattern[i];
  }
  return path;
}

/// 200 when the route was found.
unsigned try_resolve(const Route& route, Door door, std::string authorization) {
  Request request;
  request.method = route.method;
  request.door = door;
  request.target.path = example_of(route.pattern);
  request.authorization = std::move(authorization);
  const auto resolved = resolve(request, token);
  if (const auto* refusal = std::get_if<Answer>(&resolved)) return refusal->status();
  EXPECT_EQ(std::get<const Route*>(resolved)->handler, route.handler) << route.pattern;
  return 200;
}

TEST(Router, EveryRouteAtEveryDoor) {
  ASSERT_GT(all_routes().size(), 20u);
  std::size_t writes = 0;
  for (const Route& route : all_routes()) {
    SCOPED_TRACE(route.pattern);
    const bool is_write = route.method != Method::get && route.method != Method::options;
    writes += is_write ? 1 : 0;
    const unsigned on_lan = route.right == people::Right::control ? 403 : 200;
    EXPECT_EQ(try_resolve(route, Door::control, ""), 200u);
    EXPECT_EQ(try_resolve(route, Door::lan, "Bearer the-admin-token"), on_lan);
    EXPECT_EQ(try_resolve(route, Door::lan, "bEARER   the-admin-token"), on_lan);
    EXPECT_EQ(try_resolve(route, Door::lan, ""), is_write ? 401u : on_lan);
    EXPECT_EQ(try_resolve(route, Door::lan, "Basic dGhlLWFkbWluLXRva2Vu"), is_write ? 401u : on_lan);
    EXPECT_EQ(try_resolve(route, Door::lan, "the-admin-token"), is_write ? 401u : on_lan);
    for (const char* wrong :
         {"Bearer wrong", "Bearer the-admin-toke", "Bearer the-admin-token2", "Bearer the-admin-tokeN", "Bearer  "}) {
      EXPECT_EQ(try_resolve(route, Door::lan, wrong), is_write ? 403u : on_lan) << wrong;
    }
  }
  EXPECT_EQ(writes, 26u) << "a new write: is it in this matrix and in docs/api.md?";
}

TEST(Router, AnEmptyTokenOpensNothing) {
  EXPECT_FALSE(check_bearer("Bearer ", ""));
  EXPECT_FALSE(check_bearer("Bearer  ", ""));
  EXPECT_FALSE(check_bearer("", ""));
  EXPECT_TRUE(check_bearer("Bearer a", "a"));
}

unsigned status_for(Method method, std::string path, std::string* allow = nullptr) {
  Request request;
  request.method = method;
  request.door = Door::control;
  request.target.path = std::move(path);
  const auto resolved = resolve(request, token);
  const auto* refusal = std::get_if<Answer>(&resolved);
  if (refusal == nullptr) return 200;
  for (const auto& [name, value] : refusal->headers()) {
    if (allow != nullptr && name == "Allow") *allow = value;
  }
  return refusal->status();
}

TEST(Router, AQueryThatNobodyReadsIsRefusedInTheApi) {
  for (const auto& [path, status] : {std::pair{"/api/v1/health", 400u},
                                     {"/api/v1/clients", 400u},
                                     {"/api/v1/events", 200u},
                                     {"/boot/x.ipxe", 200u},
                                     {"/", 200u}}) {
    Request request;
    request.target.path = path;
    request.target.query = {{"again", "1"}};
    const auto resolved = resolve(request, token);
    const auto* refusal = std::get_if<Answer>(&resolved);
    EXPECT_EQ(refusal ? refusal->status() : 200u, status) << path;
  }
}

TEST(Router, DeniesWhatIsNotListed) {
  EXPECT_EQ(status_for(Method::get, "/api/v1/nothing"), 404u);
  EXPECT_EQ(status_for(Method::get, "/api/v2/clients"), 404u);
  EXPECT_EQ(status_for(Method::get, "/api/v1/clients/"), 404u);
  EXPECT_EQ(status_for(Method::get, "/files/"), 404u);
  std::string allow;
  EXPECT_EQ(status_for(Method::other, "/api/v1/clients/x", &allow), 405u);
  EXPECT_EQ(allow, "GET, HEAD, PUT, DELETE");
  EXPECT_EQ(status_for(Method::post, "/api/v1/health", &allow), 405u);
  EXPECT_EQ(allow, "GET, HEAD");
  EXPECT_EQ(status_for(Method::put, "/files/x"), 405u);
  EXPECT_EQ(status_for(Method::head, "/api/v1/health"), 200u);
}

TEST(Router, ARefusedTokenIsAskedForByName) {
  Request request;
  request.method = Method::put;
  request.target.path = "/api/v1/clients/x";
  const auto resolved = resolve(request, token);
  const auto& refusal = std::get<Answer>(resolved);
  EXPECT_EQ(refusal.headers().back().first, "WWW-Authenticate");
  EXPECT_TRUE(refusal.headers().back().second.starts_with("Bearer"));
}

}  // namespace
}  // namespace bootferry::http
