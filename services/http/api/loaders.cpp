// SPDX-License-Identifier: Apache-2.0
#include "boot/loader_table.hpp"
#include "http/api/json.hpp"
#include "http/api/resources.hpp"

namespace bootferry::http::api {
namespace {

using boot::Architecture;
using boot::Firmware;

struct Asker {
  Architecture architecture;
  Firmware firmware;
  std::string_view word;
};
constexpr Asker askers[] = {
    {Architecture::bios, Firmware::pxe, "pxe"},
    {Architecture::bios, Firmware::ipxe_poor, "ipxe-rom"},
    {Architecture::efi_x64, Firmware::pxe, "pxe"},
    {Architecture::efi_x64, Firmware::http_boot, "http"},
    {Architecture::efi_ia32, Firmware::pxe, "pxe"},
    {Architecture::efi_arm64, Firmware::pxe, "pxe"},
    {Architecture::efi_arm64, Firmware::http_boot, "http"},
    {Architecture::efi_arm32, Firmware::pxe, "pxe"},
};

Json render_loader(const std::string& name, const boot::LoaderFile& loader) {
  return {{"name", name},
          {"architecture", boot::name_of(loader.facts.architecture)},
          {"version", loader.facts.version.empty() ? Json(nullptr) : Json(loader.facts.version)},
          {"size", loader.size.value},
          {"modified", render_time(loader.modified)},
          {"source", boot::name_of(loader.source)}};
}

Json render_answer(const Asker& asker, const boot::LoaderCatalog& loaders) {
  const auto chosen = boot::choose_loader(asker.architecture, asker.firmware, {}, loaders);
  return {{"architecture", boot::name_of(asker.architecture)},
          {"firmware", asker.word},
          {"loader", chosen ? Json(*chosen) : Json(nullptr)},
          {"why_none", chosen ? Json(nullptr) : Json(chosen.error().message)}};
}

}  // namespace

Answer list_loaders(const Request&, const Site& site) {
  Json list = Json::array(), sent = Json::array();
  for (const auto& [name, loader] : *site.services.loaders.files()) list.push_back(render_loader(name, loader));
  for (const Asker& asker : askers) sent.push_back(render_answer(asker, site.services.loaders));
  return make_json(200, {{"loaders", std::move(list)}, {"sent", std::move(sent)}});
}

}  // namespace bootferry::http::api
