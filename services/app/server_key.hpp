// SPDX-License-Identifier: Apache-2.0
// The key that the secrets of all boots are made from: STATE_DIR/server-key, root-only, made once. Losing it only means
// that running machines must boot anew after the next restart of the server.
#pragma once

#include <filesystem>

#include "base/random.hpp"
#include "boot/boot_secrets.hpp"

namespace bootferry::app {

/// Throws std::runtime_error with one sentence.
[[nodiscard]] boot::BootSecrets::Key load_or_make_server_key(const std::filesystem::path& state_dir, Random& random);

}  // namespace bootferry::app
