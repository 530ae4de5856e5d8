// SPDX-License-Identifier: Apache-2.0
#include "boot/boot_record.hpp"

#include <array>

namespace bootferry::boot {
namespace {

/// Each in the order of its enum.
constexpr std::array<std::string_view, 6> states{"running", "waiting", "booted", "stalled", "failed", "gone"};
constexpr std::array<std::string_view, 21> kinds{
    "discover",     "offer", "address",       "boot-server", "loader",  "loaded",  "ipxe",
    "script",       "file",  "login",         "read",        "reading", "system",  "ignored",
    "other-server", "nak",   "loader-failed", "refused",     "closed",  "restart", "system-address"};
static_assert(states.size() == static_cast<std::size_t>(BootState::gone) + 1);
static_assert(kinds.size() == static_cast<std::size_t>(StepKind::system_address) + 1);

template <class Value, std::size_t size>
std::optional<Value> find_name(const std::array<std::string_view, size>& names, std::string_view name) {
  for (std::size_t i = 0; i < size; ++i) {
    if (!name.empty() && names[i] == name) return static_cast<Value>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(BootState state) { return states[static_cast<std::size_t>(state)]; }
std::optional<BootState> parse_boot_state(std::string_view name) { return find_name<BootState>(states, name); }
std::string_view name_of(StepKind kind) { return kinds[static_cast<std::size_t>(kind)]; }
std::optional<StepKind> parse_step_kind(std::string_view name) { return find_name<StepKind>(kinds, name); }

BootSummary summary_of(const BootRecord& record) {
  return {record.id, record.state, record.stage, record.started, record.code, record.reason, record.mend};
}

}  // namespace bootferry::boot
