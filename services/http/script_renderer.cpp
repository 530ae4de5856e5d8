// SPDX-License-Identifier: Apache-2.0
#include "http/script_renderer.hpp"

#include <fmt/format.h>

#include <kainjow/mustache.hpp>

#include "base/log.hpp"
#include "http/script_templates.hpp"
#include "http/syntax/ipxe_script.hpp"
#include "http/syntax/script_value.hpp"

namespace bootferry::http {
namespace {

namespace mustache = kainjow::mustache;

using Row = std::vector<std::pair<const char*, std::string>>;

/// The values of one template; keeps the first one that was refused.
class Values {
 public:
  void word(const std::string& name, const std::string& value) { keep(data_, name, value, check_script_word(value)); }
  void line(const std::string& name, const std::string& value) { keep(data_, name, value, check_script_line(value)); }
  /// Or a hole, which is filled later; no value of anybody's can look like one.
  void credential(const std::string& name, const std::string& value) {
    if (value == user_hole || value == secret_hole) return ours(name.c_str(), value);
    word(name, value);
  }
  /// What no stranger had a hand in.
  void ours(const char* name, const std::string& value) { data_.set(name, value); }
  void flag(const char* name, bool value) { data_.set(name, value); }
  void list(const char* name, const std::vector<Row>& rows) {
    mustache::data list(mustache::data::type::list);
    for (const Row& row : rows) {
      mustache::data one;
      for (const auto& [key, value] : row) {
        if (value.empty())
          one.set(key, false);
        else
          keep(one, key, value, key == std::string_view("label") ? check_script_line(value) : check_script_word(value));
      }
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
  void keep(mustache::data& into, const std::string& name, const std::string& value, Result<void> checked) {
    if (!checked && verdict_) verdict_ = checked;
    into.set(name, value);
  }

  mustache::data data_;
  Result<void> verdict_;
};

/// Not HTML: the values were checked, and go into the script as they are.
Result<std::string> fill_template(std::string_view name, const std::string& text, const Values& values) {
  mustache::mustache renderer(text);
  renderer.set_custom_escape([](const std::string& value) { return value; });
  std::string filled = renderer.render(values.data());
  if (renderer.is_valid()) return filled;
  return fail(ErrorKind::invalid,
              fmt::format("The template {}.ipxe is not valid: {}.", name, renderer.error_message()));
}

/// Puts in what a decision's template needs. Answers with the template's name and the event's sentence.
struct Filler {
  Values& values;
  const boot::BootSettings& settings;
  using Done = std::pair<std::string, std::string>;

  void fill(const boot::SanBoot& san) const {
    values.word("initiator", san.initiator);
    values.flag("credentials", !san.secret.empty());
    if (!san.secret.empty()) {
      values.credential("user", san.user);
      values.credential("secret", san.secret.reveal());
    }
    std::vector<Row> rows;
    for (const boot::SanDrive& drive : san.drives) {
      rows.push_back({{"number", fmt::format("{:#04x}", drive.number)},
                      {"uri", drive.uri},
                      {"numbered", drive.number == 0x80 ? "" : "1"},
                      {"hidden", drive.described ? "" : "1"}});
    }
    values.list("drives", rows);
    values.flag("single", san.drives.size() == 1);
    values.flag("keep_san", san.keep_san);
    values.word("boot_drive", fmt::format("{:#04x}", san.boot_drive));
  }
  void fill(const boot::KernelBoot& kernel) const {
    values.word("kernel", kernel.kernel_url);
    values.line("command_line", kernel.command_line);
    // A kernel that is an EFI program finds its initrds by these names only; a person who wrote "initrd=" knows better.
    const bool named = kernel.command_line.find("initrd=") == std::string::npos;
    std::vector<Row> rows;
    for (std::size_t i = 0; i < kernel.initrd_urls.size(); ++i) {
      rows.push_back({{"name", fmt::format("initrd{}", i)}, {"url", kernel.initrd_urls[i]}});
    }
    values.list("initrds", rows);
    values.flag("named", named);
  }
  static std::string drives_text(const boot::SanBoot& san) {
    const auto hidden = std::ranges::count(san.drives, false, &boot::SanDrive::described);
    std::string text = san.drives.size() == 1 ? "1 disk" : fmt::format("{} disks", san.drives.size());
    if (hidden > 0)
      text += fmt::format(" ({} of them only through the BIOS: the names of all do not fit into its table)", hidden);
    return text;
  }

  Done operator()(const boot::SanBoot& san) const {
    fill(san);
    if (san.boot_drive == 0x00 && san.drives.size() == 1) return {"san", "boots from its floppy drive"};
    if (san.drives.back().number == boot::cd_drive) return {"san", "boots from its CD drive"};
    return {"san", "boots from " + drives_text(san)};
  }
  Done operator()(const boot::KernelBoot& kernel) const {
    fill(kernel);
    return {"kernel", "boots a kernel"};
  }
  Done operator()(const boot::InstallerBoot& installer) const {
    fill(installer.san);
    fill(installer.kernel);
    return {"installer", "boots an installer with " + drives_text(installer.san)};
  }
  Done operator()(const boot::WindowsBoot& windows) const {
    fill(windows.san);
    values.word("wimboot", windows.wimboot_url);
    std::vector<Row> rows;
    for (const boot::NamedFile& file : windows.files) rows.push_back({{"name", file.name}, {"url", file.url}});
    values.list("files", rows);
    return {"windows", "boots Windows by wimboot with " + drives_text(windows.san)};
  }
  Done operator()(const boot::MemdiskBoot& memdisk) const {
    values.word("memdisk", memdisk.memdisk_url);
    values.word("floppy", memdisk.floppy_url);
    return {"memdisk", "boots a floppy from its memory"};
  }
  Done operator()(const boot::IsoBoot& iso) const {
    values.word("url", iso.url);
    return {"iso", "boots a CD image over HTTP"};
  }
  Done operator()(const boot::EfiBoot& efi) const {
    values.word("url", efi.url);
    values.line("arguments", efi.arguments);
    return {"efi", "runs an EFI program"};
  }
  Done operator()(const boot::ChainBoot& chain) const {
    values.word("url", chain.url);
    return {"chain", "goes on with " + chain.url};
  }
  Done operator()(const boot::LocalBoot&) const { return {"local", "boots its own disk"}; }
  Done operator()(const boot::ShellBoot&) const { return {"shell", "has a prompt of iPXE"}; }
  Done operator()(const boot::PowerOffBoot&) const { return {"poweroff", "is switched off"}; }
  Done operator()(const boot::MenuBoot& menu) const {
    std::vector<Row> rows;
    for (const boot::MenuBoot::Item& item : menu.items) {
      const std::string key = rows.size() < 9 ? std::to_string(rows.size() + 1) : "";
      rows.push_back({{"id", std::to_string(item.id)}, {"label", item.name}, {"key", key}});
    }
    values.list("items", rows);
    values.word("preset", std::to_string(menu.preset));
    const auto wait = menu.timeout.value_or(std::chrono::seconds(0));
    values.flag("timeout", false);
    if (wait.count() > 0) values.word("timeout", std::to_string(std::chrono::milliseconds(wait).count()));
    return {"menu", fmt::format("shows a menu of {}", menu.items.size())};
  }
  Done operator()(const boot::WaitForAssignment&) const { return {"wait", "waits to be assigned"}; }
  Done operator()(const boot::Introduce&) const { return {"introduce", "is asked what it is"}; }
  Done operator()(const boot::Broken& broken) const {
    values.screen("reason", broken.reason);
    return {"broken", "cannot boot: " + broken.reason};
  }
};

/// iPXE puts in what it knows of its machine.
std::string again_url_of(const std::string& retry_url) {
  const char mark = retry_url.find('?') == std::string::npos ? '?' : '&';
  return fmt::format(
      "{}{}again=1&uuid=${{uuid}}&serial=${{serial:uristring}}&platform=${{platform}}&arch=${{buildarch}}", retry_url,
      mark);
}

void fill_common(Values& values, const boot::ScriptAnswer& answer, const boot::BootSettings& settings) {
  for (const auto& [name, value] : answer.variables) {
    // Vendors write anything into a serial number; a script must not break by that.
    const bool from_machine = name == "serial" || name == "uuid";
    values.line(name, from_machine && !check_script_line(value) ? "" : value);
  }
  values.word("page", settings.http_base() + "/");
  values.word("script_url", answer.retry_url);
  values.word("menu_url", answer.retry_url);
  values.ours("again_url", again_url_of(answer.retry_url));
}

/// Names the template and tells the event's sentence.
Filler::Done fill_all(Values& values, const boot::ScriptAnswer& answer, const boot::BootSettings& settings) {
  fill_common(values, answer, settings);
  return std::visit(Filler{values, settings}, answer.decision);
}

Result<RenderedScript> try_render(const boot::ScriptAnswer& answer, const boot::BootSettings& settings,
                                  const std::filesystem::path& folder) {
  Values values;
  auto [name, sentence] = fill_all(values, answer, settings);
  if (!values.verdict()) return std::unexpected(values.verdict().error());
  auto text = fill_template(name, read_template(name, folder), values);
  if (!text) return std::unexpected(text.error());
  return RenderedScript{std::move(name), std::move(sentence), std::move(*text)};
}

/// A decision for each template, with values such as they are in life.
std::vector<boot::ScriptDecision> sample_decisions() {
  boot::SanBoot san{
      "iqn.2026-11.org.bootferry:525400e2e001", {}, true, "525400e2e001.1", boot::Secret(std::string(hidden_secret))};
  for (const std::uint8_t number : {0x80, 0x81})
    san.drives.push_back(
        {number, "iqn.2026-11.org.bootferry:525400e2e001.80", "iscsi:10.0.0.1::::iqn.2026-11.org.x:y"});
  const boot::KernelBoot kernel{"http://10.0.0.1/k", {"http://10.0.0.1/i"}, "quiet"};
  return {san,
          kernel,
          boot::InstallerBoot{san, kernel},
          boot::WindowsBoot{san, "http://10.0.0.1/wimboot", {{"BCD", "http://10.0.0.1/BCD"}}},
          boot::MemdiskBoot{"http://10.0.0.1/memdisk", "http://10.0.0.1/floppy.img"},
          boot::IsoBoot{"http://10.0.0.1/cd.iso"},
          boot::EfiBoot{"http://10.0.0.1/a.efi", "x"},
          boot::ChainBoot{"http://10.0.0.1/a.ipxe"},
          boot::LocalBoot{},
          boot::ShellBoot{},
          boot::PowerOffBoot{},
          boot::MenuBoot{{{1, "DOS"}, {2, "Windows"}}, 1, std::chrono::seconds(10)},
          boot::WaitForAssignment{},
          boot::Introduce{},
          boot::Broken{"Why.", ""}};
}

boot::ScriptAnswer sample_answer(boot::ScriptDecision decision) {
  boot::ScriptAnswer answer{
      std::move(decision), "http://10.0.0.1:8080/boot/52:54:00:e2:e0:01.ipxe", {}, "", "", false, {}};
  for (const std::string_view name : boot::built_in_variables) answer.variables[std::string(name)] = "x";
  return answer;
}

std::string template_of(const boot::ScriptAnswer& answer) {
  Values unused;
  return std::visit(Filler{unused, {}}, answer.decision).first;
}

/// The one of that template.
Result<boot::ScriptAnswer> find_sample(std::string_view name) {
  for (boot::ScriptDecision& decision : sample_decisions()) {
    boot::ScriptAnswer answer = sample_answer(std::move(decision));
    if (template_of(answer) == name) return answer;
  }
  return fail(ErrorKind::not_found, fmt::format("there is no template {}; there are: {}", name.substr(0, 64),
                                                fmt::join(template_names(), ", ")));
}

/// Has it any values of its own?
bool has_values(const boot::ScriptDecision& decision) {
  return !std::visit([](const auto& one) { return std::is_empty_v<std::decay_t<decltype(one)>>; }, decision) &&
         !std::holds_alternative<boot::WaitForAssignment>(decision);
}

/// The screen that says why a machine does not get what was decided.
boot::ScriptAnswer broken_instead(const boot::ScriptAnswer& answer, const Error& error) {
  boot::ScriptAnswer broken = answer;
  broken.decision = boot::Broken{error.message, answer.retry_url};
  std::erase_if(broken.variables, [](const auto& one) {
    return std::ranges::find(boot::built_in_variables, one.first) == std::end(boot::built_in_variables);
  });
  return broken;
}

}  // namespace

RenderedScript render_script(const boot::ScriptAnswer& answer, const boot::BootSettings& settings,
                             const std::filesystem::path& folder) {
  auto script = try_render(answer, settings, folder);
  if (script) return std::move(*script);
  const auto mac = answer.variables.find("mac");
  log::warning("SCRIPT_REFUSED",
               {{"mac", mac == answer.variables.end() ? "" : mac->second}, {"why", script.error().message}});
  const boot::ScriptAnswer broken = broken_instead(answer, script.error());
  auto screen = try_render(broken, settings, folder);
  if (screen) return std::move(*screen);
  screen = try_render(broken, settings, {});  // the user's own broken.ipxe is the broken one
  if (screen) return std::move(*screen);
  return {"broken", "cannot boot: " + screen.error().message,
          "#!ipxe\necho Bootferry: no boot script\nsleep 30\nexit 1\n"};
}

std::string fill_holes(std::string_view text, std::string_view user, std::string_view secret) {
  std::string filled;
  filled.reserve(text.size() + user.size() + secret.size());
  for (;;) {
    const std::size_t hole = std::min(text.find(user_hole), text.find(secret_hole));
    filled += text.substr(0, hole);
    if (hole == std::string_view::npos) return filled;
    filled += text[hole] == user_hole.front() ? user : secret;
    text.remove_prefix(hole + 1);
  }
}

Result<void> check_template(std::string_view name, std::string_view text) {
  if (text.size() > max_template)
    return fail(ErrorKind::invalid, fmt::format("a template has at most {} KiB", max_template / 1024));
  const auto sample = find_sample(name);
  if (!sample) return std::unexpected(sample.error());
  Values values;
  (void)fill_all(values, *sample, {});
  const auto filled = fill_template(name, std::string(text), values);
  return filled ? check_ipxe_script(*filled) : std::unexpected(filled.error());
}

Result<TemplatePreview> preview_template(std::string_view name, std::string_view text,
                                         std::span<const boot::ScriptAnswer> answers,
                                         const boot::BootSettings& settings) {
  if (auto good = check_template(name, text); !good) return std::unexpected(good.error());
  boot::ScriptAnswer now = answers.front();
  Values tried;
  (void)fill_all(tried, now, settings);
  if (!tried.verdict()) now = broken_instead(now, tried.verdict().error());
  TemplatePreview preview{template_of(now), false, ""};
  const boot::ScriptAnswer* fitting = &now;
  Values values;
  if (preview.uses != name) {
    const auto offered = answers.subspan(1);
    const auto found = std::ranges::find(offered, name, template_of);
    if (found != offered.end()) {
      fitting = &*found;
    } else if (const auto sample = find_sample(name)) {
      preview.made_up = has_values(sample->decision);
      std::visit(Filler{values, settings}, sample->decision);
    }
  }
  (void)fill_all(values, *fitting, settings);  // the machine's own values go before the examples
  if (!values.verdict()) return std::unexpected(values.verdict().error());
  auto filled = fill_template(name, std::string(text), values);
  if (!filled) return std::unexpected(filled.error());
  preview.text = std::move(*filled);
  return preview;
}

}  // namespace bootferry::http
