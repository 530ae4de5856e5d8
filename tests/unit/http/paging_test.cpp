// SPDX-License-Identifier: Apache-2.0
#include "http/api/paging.hpp"

#include <gtest/gtest.h>

namespace bootferry::http::api {
namespace {

struct Thing {
  std::uint64_t id = 0;
  std::string name;
};

Request asking(std::string_view target) {
  Request request;
  request.target = *parse_target(target);
  return request;
}

std::string link_of(const Answer& answer) {
  for (const auto& [name, value] : answer.headers()) {
    if (name == "Link") return value;
  }
  return "";
}

Answer list(std::string_view target, std::vector<Thing> things) {
  return make_list(asking(target), "things", std::move(things), &Thing::id, [](const Thing& one) { return one.id; });
}

std::vector<std::uint64_t> ids(const Answer& answer) {
  return Json::parse(answer.text())["things"].get<std::vector<std::uint64_t>>();
}

using Ids = std::vector<std::uint64_t>;
const std::vector<Thing> five = {{30, "c"}, {10, "a"}, {20, "b"}, {50, "e"}, {40, "d"}};

TEST(Paging, WithoutALimitAllIsThereInItsOrder) {
  const Answer answer = list("/things", five);
  EXPECT_EQ(ids(answer), (Ids{10, 20, 30, 40, 50}));
  EXPECT_EQ(link_of(answer), "");
}

TEST(Paging, PagesFollowEachOtherByTheirLinks) {
  std::string target = "/things?limit=2";
  Ids all;
  std::vector<std::size_t> sizes;
  while (!target.empty()) {
    const Answer answer = list(target, five);
    sizes.push_back(ids(answer).size());
    for (const std::uint64_t id : ids(answer)) all.push_back(id);
    const std::string link = link_of(answer);
    target = link.empty() ? "" : link.substr(1, link.find('>') - 1);
    if (!link.empty()) {
      EXPECT_TRUE(link.ends_with(">; rel=\"next\"")) << link;
    }
  }
  EXPECT_EQ(all, (Ids{10, 20, 30, 40, 50}));
  EXPECT_EQ(sizes, (std::vector<std::size_t>{2, 2, 1}));
}

TEST(Paging, AFullLastPageHasNoNext) { EXPECT_EQ(link_of(list("/things?limit=5", five)), ""); }

TEST(Paging, WhatIsGoneStillSaysWhereToGoOn) {
  EXPECT_EQ(ids(list("/things?after=25&limit=2", five)), (Ids{30, 40}));
  EXPECT_EQ(ids(list("/things?after=20", five)), (Ids{30, 40, 50}));
  EXPECT_EQ(ids(list("/things?after=50", five)), Ids{});
}

TEST(Paging, WrongWordsAreRefusedAndNamed) {
  for (const char* target : {"/things?limit=0", "/things?limit=1001", "/things?limit=-1", "/things?limit=x",
                             "/things?limit=", "/things?after=x", "/things?lmit=1", "/things?mac=52:54:00:e2:e0:01"})
    EXPECT_EQ(list(target, five).status(), 400u) << target;
  EXPECT_NE(list("/things?lmit=1", five).text().find("The query knows after and limit."), std::string::npos);
  EXPECT_EQ(list("/things?limit=1000", five).status(), 200u);
}

TEST(Paging, KeysAreWrittenSoThatTheyComeBack) {
  const auto by_name = [](std::string_view target) {
    return make_list(asking(target), "things", std::vector<Thing>{{1, "a/b&c d"}, {2, "z"}}, &Thing::name,
                     [](const Thing& one) { return one.id; });
  };
  EXPECT_EQ(link_of(by_name("/things?limit=1")), "</things?limit=1&after=a%2Fb%26c%20d>; rel=\"next\"");
  EXPECT_EQ(ids(by_name("/things?limit=1&after=a%2Fb%26c%20d")), Ids{2});
}

TEST(Paging, MacsAndAddressesAreKeysToo) {
  const MacAddress mac = *parse_mac_address("52:54:00:e2:e0:01");
  EXPECT_EQ(*parse_key<MacAddress>(text_of_key(mac)), mac);
  const Ipv4Address address = *parse_ipv4_address("10.99.0.9");
  EXPECT_EQ(*parse_key<Ipv4Address>(text_of_key(address)), address);
  EXPECT_FALSE(parse_key<Ipv4Address>("10.99"));
}

TEST(Paging, AListThatAStoreCutHasItsNextPageWhereOneMoreIsThere) {
  const auto cut = [](std::size_t count, std::size_t limit) {
    return make_cut_list(asking("/things?mac=52-54-00-E2-E0-01&after=9"), "things",
                         std::vector<Thing>(five.begin(), five.begin() + static_cast<std::ptrdiff_t>(count)), limit,
                         &Thing::id, [](const Thing& one) { return one.id; });
  };
  EXPECT_EQ(ids(cut(3, 2)), (Ids{30, 10}));
  EXPECT_EQ(link_of(cut(3, 2)), "</things?mac=52-54-00-E2-E0-01&after=10>; rel=\"next\"");
  EXPECT_EQ(link_of(cut(2, 2)), "");
  EXPECT_EQ(link_of(cut(0, 2)), "");
}

}  // namespace
}  // namespace bootferry::http::api
