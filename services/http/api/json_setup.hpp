// SPDX-License-Identifier: Apache-2.0
// JSON <-> the one file of export and apply: groups, rules, the default, clients and templates in the shapes that their
// own routes take, and the names of images. No secret, no state, nothing that was only seen; in a fixed order, so that
// it diffs well. Called by api/setup; pure, any thread.
#pragma once

#include "boot/administration.hpp"
#include "boot/client_registry.hpp"
#include "http/api/json.hpp"

namespace bootferry::http::api {

inline constexpr std::size_t max_setup_size = std::size_t{8} << 20;
inline constexpr unsigned setup_version = 1;  ///< of "bootferry": raised when an older program would misread the file

struct OwnTemplate {
  std::string name, text;
};

/// The file as it was read. One thing that cannot be read is `refused`, and does not hide what is wrong with others.
struct SetupFile {
  boot::SetupOrder order;
  std::vector<Json> images;  ///< objects with a "name" and known keys
  std::vector<OwnTemplate> templates;
  std::vector<boot::SetupChange> refused;
};

[[nodiscard]] Json render_setup(const boot::RegistrySnapshot& registry, const std::vector<OwnTemplate>& templates);
/// What the file says of an image: what it is made with, not how big it is.
[[nodiscard]] Json render_setup_image(const boot::Image& image);
[[nodiscard]] Json render_change(const boot::SetupChange& change);
/// invalid when it is no such file at all.
[[nodiscard]] Result<SetupFile> parse_setup(std::string_view text);
/// Names of images that the order gives to machines.
[[nodiscard]] std::vector<std::string> images_of(const boot::SetupOrder& order);

}  // namespace bootferry::http::api
