// SPDX-License-Identifier: Apache-2.0
#include "http/page.hpp"

#include "http/files.hpp"
#include "http/syntax/encoding.hpp"

namespace bootferry::http {
namespace {

constexpr std::string_view page_without_dashboard =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Bootferry</title>"
    "<h1>Bootferry</h1><p>The server runs, but this build has no dashboard: build with -DBOOTFERRY_WEB=ON (preset "
    "release)."
    "<p>The <a href=\"api/v1/health\">API</a> and the command line work.</html>\n";

/// What the build has put beside a file, where the client takes it.
struct Sent {
  std::string_view bytes;
  bool packed = false;
  bool comes_packed = false;  ///< there is a packed one, whoever asks
};

std::optional<Sent> find_file(const EmbeddedFiles* page, std::string_view name, const Request& request) {
  if (page == nullptr) return std::nullopt;
  const auto plain = page->find(name);
  if (!plain) return std::nullopt;
  const auto packed = page->find(std::string(name) + ".gz");
  if (packed && accepts_gzip(request.accept_encoding)) return Sent{*packed, true, true};
  return Sent{*plain, false, packed.has_value()};
}

}  // namespace

Answer get_page(const Request& request, const Site& site) {
  std::string_view name = std::string_view(request.path()).substr(1);
  if (name.empty()) name = "index.html";
  std::optional<Sent> sent = find_file(site.settings.page, name, request);
  if (!sent && name == "index.html") sent = Sent{page_without_dashboard};
  if (!sent) return make_problem(404, "There is nothing at this address.");
  // Of the bytes that are sent: packed and plain are two representations (RFC 9110 8.8.3.3).
  const std::string tag = site.page_tags.tag_of(sent->bytes);
  const bool known = request.if_none_match == "*" || request.if_none_match.find(tag) != std::string::npos;
  Answer answer = known ? Answer(304) : Answer(200, std::string(content_type_of(name)), sent->bytes);
  answer.add_header("ETag", tag);
  if (sent->comes_packed) answer.add_header("Vary", "Accept-Encoding");
  if (sent->packed && !known) answer.add_header("Content-Encoding", "gzip");
  // The build puts a hash of the content into the names below assets/, so that they never change.
  answer.add_header("Cache-Control", name.starts_with("assets/") ? "public, max-age=31536000, immutable" : "no-cache");
  // Browsers keep to it over TLS alone, and complain on the console elsewhere.
  if (request.secure) answer.add_header("Cross-Origin-Opener-Policy", "same-origin");
  return answer;
}

}  // namespace bootferry::http
