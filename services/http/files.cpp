// SPDX-License-Identifier: Apache-2.0
#include "http/files.hpp"

#include "http/download_events.hpp"
#include "http/ranged_answer.hpp"

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

}  // namespace

std::string_view content_type_of(std::string_view name) {
  for (const TypeOfEnding& known : types) {
    if (name.ends_with(known.ending)) return known.type;
  }
  return "application/octet-stream";
}

Answer answer_file(const Request& request, std::shared_ptr<const OpenFile> file, std::string_view name) {
  const Representation whole{std::string(content_type_of(name)), file->size(), file->etag(), file->modified()};
  return answer_ranged(request, whole,
                       [&](std::uint64_t offset, std::uint64_t length) { return FilePart{file, offset, length}; });
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
