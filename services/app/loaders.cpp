// SPDX-License-Identifier: Apache-2.0
#include "app/loaders.hpp"

#include "boot/image.hpp"

namespace bootferry::app {
namespace {

namespace fs = std::filesystem;

bool is_loader(const fs::path& file) {
  const std::string extension = file.extension();
  return extension == ".kpxe" || extension == ".kkpxe" || extension == ".kkkpxe" || extension == ".pxe" ||
         extension == ".efi";
}

void add_files(const fs::path& folder, bool any_kind, boot::LoaderCatalog& catalog) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename();
    // The rule for image names fits: no path, nothing that a request could be confused by.
    if (entry.is_regular_file(ignored) && boot::check_image_name(name) && (any_kind || is_loader(entry.path())))
      catalog.add(name, entry.path());
  }
}

}  // namespace

boot::LoaderCatalog find_loaders(const fs::path& package_dir, const fs::path& user_dir) {
  boot::LoaderCatalog catalog;
  add_files(package_dir, false, catalog);
  add_files(user_dir, true, catalog);
  return catalog;
}

}  // namespace bootferry::app
