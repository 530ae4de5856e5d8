// SPDX-License-Identifier: Apache-2.0
// A decision of the policy as the text that iPXE runs: values are checked, then put into the template of their kind.
// Called by boot_scripts for machines, and by the API for people who look. Reads templates, so it may wait.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "boot/script_policy.hpp"

namespace bootferry::http {

struct RenderedScript {
  std::string name;      ///< of the template: "san", "kernel", "local", "wait", "broken", ...
  std::string sentence;  ///< for the event: "boots from 2 disks"
  std::string text;
};
/// A decision with a value that iPXE could misread, or a template that is none, becomes the broken screen, which says
/// so. `scripts_folder` may not exist.
[[nodiscard]] RenderedScript render_script(const boot::ScriptAnswer& answer, const boot::BootSettings& settings,
                                           const std::filesystem::path& scripts_folder);

/// As a SanBoot's user and secret: the script has holes there, and is kept for other boots of the machine.
inline constexpr std::string_view user_hole = "\x01", secret_hole = "\x02";
[[nodiscard]] std::string fill_holes(std::string_view text, std::string_view user, std::string_view secret);

/// Stands where a secret would, in what people look at.
inline constexpr std::string_view hidden_secret = "not-shown-here";

/// What is wrong with the text of a template: no such name, no template, or a script that iPXE would not run. Tries it
/// with made-up values of its kind.
[[nodiscard]] Result<void> check_template(std::string_view name, std::string_view text);

struct TemplatePreview {
  std::string uses;      ///< the template of what the machine gets now: the one that was asked about, or another
  bool made_up = false;  ///< nothing that the machine is offered is of this template: values it lacks are examples
  std::string text;
};
/// The text filled as it would be for a machine, whether it is kept or not. `answers`: what the machine gets now, then
/// what its menu offers; the first that is of this template gives the values. Errors: those of check_template, and a
/// value that iPXE could misread.
[[nodiscard]] Result<TemplatePreview> preview_template(std::string_view name, std::string_view text,
                                                       std::span<const boot::ScriptAnswer> answers,
                                                       const boot::BootSettings& settings);

}  // namespace bootferry::http
