// SPDX-License-Identifier: Apache-2.0
// What iPXE asks for: the script of its machine, as the policy decides and script_renderer writes it. Called by the
// router, on a loop when nothing has to be written or read from disk, else on a file thread.
#pragma once

#include "base/mac_address.hpp"
#include "http/answer.hpp"
#include "http/request.hpp"
#include "http/script_renderer.hpp"
#include "http/site.hpp"

namespace bootferry::http {

/// GET /boot/{mac}.ipxe. In the query, all of it optional: "again=1" is how a screen asks again (answered alike, but no
/// event tells of it), "entry" what was chosen in the menu, "uuid", "serial", "platform" and "arch" what the machine
/// is. What is wrong there is as if it were missing.
[[nodiscard]] Answer get_boot_script(const Request& request, const Site& site);

/// GET /boot/{mac}/floppy.img?entry=ID: the floppy of an entry that is loaded into memory.
[[nodiscard]] Answer get_boot_floppy(const Request& request, const Site& site);

/// What the machine would get now: nothing is used up, nobody is told, and secrets are made-up ones.
[[nodiscard]] RenderedScript preview_script(const MacAddress& mac, const Site& site);

/// What the machine would get if that were the text of the template that its boot uses; likewise.
[[nodiscard]] Result<TemplatePreview> preview_template(const MacAddress& mac, std::string_view name,
                                                       std::string_view text, const Site& site);

}  // namespace bootferry::http
