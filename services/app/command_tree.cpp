// SPDX-License-Identifier: Apache-2.0
#include "app/command_tree.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <functional>
#include <vector>

namespace bootferry::app {
namespace {

using Commands = std::vector<const CLI::App*>;
using Options = std::vector<const CLI::Option*>;

/// Those that people see: one with an empty group is hidden.
Commands commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* one) { return !one->get_name().empty() && !one->get_group().empty(); });
}

Options options_of(const CLI::App& app) {
  return app.get_options([](const CLI::Option* one) { return !one->get_group().empty(); });
}

/// "--drive" and "-d" of an option; nothing of a positional one.
std::vector<std::string> flags_of(const CLI::Option& option) {
  std::vector<std::string> flags;
  for (const std::string& name : option.get_lnames()) flags.push_back("--" + name);
  for (const std::string& name : option.get_snames()) flags.push_back("-" + name);
  return flags;
}

/// Calls `visit` with each command and the words that lead to it ("client set"; "" for the whole).
void walk(const CLI::App& app, const std::string& path,
          const std::function<void(const CLI::App&, const std::string&)>& visit) {
  visit(app, path);
  for (const CLI::App* command : commands_of(app))
    walk(*command, path.empty() ? command->get_name() : path + " " + command->get_name(), visit);
}

std::string words_after(const CLI::App& app) {
  std::string words;
  for (const CLI::App* command : commands_of(app)) words += command->get_name() + " ";
  for (const CLI::Option* option : options_of(app))
    for (const std::string& flag : flags_of(*option)) words += flag + " ";
  if (!words.empty()) words.pop_back();
  return words;
}

/// The words typed so far pick a line of the table; options are skipped, file names are left to the shell.
std::string render_bash(const CLI::App& app) {
  std::string text =
      "# Completion of bootferry; made by `bootferry completion`.\n"
      "_bootferry() {\n"
      "  local word path= candidates= index\n"
      "  for ((index = 1; index < COMP_CWORD; index++)); do\n"
      "    word=${COMP_WORDS[index]}\n"
      "    case \"${path:+$path }$word\" in\n";
  std::string known;
  walk(app, "", [&](const CLI::App&, const std::string& path) {
    if (!path.empty()) known += (known.empty() ? "\"" : " | \"") + path + "\"";
  });
  text += fmt::format("      {}) path=\"${{path:+$path }}$word\" ;;\n", known);
  text +=
      "    esac\n"
      "  done\n"
      "  case \"$path\" in\n";
  walk(app, "", [&](const CLI::App& command, const std::string& path) {
    text += fmt::format("    \"{}\") candidates=\"{}\" ;;\n", path, words_after(command));
  });
  text +=
      "  esac\n"
      "  mapfile -t COMPREPLY < <(compgen -W \"$candidates\" -- \"${COMP_WORDS[COMP_CWORD]}\")\n"
      "}\n"
      "complete -o default -F _bootferry bootferry\n";
  return text;
}

std::string quote_for_fish(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

/// Where `path` was typed and none of the commands that may follow it yet.
std::string fish_condition(const CLI::App& app, const std::string& path) {
  if (path.empty()) return "__fish_use_subcommand";
  std::string condition;
  for (std::string_view rest = path; !rest.empty();) {
    const std::size_t end = rest.find(' ');
    condition +=
        fmt::format("{}__fish_seen_subcommand_from {}", condition.empty() ? "" : "; and ", rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  std::string next;
  for (const CLI::App* command : commands_of(app)) next += " " + command->get_name();
  return next.empty() ? condition : condition + "; and not __fish_seen_subcommand_from" + next;
}

std::string render_fish(const CLI::App& app) {
  std::string text = "# Completion of bootferry; made by `bootferry completion`.\n";
  walk(app, "", [&](const CLI::App& command, const std::string& path) {
    const std::string condition = quote_for_fish(fish_condition(command, path));
    for (const CLI::App* next : commands_of(command))
      text += fmt::format("complete -c bootferry -n {} -f -a {} -d {}\n", condition, next->get_name(),
                          quote_for_fish(next->get_description()));
    for (const CLI::Option* option : options_of(command))
      for (const std::string& name : option->get_lnames())
        text += fmt::format("complete -c bootferry -n {} -l {} -d {}{}\n", condition, name,
                            quote_for_fish(option->get_description()), option->get_expected_min() > 0 ? " -r" : "");
  });
  return text;
}

std::string roff(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\\')
      safe += "\\e";
    else if (c == '-')
      safe += "\\-";
    else
      safe += c;
  }
  // A line that begins with a dot or an apostrophe would be a request.
  return safe.starts_with('.') || safe.starts_with('\'') ? "\\&" + safe : safe;
}

std::string synopsis_of(const CLI::App& command, const std::string& path) {
  std::string line = fmt::format(".B bootferry {}\n", roff(path));
  for (const CLI::Option* option : options_of(command)) {
    if (!option->get_positional()) continue;
    const std::string name = roff(option->get_name(true));
    line += option->get_required() ? fmt::format(".I {}\n", name) : fmt::format(".RI [ {} ]\n", name);
  }
  return line;
}

std::string entry_of(const CLI::Option& option) {
  std::string names;
  for (const std::string& flag : flags_of(option)) names += (names.empty() ? "" : ", ") + flag;
  if (names.empty()) names = option.get_name(true);
  return fmt::format(".TP\n.B {}\n{}\n", roff(names), roff(option.get_description()));
}

}  // namespace

std::string render_completion(const CLI::App& app, Shell shell) {
  switch (shell) {
    case Shell::bash:
      return render_bash(app);
    case Shell::zsh:
      return "#compdef bootferry\nautoload -U +X bashcompinit && bashcompinit\n" + render_bash(app);
    case Shell::fish:
      return render_fish(app);
  }
  return {};
}

std::string render_manual(const CLI::App& app, const std::string& version) {
  std::string text =
      fmt::format(".TH BOOTFERRY 1 \"\" \"Bootferry {}\" \"User commands\"\n.SH NAME\nbootferry \\- {}\n", version,
                  roff(app.get_description()));
  text += ".SH SYNOPSIS\n.B bootferry\n.RI [ options ]\n.I command\n.SH OPTIONS\n";
  for (const CLI::Option* option : options_of(app)) text += entry_of(*option);
  text += ".SH COMMANDS\n";
  walk(app, "", [&](const CLI::App& command, const std::string& path) {
    if (path.empty() || !commands_of(command).empty()) return;
    text += fmt::format(".SS \"bootferry {}\"\n{}.PP\n{}.\n", roff(path), synopsis_of(command, path),
                        roff(command.get_description()));
    for (const CLI::Option* option : options_of(command)) text += entry_of(*option);
  });
  text +=
      ".SH EXIT STATUS\n0 done, 1 not done (one sentence on the standard error says why), 2 wrong usage.\n"
      ".SH FILES\n.TP\n.I /etc/bootferry/bootferry.toml\nSettings; \\fBbootferry config show\\fR explains each.\n"
      ".TP\n.I /var/lib/bootferry\nImages, overlays, database.\n";
  return text;
}

}  // namespace bootferry::app
