// SPDX-License-Identifier: Apache-2.0
#include "boot/loader_catalog.hpp"

#include <mutex>

namespace bootferry::boot {

struct LoaderCatalog::Shared {
  std::mutex mutex;
  std::shared_ptr<const Files> files = std::make_shared<const Files>();
};

std::string_view name_of(LoaderFile::Source source) {
  switch (source) {
    case LoaderFile::Source::package:
      return "package";
    case LoaderFile::Source::user:
      return "user";
    case LoaderFile::Source::generated:
      return "generated";
  }
  return "user";
}

LoaderCatalog::LoaderCatalog() : shared_(std::make_shared<Shared>()) {}

LoaderCatalog::LoaderCatalog(std::initializer_list<std::string_view> names) : LoaderCatalog() {
  for (const std::string_view name : names) add(std::string(name), {});
}

void LoaderCatalog::add(std::string name, std::filesystem::path file) {
  Files changed = *files();
  changed.insert_or_assign(std::move(name), LoaderFile{.file = std::move(file)});
  replace(std::move(changed));
}

void LoaderCatalog::replace(Files files) {
  auto made = std::make_shared<const Files>(std::move(files));
  const std::lock_guard lock(shared_->mutex);
  shared_->files = std::move(made);
}

std::optional<std::filesystem::path> LoaderCatalog::find(std::string_view name) const {
  const auto now = files();
  const auto at = now->find(name);
  return at == now->end() ? std::nullopt : std::optional(at->second.file);
}

std::shared_ptr<const LoaderCatalog::Files> LoaderCatalog::files() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->files;
}

}  // namespace bootferry::boot
