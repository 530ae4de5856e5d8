// SPDX-License-Identifier: Apache-2.0
// What iPXE runs: the policy's decision for one machine, rendered from a template of ipxe-scripts/ (a file of the same
// name in STATE_DIR/ipxe-scripts wins). Called by the router, on a loop when there is no such folder, else on a file
// thread.
#pragma once

#include <string>

#include "base/mac_address.hpp"
#include "http/answer.hpp"
#include "http/request.hpp"
#include "http/site.hpp"

namespace bootferry::http {

/// GET /boot/{mac}.ipxe. "?again=1" is how a waiting screen asks again: answered alike, but no event tells of it.
[[nodiscard]] Answer get_boot_script(const Request& request, const Site& site);

struct RenderedScript {
  std::string name;      ///< of the template: "san", "kernel", "local", "wait", "broken"
  std::string sentence;  ///< for the event: "boots from 2 disks"
  std::string text;
};
/// A decision with a value that iPXE could misread becomes the broken screen, which says so. `scripts_folder` may not
/// exist.
[[nodiscard]] RenderedScript render_script(const boot::ScriptDecision& decision, const MacAddress& mac,
                                           const boot::BootSettings& settings,
                                           const std::filesystem::path& scripts_folder);

}  // namespace bootferry::http
