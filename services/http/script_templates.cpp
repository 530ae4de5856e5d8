// SPDX-License-Identifier: Apache-2.0
#include "http/script_templates.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

#include "base/embedded_files.hpp"
#include "http/files.hpp"
#include "http/open_file.hpp"

namespace bootferry {
extern const EmbeddedFiles ipxe_scripts;
}

namespace bootferry::http {
namespace {

namespace fs = std::filesystem;

std::string file_name_of(std::string_view name) { return fmt::format("{}.ipxe", name); }

}  // namespace

std::vector<std::string> template_names() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : ipxe_scripts) {
    // That one goes with a loader, not with a decision: first_script fills it.
    if (file.name != std::string_view("first.ipxe")) names.push_back(fs::path(file.name).stem());
  }
  return names;
}

std::optional<std::string> find_own_template(std::string_view name, const fs::path& folder) {
  auto own = open_below(folder, file_name_of(name), Patience::may_wait);
  if (!own || (*own)->size() > max_template) return std::nullopt;
  std::string text((*own)->size(), '\0');
  const long got = (*own)->read_some(text.data(), text.size(), 0);
  return got == static_cast<long>(text.size()) ? std::optional(std::move(text)) : std::nullopt;
}

std::string read_template(std::string_view name, const fs::path& folder) {
  if (auto own = find_own_template(name, folder)) return std::move(*own);
  return std::string(ipxe_scripts.find(file_name_of(name)).value_or("#!ipxe\nshell\n"));
}

Result<void> write_own_template(std::string_view name, std::string_view text, const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  const fs::path draft = folder / fmt::format(".{}.draft", name);
  std::ofstream file(draft, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (file) fs::rename(draft, folder / file_name_of(name), error);
  if (file && !error) return {};
  fs::remove(draft, error);
  return fail(ErrorKind::io, fmt::format("the template cannot be written to {}; look at its rights, and for free space",
                                         folder.string()));
}

Result<void> remove_own_template(std::string_view name, const fs::path& folder) {
  std::error_code error;
  if (fs::remove(folder / file_name_of(name), error)) return {};
  return fail(ErrorKind::not_found, fmt::format("there is no template {} of your own; the built-in one is used", name));
}

}  // namespace bootferry::http
