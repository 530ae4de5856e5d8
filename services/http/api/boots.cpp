// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include "http/api/json.hpp"
#include "http/api/resources.hpp"

namespace bootferry::http::api {
namespace {

constexpr std::size_t max_boots = 1000;

template <class Number>
Result<Number> require_number(std::string_view name, std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    return fail(ErrorKind::invalid, "\"" + std::string(name) + "\" must be a number.");
  return value;
}

Result<boot::BootQuery> parse_boot_query(const QueryPairs& pairs) {
  boot::BootQuery query;
  for (const auto& [name, value] : pairs) {
    if (name == "mac") {
      const auto mac = parse_mac_address(value);
      if (!mac) return std::unexpected(mac.error());
      query.mac = *mac;
    } else if (name == "limit") {
      const auto number = require_number<std::size_t>(name, value);
      if (!number) return std::unexpected(number.error());
      query.limit = *number;
    } else {
      return fail(ErrorKind::invalid, "The query knows mac and limit.");
    }
  }
  if (query.limit < 1 || query.limit > max_boots) return fail(ErrorKind::invalid, "\"limit\" must be 1 to 1000.");
  return query;
}

Answer no_boots() { return make_problem(501, "This server keeps no boots."); }

}  // namespace

Answer list_boots(const Request& request, const Site& site) {
  if (!site.services.boots) return no_boots();
  const auto query = parse_boot_query(request.target.query);
  if (!query) return make_problem(query.error());
  const auto registry = site.services.registry.snapshot();
  Json list = Json::array();
  for (const boot::BootRecord& boot : site.services.boots->boots(*query)) {
    list.push_back(render_boot_record(boot, *registry));
    list.back().erase("steps");
  }
  return make_json(200, {{"boots", std::move(list)}});
}

Answer get_boot(const Request& request, const Site& site) {
  if (!site.services.boots) return no_boots();
  const auto id = require_number<std::uint64_t>("id", request.captures[0]);
  if (!id) return make_problem(id.error());
  const auto boot = site.services.boots->find_boot(*id);
  if (!boot)
    return make_problem(404, "There is no boot " + std::to_string(*id) + "; \"bootferry boot list\" shows all.");
  return make_json(200, render_boot_record(*boot, *site.services.registry.snapshot()));
}

Answer get_packets(const Request& request, const Site& site) {
  if (!site.services.boots) return no_boots();
  const auto mac = require_mac(request);
  if (!mac) return make_problem(mac.error());
  std::string file = site.services.boots->packets_of(*mac);
  if (file.empty())
    return make_problem(404, "No packets of a boot of " + mac->to_string() +
                                 " are kept: they are in memory only, of the last boot since the server started.");
  Answer answer(200, "application/vnd.tcpdump.pcap", std::move(file));
  std::string name = mac->to_string();
  std::replace(name.begin(), name.end(), ':', '-');
  answer.add_header("Content-Disposition", "attachment; filename=\"" + name + ".pcap\"");
  return answer;
}

}  // namespace bootferry::http::api
