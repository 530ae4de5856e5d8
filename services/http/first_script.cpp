// SPDX-License-Identifier: Apache-2.0
#include "http/first_script.hpp"

#include <kainjow/mustache.hpp>

#include "base/embedded_files.hpp"

namespace bootferry {
extern const EmbeddedFiles ipxe_scripts;
}

namespace bootferry::http {

std::string render_first_script(const boot::BootSettings& settings) {
  kainjow::mustache::mustache script(std::string(ipxe_scripts.find("first.ipxe").value_or("#!ipxe\nshell\n")));
  script.set_custom_escape([](const std::string& value) { return value; });
  return script.render({"base", settings.http_base()});
}

}  // namespace bootferry::http
