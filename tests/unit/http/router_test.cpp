// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "http/router.hpp"

namespace bootferry::http {
namespace {

unsigned status_for(Method method, std::string path, std::string* allow = nullptr) {
  Request request;
  request.method = method;
  request.door = Door::control;
  request.target.path = std::move(path);
  const auto resolved = resolve(request, Gate{});
  const auto* refusal = std::get_if<Answer>(&resolved);
  if (refusal == nullptr) return 200;
  for (const auto& [name, value] : refusal->headers()) {
    if (allow != nullptr && name == "Allow") *allow = value;
  }
  return refusal->status();
}

TEST(Router, AQueryThatNobodyReadsIsRefusedInTheApi) {
  for (const auto& [path, status] : {std::pair{"/api/v1/health", 400u},
                                     {"/api/v1/groups", 400u},
                                     {"/api/v1/events", 200u},
                                     {"/boot/x.ipxe", 200u},
                                     {"/", 200u}}) {
    Request request;
    request.target.path = path;
    request.target.query = {{"again", "1"}};
    const auto resolved = resolve(request, Gate{});
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

}  // namespace
}  // namespace bootferry::http
