// SPDX-License-Identifier: Apache-2.0
// The version that health, --version and the log tell; set by the build from the project's version.
#pragma once

namespace bootferry::app {

inline constexpr const char* version = BOOTFERRY_VERSION;

}  // namespace bootferry::app
