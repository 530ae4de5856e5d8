// SPDX-License-Identifier: Apache-2.0
// What this process may do beyond a plain user (capabilities(7)), and under whose care it runs, which decides how a
// missing right is given. Called by the self-test; reads /proc.
#pragma once

#include <string_view>

namespace bootferry::app {

enum class Capability : unsigned { net_admin = 12, net_raw = 13 };  // linux/capability.h
[[nodiscard]] bool has_capability(Capability wanted);
/// `status` as /proc/PID/status has it.
[[nodiscard]] bool has_capability(std::string_view status, Capability wanted);

enum class Keeper { nobody, systemd, container };
[[nodiscard]] Keeper find_keeper();

}  // namespace bootferry::app
