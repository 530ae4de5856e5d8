// SPDX-License-Identifier: Apache-2.0
// The firewall's rules, followed for one packet. The rulesets are as nft 1.0.6 prints them.
#include "app/firewall.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace bootferry::app {
namespace {

using Fate = FirewallVerdict::Fate;

const FirewallPacket tftp{"udp", 69, "eth0"};
const FirewallPacket http{"tcp", 8080, "eth0"};

/// A table "inet filter" with a chain "input" and these rules' expressions.
std::string ruleset(std::string_view policy, std::initializer_list<std::string_view> rules,
                    std::string_view more = "") {
  std::string text = R"({"nftables":[{"metainfo":{"version":"1.0.6"}},{"table":{"family":"inet","name":"filter"}},)";
  text += fmt::format(
      R"({{"chain":{{"family":"inet","table":"filter","name":"input","type":"filter","hook":"input","prio":0,"policy":"{}"}}}})",
      policy);
  for (const std::string_view rule : rules) {
    text += fmt::format(R"(,{{"rule":{{"family":"inet","table":"filter","chain":"input","expr":[{}]}}}})", rule);
  }
  return text + std::string(more) + "]}";
}

constexpr std::string_view udp_69 =
    R"({"match":{"op":"==","left":{"payload":{"protocol":"udp","field":"dport"}},"right":69}})";
constexpr std::string_view udp_boot_ports =
    R"({"match":{"op":"==","left":{"payload":{"protocol":"udp","field":"dport"}},"right":{"set":[67,{"range":[69,70]}]}}})";
constexpr std::string_view established =
    R"({"match":{"op":"in","left":{"ct":{"key":"state"}},"right":["established","related"]}})";
constexpr std::string_view on_eth1 = R"({"match":{"op":"==","left":{"meta":{"key":"iifname"}},"right":"eth1"}})";
constexpr std::string_view from_lan =
    R"({"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":{"prefix":{"addr":"10.0.0.0","len":8}}}})";
constexpr std::string_view drop = R"({"drop":null})", accept = R"({"accept":null})";

Fate fate(const std::string& rules, const FirewallPacket& packet) {
  const auto verdict = judge_packet(rules, packet);
  EXPECT_TRUE(verdict) << (verdict ? "" : verdict.error().message);
  return verdict ? verdict->fate : Fate::uncertain;
}

std::string rule(std::string_view match, std::string_view verdict) { return fmt::format("{},{}", match, verdict); }

TEST(Firewall, WithoutRulesEverythingComesIn) {
  EXPECT_EQ(fate(R"({"nftables":[]})", tftp), Fate::accepted);
  EXPECT_EQ(fate(ruleset("accept", {}), tftp), Fate::accepted);
}

TEST(Firewall, ChainsThatCallEachOtherOverAndOverAreNotFollowedForEver) {
  std::string more = R"(,{"chain":{"family":"inet","table":"filter","name":"again"}})";
  for (int i = 0; i < 8; ++i)
    more += R"(,{"rule":{"family":"inet","table":"filter","chain":"again","expr":[{"jump":{"target":"again"}}]}})";
  const std::string rules = ruleset("accept", {R"({"jump":{"target":"again"}})"}, more);
  EXPECT_EQ(fate(rules, tftp), Fate::uncertain) << "8^16 jumps: given up, and told";
}

TEST(Firewall, ADropOfOurPortIsFoundWithItsChain) {
  const std::string rules = ruleset("accept", {rule(udp_69, drop)});
  EXPECT_EQ(fate(rules, tftp), Fate::dropped);
  EXPECT_EQ(judge_packet(rules, tftp)->chain, "inet filter input");
  EXPECT_EQ(fate(rules, http), Fate::accepted);
  EXPECT_EQ(fate(rules, {"tcp", 69, "eth0"}), Fate::accepted) << "another protocol";
  EXPECT_EQ(fate(ruleset("accept", {rule(udp_69, R"({"reject":{"type":"icmp"}})")}), tftp), Fate::dropped);
}

TEST(Firewall, APolicyOfDropHoldsUnlessARuleLetsIn) {
  EXPECT_EQ(fate(ruleset("drop", {}), tftp), Fate::dropped);
  EXPECT_EQ(fate(ruleset("drop", {rule(established, accept)}), tftp), Fate::dropped) << "ours is a new one";
  EXPECT_EQ(fate(ruleset("drop", {rule(udp_boot_ports, accept)}), tftp), Fate::accepted);
  EXPECT_EQ(fate(ruleset("drop", {rule(udp_boot_ports, accept)}), {"udp", 68, "eth0"}), Fate::dropped);
  EXPECT_EQ(fate(ruleset("drop", {rule(on_eth1, accept)}), tftp), Fate::dropped);
  EXPECT_EQ(fate(ruleset("drop", {rule(on_eth1, accept)}), {"udp", 69, "eth1"}), Fate::accepted);
  EXPECT_EQ(fate(ruleset("drop", {std::string(accept)}), tftp), Fate::accepted);
}

TEST(Firewall, WhatDependsOnTheSenderIsUncertain) {
  EXPECT_EQ(fate(ruleset("drop", {rule(from_lan, accept)}), tftp), Fate::uncertain);
  EXPECT_EQ(fate(ruleset("accept", {rule(from_lan, drop)}), tftp), Fate::uncertain);
  EXPECT_EQ(fate(ruleset("accept", {rule(from_lan, accept)}), tftp), Fate::accepted) << "either way";
}

TEST(Firewall, JumpsAndNamedSetsAreFollowed) {
  const std::string_view more =
      R"(,{"chain":{"family":"inet","table":"filter","name":"boot"}})"
      R"(,{"set":{"family":"inet","table":"filter","name":"ports","type":"inet_service","elem":[69,4011]}})"
      R"(,{"rule":{"family":"inet","table":"filter","chain":"boot","expr":[{"match":{"op":"==","left":{"payload":{"protocol":"udp","field":"dport"}},"right":"@ports"}},{"drop":null}]}})";
  const std::string jump = R"({"jump":{"target":"boot"}})";
  EXPECT_EQ(fate(ruleset("accept", {jump}, more), tftp), Fate::dropped);
  EXPECT_EQ(fate(ruleset("accept", {jump}, more), {"udp", 67, "eth0"}), Fate::accepted) << "back to the caller";
  EXPECT_EQ(fate(ruleset("accept", {rule(established, jump)}, more), tftp), Fate::accepted);
  const std::string_view loop =
      R"(,{"chain":{"family":"inet","table":"filter","name":"boot"}})"
      R"(,{"rule":{"family":"inet","table":"filter","chain":"boot","expr":[{"jump":{"target":"boot"}}]}})";
  EXPECT_EQ(fate(ruleset("accept", {jump}, loop), tftp), Fate::accepted) << "ends";
}

TEST(Firewall, OtherHooksAndFamiliesAreNotOurs) {
  const std::string rules =
      R"({"nftables":[{"chain":{"family":"inet","table":"t","name":"forward","type":"filter","hook":"forward","policy":"drop"}},)"
      R"({"chain":{"family":"ip6","table":"t","name":"input","type":"filter","hook":"input","policy":"drop"}},)"
      R"({"chain":{"family":"ip","table":"t","name":"nat","type":"nat","hook":"prerouting","policy":"accept"}}]})";
  EXPECT_EQ(fate(rules, tftp), Fate::accepted);
}

TEST(Firewall, NonsenseIsAnErrorAndNeverACrash) {
  for (const char* text : {"", "[]", "{}", R"({"nftables":1})"}) EXPECT_FALSE(judge_packet(text, tftp)) << text;
  for (const char* item : {"1", R"({"chain":1})", R"({"rule":{"expr":1}})", R"({"chain":{"family":7}})"}) {
    EXPECT_TRUE(judge_packet(fmt::format(R"({{"nftables":[{}]}})", item), tftp)) << item;
  }
  for (const char* match :
       {R"({"match":1})", R"({"match":{"left":3,"right":{}}})",
        R"({"match":{"op":"==","left":{"payload":{"protocol":"udp","field":"dport"}},"right":{"x":1}}})"})
    (void)judge_packet(ruleset("accept", {match}), tftp);
}

TEST(FirewallLine, NamesTheServicesAndOneCommand) {
  const std::vector<ServicePort> ports{{"udp", 69, "TFTP"}, {"tcp", 8080, "HTTP"}};
  const auto closed = judge_firewall(ruleset("drop", {}), ports, "eth0");
  EXPECT_EQ(closed.verdict, boot::CheckVerdict::failure);
  EXPECT_NE(closed.text.find("TFTP (udp 69), HTTP (tcp 8080)"), std::string::npos) << closed.text;
  EXPECT_EQ(closed.mend,
            "sudo nft insert rule inet filter input 'udp dport { 69 } accept' && "
            "sudo nft insert rule inet filter input 'tcp dport { 8080 } accept'");
  EXPECT_EQ(judge_firewall(ruleset("accept", {}), ports, "eth0").verdict, boot::CheckVerdict::ok);
  EXPECT_EQ(judge_firewall(ruleset("drop", {rule(from_lan, accept)}), ports, "eth0").verdict,
            boot::CheckVerdict::warning);
  const auto hidden = judge_firewall(fail(ErrorKind::denied, "only root may read them"), ports, "eth0");
  EXPECT_EQ(hidden.verdict, boot::CheckVerdict::warning);
  EXPECT_EQ(hidden.mend, "sudo bootferry check");
}

}  // namespace
}  // namespace bootferry::app
