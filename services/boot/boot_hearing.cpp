// SPDX-License-Identifier: Apache-2.0
#include "boot/boot_hearing.hpp"

#include <fmt/format.h>

#include <charconv>
#include <initializer_list>

#include "base/units.hpp"

namespace bootferry::boot {
namespace {

constexpr Circumstances refusals = refused_busy | refused_secret | refused_right | refused_other;
constexpr Circumstances tftp_troubles = tftp_silent | tftp_ended | tftp_ended_often | tftp_missing;
constexpr Circumstances script_troubles = expects_login | expects_files | files_came | file_under_way | broken_entry |
                                          broken_template | image_gone | refusals;

BootStep step_of(const Event& event, StepKind kind, std::string text,
                 std::initializer_list<std::string_view> fields = {}) {
  BootStep step{kind, event.at, event.at, 1, std::move(text), {}};
  for (const std::string_view name : fields) {
    if (const auto value = field_of(event, name); !value.empty()) step.fields.emplace_back(name, value);
  }
  return step;
}

std::string address_of(const Event& event) { return event.address ? event.address->to_string() : "an address"; }

std::string size_of(const Event& event, std::string_view field = "bytes") {
  std::uint64_t bytes = 0;
  const auto text = field_of(event, field);
  std::from_chars(text.data(), text.data() + text.size(), bytes);
  return render_byte_count({bytes});
}

// ---- DHCP

Hearing hear_asking(const Event& event) {
  const std::string_view firmware = field_of(event, "firmware"), interface = field_of(event, "interface");
  Hearing heard;
  heard.begins_boot = true;
  if (!interface.empty()) {
    heard.sets = asks_elsewhere;
    heard.why = interface;
    heard.step = step_of(event, StepKind::discover,
                         fmt::format("It asks for an address ({}) at {}, which is not served.", firmware, interface),
                         {"xid", "firmware", "architecture", "interface"});
    return heard;
  }
  heard.clears = asks_elsewhere;
  heard.is_ipxe = firmware.starts_with("iPXE,");  // one without HTTP or iSCSI needs our loader like a ROM
  if (firmware.starts_with("UEFI")) heard.sets |= is_uefi;
  heard.step = heard.is_ipxe ? step_of(event, StepKind::ipxe, "iPXE runs and asks for an address.", {"xid", "firmware"})
                             : step_of(event, StepKind::discover, fmt::format("It asks for an address ({}).", firmware),
                                       {"xid", "firmware", "architecture"});
  return heard;
}

Hearing hear_request(const Event& event, StepKind stage) {
  Hearing heard;
  if (stage < StepKind::loader)
    heard.step = step_of(event, StepKind::address, fmt::format("It takes the address {}.", address_of(event)));
  if (stage == StepKind::ipxe) heard.sets = has_address;
  return heard;
}

Hearing hear_other_server(const Event& event) {
  const bool won = event.kind == EventKind::dhcp_other_chosen;
  Hearing heard;
  heard.step = step_of(
      event, StepKind::other_server,
      won ? fmt::format("It takes the offer of another DHCP server, {}.", field_of(event, "server")) : event.text,
      {"server", "type"});
  if (won) heard.sets = other_won, heard.why = field_of(event, "server");
  return heard;
}

Hearing hear_system_asking(const Event& event) {
  Hearing heard;
  heard.step = step_of(event, StepKind::system_address, "Its operating system asks for an address.");
  heard.sets = system_asked;
  return heard;
}

Hearing hear_nak(const Event& event) {
  Hearing heard;
  heard.step = step_of(event, StepKind::nak, event.text);
  heard.sets = told_nak;
  heard.why = event.text;
  return heard;
}

Hearing hear_ignored(const Event& event) {
  Hearing heard;
  heard.step = step_of(event, StepKind::ignored, event.text);
  heard.sets = ignored;
  // "PC 52:54:... cannot be booted: Its architecture needs ..."
  const std::size_t colon = event.text.find("cannot be booted: ");
  heard.why = colon == std::string::npos ? event.text : event.text.substr(colon + 18);
  return heard;
}

// ---- TFTP and HTTP

Hearing hear_tftp_failure(const Event& event) {
  Hearing heard;
  heard.step = step_of(event, StepKind::loader_failed, event.text, {"file", "bytes", "percent"});
  heard.why = field_of(event, "why");
  const auto outcome = field_of(event, "outcome");
  heard.sets = outcome == "silent" ? tftp_silent : outcome == "ended" ? tftp_ended : tftp_missing;
  return heard;
}

/// The step of a download that goes on: its fields are those of the download's other events, but for the percentage.
Hearing hear_progress(const Event& event, StepKind stage) {
  const bool by_http = event.kind == EventKind::file_progress, of_script = by_http && stage >= StepKind::ipxe;
  const auto percent = field_of(event, "percent");
  Hearing heard;
  heard.moves = true;
  if (by_http) {
    heard.sets = file_under_way;
    heard.why = fmt::format("{} at {} %", field_of(event, "file"), percent);
  }
  if (percent == "0") return heard;
  heard.step = step_of(event, of_script ? StepKind::file : StepKind::loader,
                       fmt::format("It loads {} ({}).", field_of(event, "file"), size_of(event, "total")), {"file"});
  heard.step->fields.emplace_back("bytes", field_of(event, "total"));
  heard.step->fields.emplace_back("percent", percent);
  return heard;
}

Hearing hear_file(const Event& event, StepKind stage) {
  const auto file = field_of(event, "file");
  Hearing heard;
  heard.clears = file_under_way;
  heard.step = stage < StepKind::ipxe
                   ? step_of(event, StepKind::loaded,
                             fmt::format("It has loaded {} ({}) by HTTP.", file, size_of(event)), {"file", "bytes"})
                   : step_of(event, StepKind::file, fmt::format("It has fetched {} ({}).", file, size_of(event)),
                             {"file", "bytes"});
  heard.step->fields.emplace_back("percent", "100");
  heard.moves = true;
  if (stage >= StepKind::ipxe) heard.sets = files_came;
  return heard;
}

/// What a script makes the machine do next that can be seen from here. Of the others (its own disk, another address, a
/// prompt, off) nothing can.
Circumstances expected_of(std::string_view decision) {
  if (decision == "san") return expects_login;
  if (decision == "installer" || decision == "windows") return expects_login | expects_files;
  const bool loads = decision == "kernel" || decision == "memdisk" || decision == "iso" || decision == "efi";
  return loads ? Circumstances{expects_files} : Circumstances{0};
}

Hearing hear_script(const Event& event) {
  const auto decision = field_of(event, "decision");
  Hearing heard;
  heard.clears = script_troubles;
  const std::size_t it = event.text.find(": it ");
  const std::string what = it == std::string::npos ? event.text : event.text.substr(it + 5);
  heard.step = step_of(event, StepKind::script, fmt::format("It has its script: it {}.", what), {"decision", "why"});
  heard.sets = expected_of(decision);
  if (decision == "broken") {
    const std::size_t colon = what.find("cannot boot: ");
    heard.why = colon == std::string::npos ? what : what.substr(colon + 13);
    const bool of_template = heard.why.starts_with("The template ");
    const bool of_image = heard.why.starts_with("The image ");
    heard.sets = of_template ? broken_template : of_image ? image_gone : broken_entry;
    heard.step->text = fmt::format("Its script can only say why it cannot boot: {}", heard.why);
  }
  return heard;
}

// ---- iSCSI

Hearing hear_login(const Event& event, StepKind stage) {
  static constexpr auto who_of = [](std::string_view kind) {
    return kind == "ipxe" ? "iPXE" : kind == "linux" ? "Linux" : kind == "windows" ? "Windows" : "An initiator";
  };
  const std::string_view kind = initiator_kind(field_of(event, "isid"));
  // One that is no iPXE is the operating system; one that nobody knows is it when iPXE has read already.
  const bool is_system = kind == "linux" || kind == "windows" || (kind == "other" && stage >= StepKind::read);
  Hearing heard;
  heard.clears = refusals | all_closed;
  heard.step = step_of(
      event, is_system ? StepKind::system : StepKind::login,
      fmt::format("{} opened {}.", who_of(kind),
                  field_of(event, "image").empty() ? "its disk" : fmt::format("the disk {}", field_of(event, "image"))),
      {"session", "target", "initiator", "image"});
  heard.step->fields.emplace_back("initiator_kind", kind);
  return heard;
}

Hearing hear_refusal(const Event& event) {
  const auto status = field_of(event, "status");
  Hearing heard;
  heard.clears = refusals;
  heard.sets = status == "busy"     ? refused_busy
               : status == "secret" ? refused_secret
               : status == "right"  ? refused_right
                                    : refused_other;
  heard.why = field_of(event, "why");
  if (heard.why.empty()) heard.why = event.text;
  heard.step = step_of(event, StepKind::refused, fmt::format("Its login was refused: {}", heard.why),
                       {"target", "initiator", "status"});
  return heard;
}

}  // namespace

std::string_view field_of(const Event& event, std::string_view name) {
  for (const auto& [key, value] : event.fields) {
    if (key == name) return value;
  }
  return {};
}

std::string_view initiator_kind(std::string_view isid) {
  if (isid.starts_with("40002723")) return "ipxe";     // IANA's number of Fen Systems
  if (isid.starts_with("00023d")) return "linux";      // open-iscsi: an OUI of Cisco
  if (isid.starts_with("40000137")) return "windows";  // IANA's number of Microsoft
  return "other";
}

std::optional<Hearing> hear(const Event& event, std::optional<StepKind> stage) {
  const bool is_firmware = !field_of(event, "firmware").empty();
  const bool system_may_run = stage && *stage >= StepKind::read;
  switch (event.kind) {
    case EventKind::dhcp_discover:
      if (is_firmware) return hear_asking(event);
      return system_may_run ? std::optional(hear_system_asking(event)) : std::nullopt;
    case EventKind::script_served:
      if (field_of(event, "decision") == "introduce") return std::nullopt;  // it asks again at once
      return hear_script(event);
    case EventKind::tftp_start: {
      Hearing heard;
      heard.step =
          step_of(event, StepKind::loader, fmt::format("It loads {} ({}).", field_of(event, "file"), size_of(event)),
                  {"file", "bytes", "percent", "blksize", "windowsize"});
      return heard;
    }
    default:
      break;
  }
  if (!stage) return std::nullopt;  // by the rest no boot begins
  Hearing heard;
  switch (event.kind) {
    case EventKind::dhcp_offer:
      heard.sets = offered;
      if (*stage < StepKind::loader) heard.step = step_of(event, StepKind::offer, event.text);
      return heard;
    case EventKind::dhcp_request:
      return system_may_run && !is_firmware ? hear_system_asking(event) : hear_request(event, *stage);
    case EventKind::dhcp_ack:
      if (*stage == StepKind::ipxe) heard.sets = has_address;
      if (*stage < StepKind::loader && event.address)
        heard.step = step_of(event, StepKind::address, fmt::format("It has the address {}.", address_of(event)));
      return heard;
    case EventKind::dhcp_other_chosen:
    case EventKind::dhcp_other_offer:
      return hear_other_server(event);
    case EventKind::dhcp_nak:
      return hear_nak(event);
    case EventKind::dhcp_ignored:
      return hear_ignored(event);
    case EventKind::pxe_request:
      heard.step = step_of(event, StepKind::boot_server, "It asks on port 4011 where its boot file is.", {"xid"});
      return heard;
    case EventKind::tftp_done:
      heard.step = step_of(event, StepKind::loaded,
                           fmt::format("It has loaded {} ({} in {} ms).", field_of(event, "file"), size_of(event),
                                       field_of(event, "milliseconds")),
                           {"file", "bytes", "percent", "milliseconds", "repeats"});
      heard.clears = tftp_troubles;
      return heard;
    case EventKind::tftp_failed:
      return hear_tftp_failure(event);
    case EventKind::tftp_progress:
    case EventKind::file_progress:
      return hear_progress(event, *stage);
    case EventKind::file_served:
      return hear_file(event, *stage);
    case EventKind::session_opened:
      return hear_login(event, *stage);
    case EventKind::login_refused:
      return hear_refusal(event);
    default:
      return std::nullopt;
  }
}

}  // namespace bootferry::boot
