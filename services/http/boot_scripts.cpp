// SPDX-License-Identifier: Apache-2.0
#include "http/boot_scripts.hpp"

#include <fmt/format.h>

#include <kainjow/mustache.hpp>

#include "base/embedded_files.hpp"
#include "base/log.hpp"
#include "http/syntax/script_value.hpp"

namespace bootferry {
extern const EmbeddedFiles ipxe_scripts;
}

namespace bootferry::http {
namespace {

namespace mustache = kainjow::mustache;

constexpr std::size_t max_template = 64 * 1024;

/// The values of one template; keeps the first one that was refused.
class Values {
 public:
  void word(const char* name, const std::string& value) { keep(data_, name, value, check_script_word(value)); }
  void line(const char* name, const std::string& value) { keep(data_, name, value, check_script_line(value)); }
  void flag(const char* name, bool value) { data_.set(name, value); }
  void list(const char* name, const std::vector<std::vector<std::pair<const char*, std::string>>>& rows) {
    mustache::data list(mustache::data::type::list);
    for (const auto& row : rows) {
      mustache::data one;
      for (const auto& [key, value] : row) keep(one, key, value, check_script_word(value));
      list << one;
    }
    data_.set(name, list);
  }
  void screen(const char* name, std::string_view text) {
    mustache::data list(mustache::data::type::list);
    for (const std::string& line : render_screen_lines(text)) list << mustache::data("line", line);
    data_.set(name, list);
  }

  [[nodiscard]] const mustache::data& data() const { return data_; }
  [[nodiscard]] const Result<void>& verdict() const { return verdict_; }

 private:
  void keep(mustache::data& into, const char* name, const std::string& value, Result<void> checked) {
    if (!checked && verdict_) verdict_ = checked;
    into.set(name, value);
  }

  mustache::data data_;
  Result<void> verdict_;
};

std::string read_template(std::string_view name, const std::filesystem::path& folder) {
  const std::string file_name = fmt::format("{}.ipxe", name);
  if (auto own = open_below(folder, file_name, Patience::may_wait); own && (*own)->size() <= max_template) {
    std::string text((*own)->size(), '\0');
    const long got = (*own)->read_some(text.data(), text.size(), 0);
    if (got == static_cast<long>(text.size())) return text;
  }
  return std::string(ipxe_scripts.find(file_name).value_or("#!ipxe\nshell\n"));
}

/// Not HTML: the values were checked, and go into the script as they are.
Result<std::string> render_template(std::string_view name, const Values& values, const std::filesystem::path& folder) {
  mustache::mustache renderer(read_template(name, folder));
  renderer.set_custom_escape([](const std::string& value) { return value; });
  std::string text = renderer.render(values.data());
  if (!renderer.is_valid()) {
    return fail(ErrorKind::invalid,
                fmt::format("The template {}.ipxe is not valid: {}.", name, renderer.error_message()));
  }
  return text;
}

std::string script_url_of(const MacAddress& mac, const boot::BootSettings& settings) {
  return fmt::format("{}/boot/{}.ipxe", settings.http_base(), mac.to_string());
}

struct Filler {
  Values& values;

