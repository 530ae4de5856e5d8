// SPDX-License-Identifier: Apache-2.0
#include "app/firewall.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/capabilities.hpp"
#include "app/tool.hpp"

namespace bootferry::app {
namespace {

using nlohmann::json;
using Fate = FirewallVerdict::Fate;

enum class Truth { no, yes, maybe };
constexpr int deepest_jump = 16;   ///< as deep as the kernel lets them be
constexpr int most_jumps = 3'000;  ///< in all: chains that call each other twice would be walked 2^16 times

std::string text_of(const json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

const json* find_object(const json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto at = object.find(key);
  return at == object.end() ? nullptr : &*at;
}

/// A number or a name, or an element of a set that carries more than its value.
bool is_same(const json& element, const json& value) {
  if (const json* inner = find_object(element, "elem")) return is_same(inner->value("val", json()), value);
  if (const json* range = find_object(element, "range"); range && range->is_array() && range->size() == 2) {
    const json& low = (*range)[0];
    const json& high = (*range)[1];
    return value.is_number() && low.is_number() && high.is_number() && low <= value && value <= high;
  }
  if (element.is_string() && value.is_string()) {
    const std::string& pattern = element.get_ref<const std::string&>();
    const std::string& name = value.get_ref<const std::string&>();
    return pattern == name || (pattern.ends_with('*') && name.starts_with(pattern.substr(0, pattern.size() - 1)));
  }
  return element == value;
}

/// Follows the rules for one packet.
class Walk {
 public:
  Walk(const json& ruleset, const FirewallPacket& packet) : items_(ruleset), packet_(packet) {}

  FirewallVerdict judge() {
    FirewallVerdict worst;
    for (const json& item : items_) {
      const json* chain = find_object(item, "chain");
      if (!chain || !concerns_us(*chain)) continue;
      const FirewallVerdict one = judge_base_chain(*chain);
      if (one.fate == Fate::dropped) return one;
      if (one.fate == Fate::uncertain) worst = one;
    }
    return worst;
  }

 private:
  static bool concerns_us(const json& chain) {
    const std::string family = text_of(chain, "family"), hook = text_of(chain, "hook");
    return (family == "inet" || family == "ip") && text_of(chain, "type") == "filter" &&
           (hook == "input" || hook == "prerouting");
  }

  FirewallVerdict judge_base_chain(const json& chain) {
    doubtful_accept_ = doubtful_drop_ = false;
    auto fate = walk(chain, 0);
    if (!fate) fate = text_of(chain, "policy") == "drop" ? Fate::dropped : Fate::accepted;
    if ((*fate == Fate::dropped && doubtful_accept_) || (*fate == Fate::accepted && doubtful_drop_))
      fate = Fate::uncertain;
    return {*fate, fmt::format("{} {} {}", text_of(chain, "family"), text_of(chain, "table"), text_of(chain, "name"))};
  }

  /// Empty: no rule decided, the caller goes on.
  std::optional<Fate> walk(const json& chain, int depth) {
    if (depth > deepest_jump) return std::nullopt;
    if (++jumps_ > most_jumps) {
      doubtful_accept_ = doubtful_drop_ = true;
      return std::nullopt;
    }
    for (const json& item : items_) {
      const json* rule = find_object(item, "rule");
      if (!rule || text_of(*rule, "family") != text_of(chain, "family") ||
          text_of(*rule, "table") != text_of(chain, "table") || text_of(*rule, "chain") != text_of(chain, "name"))
        continue;
      bool returns = false;
      if (const auto fate = run(*rule, chain, depth, returns)) return fate;
      if (returns) return std::nullopt;
    }
    return std::nullopt;
  }

  std::optional<Fate> run(const json& rule, const json& chain, int depth, bool& returns) {
    Truth matches = Truth::yes;
    const json* expressions = find_object(rule, "expr");
    if (!expressions || !expressions->is_array()) return std::nullopt;
    for (const json& one : *expressions) {
      if (const json* match = find_object(one, "match")) {
        const Truth truth = test(*match, chain);
        if (truth == Truth::no) return std::nullopt;
        if (truth == Truth::maybe) matches = Truth::maybe;
      } else if (find_object(one, "limit")) {
        matches = Truth::maybe;
      } else if (find_object(one, "accept")) {
        return decide(Fate::accepted, matches);
      } else if (find_object(one, "drop") || find_object(one, "reject")) {
        return decide(Fate::dropped, matches);
      } else if (find_object(one, "return")) {
        returns = matches == Truth::yes;
        return std::nullopt;
      } else if (const json* jump = find_object(one, find_object(one, "jump") ? "jump" : "goto")) {
        const auto fate = walk_target(text_of(*jump, "target"), chain, depth);
        if (fate) return decide(*fate, matches);
      }
    }
    return std::nullopt;
  }

  std::optional<Fate> walk_target(const std::string& target, const json& from, int depth) {
    for (const json& item : items_) {
      const json* chain = find_object(item, "chain");
      if (chain && text_of(*chain, "name") == target && text_of(*chain, "table") == text_of(from, "table") &&
          text_of(*chain, "family") == text_of(from, "family"))
        return walk(*chain, depth + 1);
    }
    return std::nullopt;
  }

  std::optional<Fate> decide(Fate fate, Truth matches) {
    if (matches == Truth::yes) return fate;
    (fate == Fate::accepted ? doubtful_accept_ : doubtful_drop_) = true;
    return std::nullopt;
  }

  /// What the packet has at the left side of a match; null: it does not tell.
  [[nodiscard]] json value_of(const json& left) const {
    if (const json* payload = find_object(left, "payload")) {
      const std::string protocol = text_of(*payload, "protocol"), field = text_of(*payload, "field");
      if (field == "dport" && (protocol == packet_.protocol || protocol == "th")) return packet_.port;
      if ((protocol == "udp" || protocol == "tcp") && protocol != packet_.protocol) return "another protocol";
      if (field == "protocol") return packet_.protocol;
      return {};
    }
    if (const json* meta = find_object(left, "meta")) {
      const std::string key = text_of(*meta, "key");
      if (key == "iifname" || key == "iif") return packet_.interface;
      if (key == "l4proto") return packet_.protocol;
      if (key == "nfproto") return "ipv4";
      return {};
    }
    if (const json* ct = find_object(left, "ct"); ct && text_of(*ct, "key") == "state") return "new";
    return {};
  }

  [[nodiscard]] Truth test(const json& match, const json& chain) const {
    const json value = value_of(match.value("left", json()));
    if (value.is_null()) return Truth::maybe;
    if (value == "another protocol") return Truth::no;
    auto inside = contains(match.value("right", json()), value, chain);
    if (!inside) return Truth::maybe;
    const std::string op = text_of(match, "op");
    if (op != "==" && op != "in" && op != "!=") return Truth::maybe;
    return *inside == (op != "!=") ? Truth::yes : Truth::no;
  }

  /// Empty: a kind of right side that we do not know.
  [[nodiscard]] std::optional<bool> contains(const json& right, const json& value, const json& chain) const {
    if (right.is_string() && right.get_ref<const std::string&>().starts_with('@'))
      return contains_named(right.get<std::string>().substr(1), value, chain);
    const json* set = find_object(right, "set");
    const json& list = set ? *set : right;
    if (list.is_array()) return std::ranges::any_of(list, [&](const json& element) { return is_same(element, value); });
    if (right.is_object() && !find_object(right, "range")) return std::nullopt;
    return is_same(right, value);
  }

  [[nodiscard]] std::optional<bool> contains_named(const std::string& name, const json& value,
                                                   const json& chain) const {
    for (const json& item : items_) {
      const json* set = find_object(item, "set");
      if (!set || text_of(*set, "name") != name || text_of(*set, "table") != text_of(chain, "table")) continue;
      const json elements = set->value("elem", json::array());
      if (!elements.is_array()) return std::nullopt;
      return std::ranges::any_of(elements, [&](const json& element) { return is_same(element, value); });
    }
    return std::nullopt;
  }

  const json& items_;
  const FirewallPacket packet_;
  int jumps_ = 0;
  bool doubtful_accept_ = false, doubtful_drop_ = false;
};

/// "udp dport { 67, 69 }" of those ports that have that protocol.
std::string allow_rule(const std::vector<ServicePort>& ports, std::string_view protocol) {
  std::string list;
  for (const ServicePort& port : ports) {
    if (port.protocol == protocol) list += fmt::format("{}{}", list.empty() ? "" : ", ", port.port);
  }
  return list.empty() ? "" : fmt::format("{} dport {{ {} }} accept", protocol, list);
}

std::string mend_of(const std::string& chain, const std::vector<ServicePort>& closed) {
  std::string commands;
  for (const std::string_view protocol : {"udp", "tcp"}) {
    const std::string rule = allow_rule(closed, protocol);
    if (!rule.empty())
      commands += fmt::format("{}sudo nft insert rule {} '{}'", commands.empty() ? "" : " && ", chain, rule);
  }
  return commands;
}

std::string names_of(const std::vector<ServicePort>& ports) {
  std::string names;
  for (const ServicePort& port : ports)
    names += fmt::format("{}{} ({} {})", names.empty() ? "" : ", ", port.name, port.protocol, port.port);
  return names;
}

boot::CheckLine line(boot::CheckVerdict verdict, std::string text, std::string mend = "") {
  return {"firewall", verdict, std::move(text), std::move(mend)};
}

}  // namespace

Result<FirewallVerdict> judge_packet(std::string_view ruleset, const FirewallPacket& packet) {
  const json parsed = json::parse(ruleset, nullptr, false);
  const json* items = find_object(parsed, "nftables");
  if (!items || !items->is_array()) return fail(ErrorKind::invalid, "nft printed no ruleset");
  try {
    return Walk(*items, packet).judge();
  } catch (const json::exception& error) {
    return fail(ErrorKind::invalid, fmt::format("nft printed what is not understood: {}", error.what()));
  }
}

boot::CheckLine judge_firewall(const Result<std::string>& ruleset, const std::vector<ServicePort>& ports,
                               std::string_view interface) {
  using boot::CheckVerdict;
  if (!ruleset)
    return line(CheckVerdict::warning,
                fmt::format("The firewall's rules could not be read: {}.", ruleset.error().message),
                "sudo bootferry check");
  std::vector<ServicePort> closed, doubtful;
  std::string where;
  for (const ServicePort& port : ports) {
    const auto verdict = judge_packet(*ruleset, {port.protocol, port.port, interface});
    if (!verdict) return line(CheckVerdict::warning, fmt::format("The firewall: {}.", verdict.error().message));
    if (verdict->fate == Fate::accepted) continue;
    (verdict->fate == Fate::dropped ? closed : doubtful).push_back(port);
    if (where.empty() || verdict->fate == Fate::dropped) where = verdict->chain;
  }
  if (!closed.empty())
    return line(CheckVerdict::failure, fmt::format("The firewall (chain {}) keeps out {}.", where, names_of(closed)),
                mend_of(where, closed));
  if (!doubtful.empty())
    return line(
        CheckVerdict::warning,
        fmt::format("The firewall (chain {}) may keep out {}: that depends on who asks.", where, names_of(doubtful)),
        mend_of(where, doubtful));
  return line(CheckVerdict::ok, fmt::format("The firewall lets in all {} services.", ports.size()));
}

Result<std::string> read_firewall() {
  if (!has_capability(Capability::net_admin))
    return fail(ErrorKind::denied, "that takes CAP_NET_ADMIN, which root has and this server does not");
  if (std::ifstream names("/proc/net/ip_tables_names"); names && names.peek() != std::ifstream::traits_type::eof())
    return fail(ErrorKind::unsupported,
                "they are of the old iptables (iptables-legacy), which this check does not read");
  return read_tool({"nft", "--json", "list", "ruleset"}, "nftables");
}

}  // namespace bootferry::app
