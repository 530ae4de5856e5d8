// SPDX-License-Identifier: Apache-2.0
#include "http/answer.hpp"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

namespace bootferry::http {
namespace {

// The page loads nothing from elsewhere and may be framed by nobody; no answer names the server's software or its
// version.
constexpr std::string_view security_headers =
    "Content-Security-Policy: default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Referrer-Policy: no-referrer\r\n";

std::optional<std::uint64_t> length_of(const Answer::Body& body) {
  if (const auto* text = std::get_if<std::string>(&body)) return text->size();
  if (const auto* text = std::get_if<std::string_view>(&body)) return text->size();
  if (const auto* part = std::get_if<FilePart>(&body)) return part->length;
  if (const auto* part = std::get_if<DiskPart>(&body)) return part->length;
  return std::nullopt;  // the live stream ends when the connection does
}

bool has_no_body(unsigned status) { return status == 204 || status == 304; }

}  // namespace

std::string Answer::text() const {
  if (const auto* text = std::get_if<std::string>(&body_)) return *text;
  if (const auto* text = std::get_if<std::string_view>(&body_)) return std::string(*text);
  return {};
}

std::string_view reason_of(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 304:
      return "Not Modified";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "Error";
  }
}

unsigned status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid:
      return 400;
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::conflict:
      return 409;
    case ErrorKind::denied:
      return 403;
    case ErrorKind::unsupported:
      return 501;
    case ErrorKind::exhausted:
      return 507;
    case ErrorKind::unavailable:
      return 503;
    case ErrorKind::io:
      return 500;
  }
  return 500;
}

Answer make_problem(unsigned status, std::string_view detail, std::string_view hint) {
  std::string type = "urn:bootferry:problem:";
  for (const char c : reason_of(status))
    type += c == ' ' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  nlohmann::ordered_json body{{"type", type}, {"title", reason_of(status)}, {"status", status}, {"detail", detail}};
  if (!hint.empty()) body["hint"] = hint;
  Answer answer(status, "application/problem+json",
                body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  answer.add_header("Cache-Control", "no-store");
  return answer;
}

Answer make_problem(const Error& error) { return make_problem(status_of(error.kind), error.message); }

Answer make_text(unsigned status, std::string text) {
  Answer answer(status, "text/plain; charset=utf-8", std::move(text));
  answer.add_header("Cache-Control", "no-store");
  return answer;
}

std::string render_head(const Answer& answer, std::string_view date, bool keep) {
  std::string head;
  head.reserve(640);
  auto out = std::back_inserter(head);
  fmt::format_to(out, "HTTP/1.1 {} {}\r\nDate: {}\r\n", answer.status(), reason_of(answer.status()), date);
  if (!answer.content_type().empty()) fmt::format_to(out, "Content-Type: {}\r\n", answer.content_type());
  if (const auto length = length_of(answer.body()); length && !has_no_body(answer.status())) {
    fmt::format_to(out, "Content-Length: {}\r\n", *length);
  }
  for (const auto& [name, value] : answer.headers()) fmt::format_to(out, "{}: {}\r\n", name, value);
  head += security_headers;
  head += keep ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return head;
}

}  // namespace bootferry::http
