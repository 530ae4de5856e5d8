// SPDX-License-Identifier: Apache-2.0
#include "http/files.hpp"

#include <fmt/format.h>

#include "http/download_events.hpp"
#include "http/syntax/date.hpp"
#include "http/syntax/range.hpp"

namespace bootferry::http {
namespace {

struct TypeOfEnding {
  std::string_view ending, type;
};
constexpr TypeOfEnding types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".json", "application/json"},
    {".txt", "text/plain; charset=utf-8"},
    {".webmanifest", "application/manifest+json"},
    {".efi", "application/efi"},  // what UEFI HTTP boot asks for (UEFI 2.10, 24.7.3.1)
    {".ipxe", "text/plain; charset=utf-8"},
};

bool is_not_modified(const Request& request, const OpenFile& file) {
  if (!request.if_none_match.empty()) {
    return request.if_none_match == "*" || request.if_none_match.find(file.etag()) != std::string::npos;
  }
  const auto since = parse_date(request.if_modified_since);
  return since && file.modified() <= *since;
}

/// A range of an older version would be glued to a newer one's start: then the whole file is sent instead.
bool range_still_fits(const Request& request, const OpenFile& file) {
  if (request.if_range.empty()) return true;
  if (request.if_range.starts_with('"')) return request.if_range == file.etag();
  const auto date = parse_date(request.if_range);
  return date && *date == file.modified();
}

}  // namespace

std::string_view content_type_of(std::string_view name) {
  for (const TypeOfEnding& known : types) {
    if (name.ends_with(known.ending)) return known.type;
  }
  return "application/octet-stream";
}

Answer answer_file(const Request& request, std::shared_ptr<const OpenFile> file, std::string_view name) {
  const auto add_validators = [&](Answer& answer) {
    answer.add_header("ETag", file->etag());
    answer.add_header("Last-Modified", render_date(file->modified()));
    answer.add_header("Accept-Ranges", "bytes");
    answer.add_header("Cache-Control", "no-cache");
  };
  if (is_not_modified(request, *file)) {
    Answer answer(304);
    add_validators(answer);
    return answer;
  }
  RangeChoice choice{RangeChoice::Kind::whole, 0, file->size()};
  // RFC 9110 14.2: Range is defined for GET only.
  if (request.method == Method::get && range_still_fits(request, *file))
    choice = parse_range(request.range, file->size());
  if (choice.kind == RangeChoice::Kind::unsatisfiable) {
    Answer answer = make_problem(416, fmt::format("The file has {} bytes; the range lies behind them.", file->size()));
    answer.add_header("Content-Range", fmt::format("bytes */{}", file->size()));
    return answer;
  }
  const bool part = choice.kind == RangeChoice::Kind::part;
  Answer answer(part ? 206 : 200, std::string(content_type_of(name)), FilePart{file, choice.first, choice.length});
  add_validators(answer);
  if (part) {
    answer.add_header("Content-Range",
                      fmt::format("bytes {}-{}/{}", choice.first, choice.first + choice.length - 1, file->size()));
  }
  return answer;
}

Answer get_loader(const Request& request, const Site& site) {
  const std::string& name = request.captures[0];
  const auto path = site.services.loaders.find(name);
  if (!path) return make_problem(404, "There is no loader of this name.");
  auto file = open_named(*path);
  if (!file) return make_problem(file.error());
  Answer answer = answer_file(request, std::move(*file), name);
  tell_download(answer, request, site, name);
  return answer;
}

Answer get_file(const Request& request, const Site& site) {
  const std::string& relative = request.captures[0];
  const std::filesystem::path folder = site.files_folder();
  const std::filesystem::path path = folder / relative;
  std::shared_ptr<const OpenFile> file = request.memo ? request.memo->last_file.find(path) : nullptr;
  if (!file) {
    auto opened = open_below(folder, relative, request.patience);
    if (!opened && opened.error().kind == ErrorKind::unavailable && request.patience == Patience::only_cached)
      return Answer::would_block();
    if (!opened) return make_problem(opened.error());
    file = std::move(*opened);
    if (request.memo) request.memo->last_file.keep(path, file);
  }
  Answer answer = answer_file(request, std::move(file), relative);
  tell_download(answer, request, site, relative);
  return answer;
}

}  // namespace bootferry::http
