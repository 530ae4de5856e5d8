// SPDX-License-Identifier: Apache-2.0
#include "app/event_log.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include "base/log.hpp"

namespace bootferry::app {

void log_event(const boot::Event& event) {
  std::string name(boot::name_of(event.kind));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
  std::vector<log::Field> fields{{"mac", event.mac ? event.mac->to_string() : "-"}, {"text", event.text}};
  if (event.address) fields.emplace_back("address", event.address->to_string());
  for (const auto& [key, value] : event.fields) fields.emplace_back(key, value);
  // A machine that is heard again says nothing new, nor does a boot's step: the events that it is made of are here.
  const bool repeats = event.kind == boot::EventKind::client_seen || event.kind == boot::EventKind::boot_step;
  const log::Level level = repeats ? log::Level::debug : log::Level::info;
  log::write(level, name, fields);
}

}  // namespace bootferry::app
