// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "http/api/json.hpp"
#include "http/api/paging.hpp"
#include "http/api/resources.hpp"

namespace bootferry::http::api {
namespace {

Answer no_boots() { return make_problem(501, "This server keeps no boots."); }

}  // namespace

Answer list_boots(const Request& request, const Site& site) {
  if (!site.services.boots) return no_boots();
  const auto words = parse_log_words(request, {"mac"});
  if (!words) return make_problem(words.error());
  boot::BootQuery query{.mac = words->mac};
  if (words->after) query.before = *words->after;
  const std::size_t limit = words->limit.value_or(query.limit);
  query.limit = limit + 1;
  const auto registry = site.services.registry.snapshot();
  return make_cut_list(request, "boots", site.services.boots->boots(query), limit, &boot::BootRecord::id,
                       [&](const boot::BootRecord& boot) {
                         Json shown = render_boot_record(boot, *registry);
                         shown.erase("steps");
                         return shown;
                       });
}

Answer get_boot(const Request& request, const Site& site) {
  if (!site.services.boots) return no_boots();
  const auto id = require_number("id", request.captures[0]);
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
