// SPDX-License-Identifier: Apache-2.0
#include "app/event_log.hpp"

#include <algorithm>
#include <cctype>

#include "base/log.hpp"

namespace bootferry::app {

void log_event(const boot::Event& event) {
  std::string name(boot::name_of(event.kind));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
  const std::string mac = event.mac ? event.mac->to_string() : "-";
  // A machine that is heard again says nothing new; its boot's own events follow.
  const log::Level level = event.kind == boot::EventKind::client_seen ? log::Level::debug : log::Level::info;
  log::write(level, name, {{"mac", mac}, {"text", event.text}});
}

}  // namespace bootferry::app
