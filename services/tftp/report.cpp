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

void add_progress(boot::Event& event, const Subject& subject, const Transfer& transfer) {
  event.fields.emplace_back("bytes", std::to_string(transfer.bytes_acknowledged()));
  event.fields.emplace_back("total", std::to_string(subject.size));
  event.fields.emplace_back("percent", std::to_string(transfer.percent()));
  event.fields.emplace_back("block", std::to_string(transfer.blocks_acknowledged()));
}

boot::Event failure_of(const Subject& subject, std::string_view outcome, const std::string& why) {
  boot::Event event = event_of(boot::EventKind::tftp_failed, subject,
                               fmt::format("{} did not get {}: {}", who(subject), subject.file, why));
  event.fields.emplace_back("outcome", outcome);
  event.fields.emplace_back("why", why);
  return event;
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

boot::Event report_progress(const Subject& subject, const Transfer& transfer) {
  boot::Event event = event_of(boot::EventKind::tftp_progress, subject,
                               fmt::format("{} has {} % of {}", who(subject), transfer.percent(), subject.file));
  add_progress(event, subject, transfer);
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

boot::Event report_failed(const Subject& subject, const Transfer& transfer, std::string_view outcome,
                          const std::string& why) {
  boot::Event event = failure_of(subject, outcome, why);
  if (transfer.blocks_acknowledged() > 0)
    event.text += fmt::format(" (behind block {})", transfer.blocks_acknowledged());
  add_progress(event, subject, transfer);
  return event;
}

boot::Event report_refused(const Subject& subject, const std::string& why) {
  boot::Event event = failure_of(subject, "missing", why);
  event.fields.emplace_back("bytes", "0");
  event.fields.emplace_back("percent", "0");
  return event;
}

}  // namespace bootferry::tftp
