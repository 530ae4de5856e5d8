// SPDX-License-Identifier: Apache-2.0
#include "tftp/report.hpp"

#include <fmt/format.h>

#include "base/units.hpp"

namespace bootferry::tftp {
namespace {

boot::Event event_of(boot::EventKind kind, const Subject& subject, std::string text) {
  boot::Event event;
  event.kind = kind;
  event.mac = subject.mac;
  event.address = subject.address;
  event.text = std::move(text);
  event.fields.emplace_back("file", subject.file);
  return event;
}

std::string who(const Subject& subject) {
  return subject.mac ? "PC " + subject.mac->to_string() : "A machine at " + subject.address.to_string();
}

}  // namespace

boot::Event report_start(const Subject& subject, const Terms& terms) {
  boot::Event event =
      event_of(boot::EventKind::tftp_start, subject,
               fmt::format("{} loads {} ({}) by TFTP", who(subject), subject.file, render_byte_count({subject.size})));
  event.fields.emplace_back("bytes", std::to_string(subject.size));
  event.fields.emplace_back("percent", "0");
  event.fields.emplace_back("blksize", std::to_string(terms.block_size));
  event.fields.emplace_back("windowsize", std::to_string(terms.window));
  return event;
}

boot::Event report_done(const Subject& subject, const Transfer& transfer, Duration took) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  boot::Event event = event_of(boot::EventKind::tftp_done, subject,
                               fmt::format("{} has loaded {} in {} ms", who(subject), subject.file, milliseconds));
  event.fields.emplace_back("bytes", std::to_string(subject.size));
  event.fields.emplace_back("percent", "100");
  event.fields.emplace_back("milliseconds", std::to_string(milliseconds));
  event.fields.emplace_back("repeats", std::to_string(transfer.repeats()));
  return event;
}

boot::Event report_failed(const Subject& subject, std::uint64_t bytes, int percent, const std::string& why) {
  boot::Event event = event_of(boot::EventKind::tftp_failed, subject,
                               fmt::format("{} did not get {}: {}", who(subject), subject.file, why));
  event.fields.emplace_back("bytes", std::to_string(bytes));
  event.fields.emplace_back("percent", std::to_string(percent));
  event.fields.emplace_back("why", why);
  return event;
}

}  // namespace bootferry::tftp
