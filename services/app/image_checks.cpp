// SPDX-License-Identifier: Apache-2.0
#include "app/image_checks.hpp"

#include <fmt/format.h>

#include "boot/overlay_plans.hpp"
#include "images/check/check_image.hpp"

namespace bootferry::app {
namespace {

namespace check = images::check;

std::string_view name_of(check::Severity severity) {
  switch (severity) {
    case check::Severity::ok:
      return "ok";
    case check::Severity::note:
      return "note";
    case check::Severity::warning:
      return "warning";
    case check::Severity::error:
      break;
  }
  return "error";
}

boot::ImageFinding view_of(const check::Finding& finding) {
  return {name_of(finding.severity), finding.code, finding.sentence, finding.mend, finding.repairable()};
}

boot::ImageCheck view_of(const boot::Image& image, const check::Report& report) {
  boot::ImageCheck view{image.name, report.kind, name_of(report.worst()), {}};
  for (const check::Finding& finding : report.findings) view.findings.push_back(view_of(finding));
  return view;
}

Result<images::Opened> open_current(images::ImageLibrary& library, const boot::RegistrySnapshot& registry,
                                    const boot::Image& image, images::OpenMode mode, std::string_view holder) {
  const bool layered = !image.versions.empty() && registry.stack_of(image.current().layer).size() > 1;
  if (layered) return fail(ErrorKind::unsupported, "only an image of one layer can be checked so far");
  return library.open(image.name, mode, holder, image.block_size);
}

}  // namespace

Result<boot::ImageCheck> check_library_image(images::ImageLibrary& library, const boot::RegistrySnapshot& registry,
                                             const boot::Image& image) {
  auto opened = open_current(library, registry, image, images::OpenMode::read_only,
                             fmt::format("the check of image {}", image.name));
  if (!opened) return std::unexpected(opened.error());
  const auto report = check::check_image(*opened->device);
  if (!report) return std::unexpected(report.error());
  return view_of(image, *report);
}

Result<boot::ImageCheck> repair_library_image(images::ImageLibrary& library, const boot::RegistrySnapshot& registry,
                                              const boot::Image& image) {
  if (image.format == "iso") return fail(ErrorKind::unsupported, "a CD is never written to; make its ISO image anew");
  if (auto why = boot::find_master_objection(registry, image.name)) return fail(ErrorKind::conflict, std::move(*why));
  auto opened = open_current(library, registry, image, images::OpenMode::read_write,
                             fmt::format("the repair of image {}", image.name));
  if (!opened) return std::unexpected(opened.error());
  const auto repaired = check::repair_image(*opened->device);
  if (!repaired) return std::unexpected(repaired.error());
  boot::ImageCheck view = view_of(image, repaired->report);
  for (const check::Finding& finding : repaired->mended) view.mended.push_back(view_of(finding));
  return view;
}

}  // namespace bootferry::app