  std::pair<std::string, std::string> operator()(const boot::SanBoot& san) const {
    values.word("initiator", san.initiator);
    values.flag("credentials", !san.secret.empty());
    if (!san.secret.empty()) {
      values.word("user", san.user);
      values.word("secret", san.secret.reveal());
    }
    std::vector<std::vector<std::pair<const char*, std::string>>> rows;
    for (const boot::SanDrive& drive : san.drives) {
      rows.push_back({{"number", fmt::format("{:#04x}", drive.number)}, {"uri", drive.uri}});
    }
    values.list("drives", rows);
    values.flag("single", san.drives.size() == 1);
    return {"san",
            san.drives.size() == 1 ? "boots from 1 disk" : fmt::format("boots from {} disks", san.drives.size())};
  }
  std::pair<std::string, std::string> operator()(const boot::KernelBoot& kernel) const {
    values.word("kernel", kernel.kernel_url);
    values.line("command_line", kernel.command_line);
    // A kernel that is an EFI program finds its initrds by these names only; a person who wrote "initrd=" knows better.
    const bool named = kernel.command_line.find("initrd=") == std::string::npos;
    std::vector<std::vector<std::pair<const char*, std::string>>> rows;
    for (std::size_t i = 0; i < kernel.initrd_urls.size(); ++i) {
      rows.push_back({{"name", fmt::format("initrd{}", i)}, {"url", kernel.initrd_urls[i]}});
    }
    values.list("initrds", rows);
    values.flag("named", named);
    return {"kernel", "boots a kernel"};
  }
  std::pair<std::string, std::string> operator()(const boot::LocalBoot&) const {
    return {"local", "boots its own disk"};
  }
  std::pair<std::string, std::string> operator()(const boot::WaitForAssignment&) const {
    return {"wait", "waits to be assigned"};
  }
  std::pair<std::string, std::string> operator()(const boot::Broken& broken) const {
    values.screen("reason", broken.reason);
    return {"broken", "cannot boot: " + broken.reason};
  }
};

Result<RenderedScript> try_render(const boot::ScriptDecision& decision, const MacAddress& mac,
                                  const boot::BootSettings& settings, const std::filesystem::path& folder) {
  Values values;
  values.word("mac", mac.to_string());
  values.word("page", settings.http_base() + "/");
  values.word("script_url", script_url_of(mac, settings));
  auto [name, sentence] = std::visit(Filler{values}, decision);
  if (!values.verdict()) return std::unexpected(values.verdict().error());
  auto text = render_template(name, values, folder);
  if (!text) return std::unexpected(text.error());
  return RenderedScript{std::move(name), std::move(sentence), std::move(*text)};
}

void tell(const Request& request, const Site& site, const MacAddress& mac, const RenderedScript& script) {
  boot::Sighting sighting;
  sighting.mac = mac;
  sighting.address = request.peer;
  sighting.at = site.services.clock.wall_now();
  if (request.peer) site.services.addresses.learn(*request.peer, mac);
  site.services.registry.note_seen(sighting);
  const bool again = !request.target.query.empty();
  if (again && script.name == "wait") return;  // else a waiting machine would fill its boot log, a line every 3 s
  if (!site.event_limits->try_take(request.peer, site.services.clock.now())) return;
  boot::Event event;
  event.kind = boot::EventKind::script_served;
  event.mac = mac;
  event.address = request.peer;
  event.text = fmt::format("PC {} has its boot script: it {}", mac.to_string(), script.sentence);
  event.fields = {{"decision", script.name}};
  site.services.events.publish(std::move(event));
}

}  // namespace

RenderedScript render_script(const boot::ScriptDecision& decision, const MacAddress& mac,
                             const boot::BootSettings& settings, const std::filesystem::path& scripts_folder) {
  auto script = try_render(decision, mac, settings, scripts_folder);
  if (script) return std::move(*script);
  log::warning("SCRIPT_REFUSED", {{"mac", mac.to_string()}, {"why", script.error().message}});
  const boot::Broken broken{script.error().message, script_url_of(mac, settings)};
  auto screen = try_render(broken, mac, settings, scripts_folder);
  if (screen) return std::move(*screen);
  screen = try_render(broken, mac, settings, {});  // the user's own broken.ipxe is the broken one
  if (screen) return std::move(*screen);
  return {"broken", "cannot boot: " + screen.error().message,
          "#!ipxe\necho Bootferry: no boot script\nsleep 30\nexit 1\n"};
}

Answer get_boot_script(const Request& request, const Site& site) {
  std::string_view name = request.captures[0];
  if (!name.ends_with(".ipxe")) return make_problem(404, "There is nothing at this address.");
  name.remove_suffix(5);
  const auto mac = parse_mac_address(name);
  if (!mac) return make_problem(mac.error());
  if (mac->is_multicast() || *mac == MacAddress{})
    return make_problem(400, fmt::format("{} is not a machine's own address.", mac->to_string()));
  // Templates of the user's own are files: they are read where waiting is allowed.
  std::error_code unknown;
  if (request.patience == Patience::only_cached && std::filesystem::exists(site.scripts_folder(), unknown))
    return Answer::would_block();
  const auto snapshot = site.services.registry.snapshot();
  boot::ScriptDecision decision = boot::decide_script(*mac, *snapshot, site.services.boot);
  auto* san = std::get_if<boot::SanBoot>(&decision);
  if (san && san->needs_secret && site.services.boot_secrets) {
    auto credentials = site.services.boot_secrets->issue(*mac);
    san->user = std::move(credentials.user);
    san->secret = std::move(credentials.secret);
  }
  if (san && request.method == Method::get && site.services.boot_watch) site.services.boot_watch->on_boot_script(*mac);
  RenderedScript script = render_script(decision, *mac, site.services.boot, site.scripts_folder());
  if (request.method == Method::get) tell(request, site, *mac, script);
  return make_text(200, std::move(script.text));
}

}  // namespace bootferry::http
