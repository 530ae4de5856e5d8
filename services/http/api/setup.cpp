// SPDX-License-Identifier: Apache-2.0
// Export and apply: what a person has set as one file, and such a file as one edit.
#include <fmt/format.h>

#include <algorithm>

#include "http/api/json_setup.hpp"
#include "http/api/resources.hpp"
#include "http/script_renderer.hpp"
#include "http/script_templates.hpp"
#include "http/whole_body.hpp"

namespace bootferry::http::api {
namespace {

using boot::SetupChange;
using Kind = SetupChange::Kind;
using Changes = std::vector<SetupChange>;

std::vector<OwnTemplate> own_templates(const Site& site) {
  std::vector<OwnTemplate> own;
  for (const std::string& name : template_names()) {
    if (auto text = find_own_template(name, site.scripts_folder())) own.push_back({name, std::move(*text)});
  }
  return own;
}

/// Disks are not in the file: they are there, or are named with the mend.
SetupChange judge_image(const Json& wanted, const boot::RegistrySnapshot& registry,
                        const std::vector<std::string>& used) {
  const auto name = wanted.at("name").get<std::string>();
  SetupChange change{"image", name};
  const boot::Image* image = registry.find_image(name);
  if (!image) {
    const bool is_used = std::ranges::find(used, name) != used.end();
    change.kind = is_used ? Kind::refused : Kind::skipped;
    change.why = fmt::format(
        "there is no image {} in the library, and disks are not in this file; add it first (bootferry image add {} "
        "FILE){}",
        name, name, is_used ? "" : ", if you want it: nothing in this file uses it");
    return change;
  }
  const Json here = render_setup_image(*image);
  for (const auto& [key, value] : wanted.items()) {
    if (here.at(key) == value) continue;
    change.kind = Kind::refused;
    change.why = fmt::format(
        "the library's {} has \"{}\": {}, and what an image is made with does not change; correct the file, or give "
        "one of them another name",
        name, key, render_line(here.at(key)));
  }
  return change;
}

SetupChange judge_template(const OwnTemplate& wanted, const Site& site) {
  SetupChange change{"template", wanted.name};
  const auto names = template_names();
  const auto good = std::ranges::find(names, wanted.name) == names.end()
                        ? fail(ErrorKind::not_found,
                               fmt::format("there is no template of this name; there are: {}", fmt::join(names, ", ")))
                        : check_template(wanted.name, wanted.text);
  const auto own = good ? find_own_template(wanted.name, site.scripts_folder()) : std::nullopt;
  if (!good)
    change = {"template", wanted.name, Kind::refused, good.error().message};
  else if (!own)
    change.kind = Kind::create;
  else if (*own != wanted.text)
    change.kind = Kind::update;
  return change;
}

/// Templates that are written before the rest is done, and taken back when that is not.
class TemplateWrites {
 public:
  explicit TemplateWrites(std::filesystem::path folder) : folder_(std::move(folder)) {}
  Result<void> write(const OwnTemplate& wanted) {
    before_.emplace_back(wanted.name, find_own_template(wanted.name, folder_));
    return write_own_template(wanted.name, wanted.text, folder_);
  }
  void take_back() const {
    for (const auto& [name, text] : before_)
      (void)(text ? write_own_template(name, *text, folder_) : remove_own_template(name, folder_));
  }

 private:
  std::filesystem::path folder_;
  std::vector<std::pair<std::string, std::optional<std::string>>> before_;
};

bool is_refused(const Changes& changes) {
  return std::ranges::any_of(changes, [](const SetupChange& one) { return one.kind == Kind::refused; });
}

/// What was judged here, then what the registry says; in one order.
Result<Changes> carry_out(const SetupFile& file, Changes changes, const Site& site, bool dry_run) {
  TemplateWrites writes(site.scripts_folder());
  const bool only_look = dry_run || is_refused(changes);
  Result<void> written;
  for (const OwnTemplate& wanted : file.templates) {
    if (!only_look && written) written = writes.write(wanted);
  }
  auto rest = written ? site.services.administration.apply_setup(file.order, only_look)
                      : Result<Changes>(std::unexpected(written.error()));
  if (!rest || is_refused(*rest)) writes.take_back();
  if (!rest) return rest;
  changes.insert(changes.end(), rest->begin(), rest->end());
  return changes;
}

Json render_changes(const Changes& changes, bool dry_run) {
  Json list = Json::array();
  for (const SetupChange& change : changes) list.push_back(render_change(change));
  return {{"dry_run", dry_run}, {"refused", is_refused(changes)}, {"changes", std::move(list)}};
}

std::size_t count(const Changes& changes, Kind kind) {
  return static_cast<std::size_t>(std::ranges::count(changes, kind, &SetupChange::kind));
}

Answer refuse(const Changes& changes) {
  const auto first = std::ranges::find(changes, Kind::refused, &SetupChange::kind);
  return make_problem(409,
                      fmt::format("Nothing was changed: {}{}{}: {}", first->what, first->name.empty() ? "" : " ",
                                  first->name, first->why),
                      "Ask with ?dry_run=true for all that stands in the way.");
}

Answer apply(const std::string& text, const Site& site, bool dry_run) {
  const auto file = parse_setup(text);
  if (!file) return make_problem(file.error());
  std::lock_guard lock(*site.edits);
  const auto registry = site.services.registry.snapshot();
  const auto used = images_of(file->order);
  Changes changes = file->refused;
  for (const Json& image : file->images) changes.push_back(judge_image(image, *registry, used));
  for (const OwnTemplate& wanted : file->templates) changes.push_back(judge_template(wanted, site));
  const auto done = carry_out(*file, std::move(changes), site, dry_run);
  if (!done) return make_problem(done.error());
  Answer answer = is_refused(*done) && !dry_run ? refuse(*done) : make_json(200, render_changes(*done, dry_run));
  answer.set_note(dry_run ? "dry run"
                          : fmt::format("{} created, {} updated, {} refused", count(*done, Kind::create),
                                        count(*done, Kind::update), count(*done, Kind::refused)));
  return answer;
}

}  // namespace

Answer get_export(const Request&, const Site& site) {
  const Json document = render_setup(*site.services.registry.snapshot(), own_templates(site));
  Answer answer(200, "application/json", document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  answer.add_header("Cache-Control", "no-store");
  answer.add_header("Content-Disposition", "attachment; filename=\"bootferry.json\"");
  return answer;
}

Answer apply_setup(const Request& request, const Site& site) {
  const auto dry_run = find_dry_run(request);
  if (!dry_run) return make_problem(dry_run.error());
  return take_whole_body(request, max_setup_size,
                         [site, dry_run = *dry_run](const std::string& text) { return apply(text, site, dry_run); });
}

}  // namespace bootferry::http::api
