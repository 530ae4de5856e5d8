// SPDX-License-Identifier: Apache-2.0
#include "http/page.hpp"

#include "http/files.hpp"

namespace bootferry::http {
namespace {

constexpr std::string_view page_without_dashboard =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Bootferry</title>"
    "<h1>Bootferry</h1><p>The server runs, but this build has no dashboard: build with -DBOOTFERRY_WEB=ON (preset "
    "release)."
    "<p>The <a href=\"api/v1/health\">API</a> and the command line work.</html>\n";

}  // namespace

Answer get_page(const Request& request, const Site& site) {
  std::string_view name = std::string_view(request.path()).substr(1);
  if (name.empty()) name = "index.html";
  std::optional<std::string_view> bytes;
  if (site.settings.page != nullptr) bytes = site.settings.page->find(name);
  if (!bytes && name == "index.html") bytes = page_without_dashboard;
  if (!bytes) return make_problem(404, "There is nothing at this address.");
  Answer answer(200, std::string(content_type_of(name)), *bytes);
  // The build puts a hash of the content into the names below assets/, so that they never change.
  answer.add_header("Cache-Control", name.starts_with("assets/") ? "public, max-age=31536000, immutable" : "no-cache");
  // Browsers keep to it over TLS alone, and complain on the console elsewhere.
  if (request.secure) answer.add_header("Cross-Origin-Opener-Policy", "same-origin");
  return answer;
}

}  // namespace bootferry::http
