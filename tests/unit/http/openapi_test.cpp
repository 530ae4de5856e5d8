// SPDX-License-Identifier: Apache-2.0
#include "http/api/openapi.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "boot/event.hpp"

namespace bootferry::http::api {
namespace {

TEST(OpenApi, EveryRouteIsDescribedAndNothingElse) {
  EXPECT_THAT(route_descriptions(), testing::UnorderedElementsAreArray(described_routes(all_routes())))
      << "a new route? Say in services/http/openapi/routes.json what it takes and answers, and in docs/api.md too";
}

void collect_references(const Json& value, std::set<std::string>& found) {
  if (value.is_array())
    for (const Json& item : value) collect_references(item, found);
  if (!value.is_object()) return;
  for (const auto& [key, item] : value.items()) {
    if (key == "$ref") found.insert(item.get<std::string>());
    collect_references(item, found);
  }
}

TEST(OpenApi, EverySchemaIsThereAndUsed) {
  const Json document = make_openapi(all_routes());
  std::set<std::string> found;
  collect_references(document, found);
  for (const std::string& reference : found)
    EXPECT_TRUE(document.contains(Json::json_pointer(reference.substr(1)))) << reference;
  for (const auto& [name, schema] : document["components"]["schemas"].items())
    EXPECT_TRUE(found.contains("#/components/schemas/" + name)) << name;
}

TEST(OpenApi, SaysWhatRightEachRouteNeeds) {
  const Json document = make_openapi(all_routes());
  EXPECT_EQ(document["openapi"], "3.1.0");
  std::set<std::string> ids;
  for (const Route& route : all_routes()) {
    if (!route.pattern.starts_with("/api/")) continue;
    for (const auto& [method, operation] : document["paths"][std::string(route.pattern)].items()) {
      EXPECT_FALSE(operation["summary"].get<std::string>().empty()) << route.pattern;
      ids.insert(operation["operationId"]);
    }
  }
  EXPECT_EQ(ids.size(), described_routes(all_routes()).size() - 1) << "ids are unique";
  EXPECT_EQ(document["paths"]["/api/v1/users"]["get"]["x-right"], "admin");
  EXPECT_TRUE(document["paths"]["/api/v1/login"]["post"]["security"].empty());
  EXPECT_FALSE(document["paths"]["/api/v1/clients"]["get"].contains("security"));
}

TEST(OpenApi, KnowsEveryKindOfEvent) {
  const Json document = make_openapi(all_routes());
  std::vector<std::string_view> kinds;
  for (unsigned kind = 0; kind <= static_cast<unsigned>(boot::EventKind::server_stopping); ++kind)
    kinds.push_back(boot::name_of(static_cast<boot::EventKind>(kind)));
  EXPECT_EQ(document["components"]["schemas"]["EventKind"]["enum"], Json(kinds));
}

}  // namespace
}  // namespace bootferry::http::api
