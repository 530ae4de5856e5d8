// SPDX-License-Identifier: Apache-2.0
#include "boot/client.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "boot/image.hpp"
#include "boot/script_text.hpp"

namespace bootferry::boot {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

}  // namespace

Result<void> check_client_name(std::string_view name) {
  const bool well_formed =
      !name.empty() && name.size() <= 63 && std::all_of(name.begin(), name.end(), is_name_character);
  if (well_formed) return {};
  return fail(
      ErrorKind::invalid,
      fmt::format("\"{}\" is not a client name; use 1 to 63 letters, digits, '-', '_' or '.'", name.substr(0, 64)));
}

const ImageVersion* Image::find_version(unsigned number) const {
  const auto at = std::ranges::find(versions, number, &ImageVersion::number);
  return at == versions.end() ? nullptr : &*at;
}

Result<void> check_comment(std::string_view comment) {
  const bool one_line =
      std::ranges::all_of(comment, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
  if (comment.size() <= 200 && one_line) return {};
  return fail(ErrorKind::invalid, "a comment is one line of at most 200 bytes");
}

Result<void> check_block_size(std::uint64_t block_size) {
  if (block_size == 512 || block_size == 4096) return {};
  return fail(ErrorKind::invalid, fmt::format("a disk has blocks of 512 or 4096 bytes, not of {}", block_size));
}

Result<void> check_image_name(std::string_view name) {
  const bool well_formed = !name.empty() && name.size() <= 63 &&
                           std::all_of(name.begin(), name.end(), is_name_character) && name.front() != '.' &&
                           name.front() != '-';
  if (well_formed) return {};
  return fail(
      ErrorKind::invalid,
      fmt::format(
          "\"{}\" is not an image name; use 1 to 63 letters, digits, '-', '_' or '.', beginning with a letter or digit",
          name.substr(0, 64)));
}

Result<void> check_label(std::string_view what, std::string_view label) {
  const bool plain = std::ranges::all_of(label, [](char c) { return c >= 0x20 && c < 0x7f && c != '"'; });
  const bool trimmed = !label.empty() && label.front() != ' ' && label.back() != ' ' && label.front() != '-';
  if (plain && trimmed && label.size() <= 63 && check_script_text(what, label, true)) return {};
  return fail(ErrorKind::invalid,
              fmt::format("\"{}\" is not a name of {}; use 1 to 63 printable ASCII characters, not beginning with '-'",
                          label.substr(0, 64), what));
}

Result<void> check_entries(const Menu& menu) {
  if (menu.entries.size() > max_entries) {
    return fail(ErrorKind::invalid,
                fmt::format("there are {} entries; {} fit into a menu", menu.entries.size(), max_entries));
  }
  for (const Entry& entry : menu.entries) {
    if (auto name = check_label("an entry", entry.name); !name) return name;
    if (std::ranges::count(menu.entries, entry.name, &Entry::name) > 1)
      return fail(ErrorKind::invalid, fmt::format("there are two entries \"{}\"; give each its own name", entry.name));
    if (auto boot = check_boot_entry(entry.boot); !boot) return boot;
  }
  if (menu.timeout && *menu.timeout > max_menu_timeout)
    return fail(ErrorKind::invalid,
                "a menu waits for at most 3600 seconds; leave the timeout out and it waits for a key");
  return check_variables(menu.variables);
}

Result<void> check_variables(const Variables& variables) {
  if (variables.size() > 64) return fail(ErrorKind::invalid, "there are at most 64 variables");
  for (const auto& [name, value] : variables) {
    if (auto good = check_variable_name(name); !good) return good;
    if (auto good = check_script_text(fmt::format("variable {}", name), value, true); !good) return good;
  }
  return {};
}

Result<void> check_variable_name(std::string_view name) {
  const bool plain =
      std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
  if (name.empty() || name.size() > 32 || !plain || (name.front() >= '0' && name.front() <= '9')) {
    return fail(ErrorKind::invalid, fmt::format("\"{}\" is not a variable's name; use 1 to 32 of a-z, 0-9 and '_', "
                                                "beginning with a letter",
                                                name.substr(0, 40)));
  }
  if (std::ranges::find(built_in_variables, name) != std::end(built_in_variables))
    return fail(ErrorKind::invalid, fmt::format("{} is set by Bootferry; choose another name", name));
  return {};
}

void Client::set_boot(BootEntry boot) {
  menu.entries.clear();
  menu.default_entry.clear();
  std::string label(name_of(boot));
  menu.entries.push_back({0, std::move(label), std::move(boot)});
}

void keep_entry_ids(Menu& menu, const Menu& before, unsigned& next, bool plain_first) {
  for (Entry& entry : menu.entries) {
    const auto same = std::ranges::find(before.entries, entry.name, &Entry::name);
    entry.id = same == before.entries.end() ? no_entry : same->id;
  }
  bool plain_free = plain_first && std::ranges::find(menu.entries, 0U, &Entry::id) == menu.entries.end();
  for (Entry& entry : menu.entries) {
    if (entry.id != no_entry) continue;
    entry.id = plain_free ? 0 : next++;
    plain_free = false;
  }
}

}  // namespace bootferry::boot
