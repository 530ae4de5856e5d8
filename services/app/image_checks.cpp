// SPDX-License-Identifier: Apache-2.0
#include "app/image_checks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/open_version.hpp"
#include "boot/image_plans.hpp"
#include "images/check/check_image.hpp"
#include "images/check/disk_reader.hpp"
#include "images/check/el_torito.hpp"
#include "images/raw_device.hpp"

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

// Overlays of one boot count too: their machine may come back to them.
std::optional<std::string> find_objection(const boot::RegistrySnapshot& registry, const boot::Image& image) {
  if (auto why = boot::find_master_objection(registry, image.name)) return why;
  const boot::LayerId current = image.current().layer;
  for (const auto& [key, overlay] : registry.overlays) {
    const auto stack = registry.stack_of(overlay.layer);
    const auto on_it = std::ranges::find(stack, current, &boot::Layer::id);
    if (on_it == stack.end() || on_it == stack.begin()) continue;
    return fmt::format("the overlay of {} lies on image {}; discard it, or publish a new version and repair that",
                       registry.title_of(key.mac), image.name);
  }
  return std::nullopt;
}

}  // namespace

Result<boot::ImageCheck> check_library_image(images::ImageLibrary& library, const boot::ClientRegistry& registry,
                                             const boot::Image& image) {
  const auto snapshot = registry.snapshot();
  auto opened = open_version(library, *snapshot, image, image.current(), images::OpenMode::read_only,
                             fmt::format("the check of image {}", image.name));
  if (!opened) return std::unexpected(opened.error());
  const auto report = check::check_image(*opened->device);
  if (!report) return std::unexpected(report.error());
  return view_of(image, *report);
}

Result<boot::ImageCheck> repair_library_image(images::ImageLibrary& library, const boot::ClientRegistry& registry,
                                              const boot::Image& image) {
  if (image.format == "iso") return fail(ErrorKind::unsupported, "a CD is never written to; make its ISO image anew");
  const auto before = registry.snapshot();
  auto opened = open_version(library, *before, image, image.current(), images::OpenMode::read_write,
                             fmt::format("the repair of image {}", image.name));
  if (!opened) return std::unexpected(opened.error());
  // Now: nobody puts an overlay on a layer that somebody writes to.
  const auto now = registry.snapshot();
  const boot::Image* known = now->find_image(image.name);
  if (!known || known->current() != image.current())
    return fail(ErrorKind::conflict, fmt::format("image {} just got another version; try again", image.name));
  if (auto why = find_objection(*now, *known)) return fail(ErrorKind::conflict, std::move(*why));
  const auto repaired = check::repair_image(*opened->device);
  if (!repaired) return std::unexpected(repaired.error());
  boot::ImageCheck view = view_of(image, repaired->report);
  for (const check::Finding& finding : repaired->mended) view.mended.push_back(view_of(finding));
  return view;
}

boot::CdFloppy find_cd_floppy(const std::filesystem::path& file) {
  const auto opened = images::make_raw_device(file, images::OpenMode::read_only, images::Symlinks::follow, 2048);
  if (!opened) return {};
  check::DiskReader reader(**opened);
  const auto floppy = check::find_emulated_floppy(reader);
  return floppy && *floppy ? boot::CdFloppy{(*floppy)->offset, (*floppy)->size} : boot::CdFloppy{};
}

}  // namespace bootferry::app
