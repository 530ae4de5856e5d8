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
  // A machine that is heard again, or a download that goes on, says nothing new, nor does a boot's step: the events
  // that it is made of are here.
  using enum boot::EventKind;
  const bool repeats = event.kind == client_seen || event.kind == boot_step || event.kind == tftp_progress ||
                       event.kind == file_progress;
  const log::Level level = repeats ? log::Level::debug : log::Level::info;
  log::write(level, name, fields);
}

}  // namespace bootferry::app
