// SPDX-License-Identifier: Apache-2.0
#include "http/boot_scripts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/log.hpp"
#include "http/script_memo.hpp"

namespace bootferry::http {
namespace {

/// What the machine says of itself and wants, from a query that anybody may have written.
struct Words {
  bool again = false;
  bool introduced = false;
  std::optional<unsigned> entry;
  std::string uuid, serial;
  boot::Architecture architecture = boot::Architecture::unknown;
};

bool is_uuid(std::string_view text) {
  constexpr std::string_view shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  const auto fits = [](char c, char wanted) {
    return wanted == '-' ? c == '-' : (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  return std::ranges::equal(text, shape, fits);
}

/// What a firmware says that has none (SMBIOS, DSP0134 7.2.1).
bool is_placeholder(std::string_view uuid) {
  return uuid.find_first_not_of("0-") == uuid.npos || uuid.find_first_not_of("fF-") == uuid.npos;
}

bool is_serial(std::string_view text) {
  return text.size() <= 64 && std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

boot::Architecture architecture_of(std::string_view platform, std::string_view build) {
  if (platform == "pcbios") return boot::Architecture::bios;
  if (platform != "efi") return boot::Architecture::unknown;
  if (build == "x86_64") return boot::Architecture::efi_x64;
  if (build == "i386") return boot::Architecture::efi_ia32;
  if (build == "arm64") return boot::Architecture::efi_arm64;
  return build == "arm32" ? boot::Architecture::efi_arm32 : boot::Architecture::unknown;
}

Words words_of(const QueryPairs& query) {
  Words words;
  std::string_view platform, build;
  for (const auto& [name, value] : query) {
    if (name == "again") words.again = true;
    if (name == "uuid") words.introduced = true;
    if (name == "uuid" && is_uuid(value) && !is_placeholder(value)) words.uuid = value;
    if (name == "serial" && is_serial(value)) words.serial = value;
    if (name == "platform") platform = value;
    if (name == "arch") build = value;
    if (name != "entry") continue;
    unsigned id = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), id);
    if (error == std::errc{} && end == value.data() + value.size()) words.entry = id;
  }
  words.architecture = architecture_of(platform, build);
  return words;
}

boot::Sighting sighting_of(const Request& request, const Site& site, const MacAddress& mac, const Words& words) {
  boot::Sighting sighting;
  sighting.mac = mac;
  if (request.peer) sighting.address = request.peer->find_ipv4();
  sighting.at = site.services.clock.wall_now();
  sighting.uuid = words.uuid;
  sighting.serial = words.serial;
  sighting.architecture = words.architecture;
  return sighting;
}

void tell(const Request& request, const Site& site, const MacAddress& mac, const Words& words,
          const boot::ScriptAnswer& answer, const RenderedScript& script) {
  if (request.peer) site.services.addresses.learn(*request.peer, mac);
  site.services.registry.note_seen(sighting_of(request, site, mac, words));
  if (words.again && script.name == "wait") return;  // else a waiting machine would fill its boot log, a line every 3 s
  if (!site.event_limits->try_take(request.peer, site.services.clock.now())) return;
  boot::Event event;
  event.kind = boot::EventKind::script_served;
  event.mac = mac;
  event.address = request.peer;
  const std::string what =
      answer.why.empty() ? script.sentence : fmt::format("{} (so says {})", script.sentence, answer.why);
  event.text = fmt::format("PC {} has its boot script: it {}", mac.to_string(), what);
  event.fields = {{"decision", script.name}};
  if (!answer.entry.empty()) event.fields.emplace_back("entry", answer.entry);
  if (!answer.why.empty()) event.fields.emplace_back("why", answer.why);
  site.services.events.publish(std::move(event));
}

template <typename Decision>  // that may be changed, or not
auto* san_of(Decision& decision) {
  if (auto* san = std::get_if<boot::SanBoot>(&decision)) return san;
  if (auto* installer = std::get_if<boot::InstallerBoot>(&decision)) return &installer->san;
  auto* windows = std::get_if<boot::WindowsBoot>(&decision);
  return windows ? &windows->san : nullptr;
}

bool needs_secret(const boot::ScriptAnswer& answer) {
  const auto* san = san_of(answer.decision);
  return san && san->needs_secret;
}

RenderedScript render_with_holes(boot::ScriptAnswer& answer, const boot::BootSettings& settings, const Site& site,
                                 const std::filesystem::path& scripts_folder) {
  if (needs_secret(answer) && site.services.boot_secrets) {
    san_of(answer.decision)->user = user_hole;
    san_of(answer.decision)->secret = boot::Secret(std::string(secret_hole));
  }
  return render_script(answer, settings, scripts_folder);
}

/// What this one fetch is given, and what it causes.
std::string finish(const MadeScript& made, const Site& site, bool for_a_boot) {
  const Services& services = site.services;
  const MacAddress& owner = made.answer.owner;
  if (!san_of(made.answer.decision)) return made.script.text;
  if (for_a_boot && services.boot_watch) services.boot_watch->on_boot_script(owner);
  if (!needs_secret(made.answer) || !services.boot_secrets) return made.script.text;
  const auto credentials = services.boot_secrets->issue(owner);
  return fill_holes(made.script.text, credentials.user, credentials.secret.reveal());
}

/// The registry must know what the machine says before its disks are asked for; then the answer is that of the next
/// look.
bool must_learn(const boot::RegistrySnapshot& registry, const MacAddress& mac, const Words& words) {
  const boot::Client* client = registry.find_client(mac);
  if (!client) return true;
  return (!words.uuid.empty() && client->uuid != words.uuid) ||
         (!words.serial.empty() && client->serial != words.serial);
}

/// The network card behind the request, when it is known and not the one that the script is for.
std::optional<MacAddress> find_other_machine(const Request& request, const Site& site, const MacAddress& mac) {
  if (!request.peer || !site.services.neighbours) return std::nullopt;
  ConnectionMemo::Asker asker{*request.peer, {}};
  if (request.memo && request.memo->asker && request.memo->asker->address == asker.address) {
    asker = *request.memo->asker;
  } else {
    asker.mac = site.services.neighbours->find(asker.address);
    if (request.memo) request.memo->asker = asker;
  }
  return asker.mac == mac ? std::nullopt : asker.mac;
}

Answer refuse_other_machine(const MacAddress& other, const MacAddress& mac, boot::ScriptAnswer answer,
                            const boot::BootSettings& settings) {
  log::warning("SCRIPT_OF_ANOTHER_MACHINE", {{"mac", mac.to_string()}, {"asked_by", other.to_string()}});
  answer.decision = boot::Broken{
      fmt::format("This is the script of {0}, but {1} asks for it, and the secret of its disks is for itself alone. If "
                  "a bridge on the way changes MAC addresses: bootferry client set {0} --auth none",
                  mac.to_string(), other.to_string()),
      answer.retry_url};
  return make_text(200, render_script(answer, settings, {}).text);
}

}  // namespace

Answer get_boot_script(const Request& request, const Site& site) {
  std::string_view name = request.captures[0];
  if (!name.ends_with(".ipxe")) return make_problem(404, "There is nothing at this address.");
  name.remove_suffix(5);
  const auto mac = parse_mac_address(name);
  if (!mac) return make_problem(mac.error());
  if (mac->is_multicast() || *mac == MacAddress{})
    return make_problem(400, fmt::format("{} is not a machine's own address.", mac->to_string()));
  const Services& services = site.services;
  const Words words = words_of(request.target.query);
  const bool for_a_boot = request.method == Method::get;
  // Templates of the user's own are files: they are read where waiting is allowed.
  std::error_code unknown;
  const bool on_loop = request.patience == Patience::only_cached;
  if (on_loop && std::filesystem::exists(site.scripts_folder(), unknown)) return Answer::would_block();
  auto snapshot = services.registry.snapshot();
  if (services.assignments && for_a_boot && must_learn(*snapshot, *mac, words)) {
    if (on_loop) return Answer::would_block();
    services.assignments->learn(sighting_of(request, site, *mac, words));
    snapshot = services.registry.snapshot();
  }
  std::optional<boot::BootSettings> over_ipv6;
  if (request.local && !request.local->is_ipv4()) {
    over_ipv6 = services.boot;
    over_ipv6->reached_at = request.local;
  }
  const boot::BootSettings& settings = over_ipv6 ? *over_ipv6 : services.boot;
  thread_local ScriptMemo memo;
  const ScriptMemo::Question question{*mac, words.entry, words.introduced, settings.reached_at};
  const ScriptMemo::World world{&services.boot, snapshot, settings.loaders.files()};
  std::shared_ptr<const MadeScript> made = on_loop ? memo.find(world, question) : nullptr;
  std::shared_ptr<MadeScript> fresh;
  if (!made) {
    fresh = std::make_shared<MadeScript>();
    fresh->answer = boot::decide_script({*mac, words.entry, words.introduced}, *snapshot, settings);
    made = fresh;
  }
  if (needs_secret(made->answer)) {
    if (const auto other = find_other_machine(request, site, *mac))
      return refuse_other_machine(*other, *mac, made->answer, settings);
  }
  if (fresh) {
    boot::ScriptAnswer& answer = fresh->answer;
    if (answer.uses_next_boot && services.assignments && for_a_boot) {
      if (on_loop) return Answer::would_block();
      const auto spent = services.assignments->spend_next_boot(answer.owner);
      // What cannot be used up is not given: it would come again at each boot.
      if (!spent) answer.decision = boot::Broken{spent.error().message, answer.retry_url};
    }
    fresh->script =
        render_with_holes(answer, settings, site, on_loop ? std::filesystem::path() : site.scripts_folder());
    if (on_loop && !answer.uses_next_boot) memo.keep(world, question, fresh);
  }
  std::string text = finish(*made, site, for_a_boot);
  if (for_a_boot) tell(request, site, *mac, words, made->answer, made->script);
  return make_text(200, std::move(text));
}

Answer get_boot_floppy(const Request& request, const Site& site) {
  const auto mac = parse_mac_address(request.captures[0]);
  if (!mac) return make_problem(mac.error());
  const Words words = words_of(request.target.query);
  const auto registry = site.services.registry.snapshot();
  const boot::Offer offer = boot::offer_of(*mac, *registry);
  const boot::Entry* entry = words.entry ? offer.find_entry(*words.entry) : nullptr;
  const auto* floppy = entry ? std::get_if<boot::Floppy>(&entry->boot) : nullptr;
  if (!floppy || !floppy->memdisk || !site.services.floppies)
    return make_problem(404, "This machine is offered no such floppy.");
  if (request.patience == Patience::only_cached) return Answer::would_block();
  auto bytes = site.services.floppies->read_floppy(floppy->drive.image);
  return bytes ? Answer(200, "application/octet-stream", std::move(*bytes)) : make_problem(bytes.error());
}

namespace {

/// For people who look.
boot::ScriptAnswer decide_without_secret(const boot::ScriptQuestion& question, const boot::RegistrySnapshot& registry,
                                         const Site& site) {
  boot::ScriptAnswer answer = boot::decide_script(question, registry, site.services.boot);
  if (auto* san = san_of(answer.decision); san && san->needs_secret) {
    san->user = question.mac.to_hex() + ".0";
    san->secret = boot::Secret(std::string(hidden_secret));
  }
  return answer;
}

}  // namespace

RenderedScript preview_script(const MacAddress& mac, const Site& site) {
  const auto registry = site.services.registry.snapshot();
  return render_script(decide_without_secret({mac}, *registry, site), site.services.boot, site.scripts_folder());
}

Result<TemplatePreview> preview_template(const MacAddress& mac, std::string_view name, std::string_view text,
                                         const Site& site) {
  const auto registry = site.services.registry.snapshot();
  std::vector<boot::ScriptAnswer> answers{decide_without_secret({mac}, *registry, site)};
  for (const boot::Offered& one : boot::offer_of(mac, *registry).entries)
    answers.push_back(decide_without_secret({mac, one.entry->id}, *registry, site));
  return preview_template(name, text, answers, site.services.boot);
}

}  // namespace bootferry::http
