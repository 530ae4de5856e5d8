// SPDX-License-Identifier: Apache-2.0
#include "app/redaction.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <algorithm>

#include "base/ip_network.hpp"
#include "base/mac_address.hpp"

namespace bootferry::app {
namespace {

constexpr std::string_view hidden = "[hidden]";
constexpr std::size_t least_secret = 4, least_name = 2, longest_plain_word = 31;

/// Names that thousands have tell of nobody, and these stand in the text by themselves.
constexpr std::string_view common_names[] = {"admin", "bootferry", "debian", "localhost", "root", "server", "ubuntu"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
bool is_hex(char c) { return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }
/// What a word goes on with. Not '-': "pc1-backup" still names pc1, and "01-52-54-..." a machine.
bool is_word(char c) { return is_digit(c) || is_letter(c) || static_cast<unsigned char>(c) > 127; }

std::string small(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  return out;
}

template <class Is>
std::size_t run_of(std::string_view text, Is is) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is) - text.begin());
}

/// Those that say nothing of where a house is.
bool is_private(std::string_view address) {
  static const auto networks = [] {
    std::vector<IpNetwork> list;
    for (const char* one : {"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
                            "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3"})
      list.push_back(*parse_ip_network(one));
    return list;
  }();
  return std::ranges::any_of(networks, [&](const IpNetwork& network) { return network.contains(address); });
}

/// The length of "52:54:00" and its like: octets with the same mark between them, and no letter or digit behind.
std::size_t octets_of(std::string_view rest) {
  if (rest.size() < 3 || (rest[2] != ':' && rest[2] != '-')) return 0;
  std::size_t at = 0;
  while (at + 2 <= rest.size() && is_hex(rest[at]) && is_hex(rest[at + 1])) {
    at += 2;
    if (at + 2 >= rest.size() || rest[at] != rest[2] || !is_hex(rest[at + 1])) break;
    ++at;
  }
  return at < rest.size() && is_word(rest[at]) ? 0 : at;
}

/// 8-4-4-4-12: a machine's UUID often has its MAC in it.
std::size_t take_uuid(std::string_view rest) {
  std::size_t at = 0;
  for (const std::size_t digits : {8u, 4u, 4u, 4u, 12u}) {
    if (at != 0) {
      if (at >= rest.size() || rest[at] != '-') return 0;
      ++at;
    }
    if (run_of(rest.substr(at), is_hex) != digits) return 0;
    at += digits;
  }
  return at;
}

/// Tokens and hashes have shapes of their own; and no word of a sentence is that long, with digits in it.
std::size_t take_secret(std::string_view rest) {
  if (rest.starts_with("$argon2")) return run_of(rest, [](char c) { return c > ' ' && c != '"'; });
  const std::size_t size =
      run_of(rest, [](char c) { return is_digit(c) || is_letter(c) || std::string_view("_-+=").contains(c); });
  const std::string_view word = rest.substr(0, size);
  if (word.starts_with("bf_") && size > 12) return size;
  const bool mixed = std::ranges::any_of(word, is_digit) && std::ranges::any_of(word, is_letter);
  return size > longest_plain_word && mixed ? size : 0;
}

/// What other initiators call themselves is a host's name, or made of one (RFC 7143 4.2.7.3).
std::size_t take_initiator(std::string_view rest, std::string& out) {
  constexpr std::string_view ours = "iqn.2026-11.org.bootferry:";
  if (!small(rest.substr(0, 4)).starts_with("iqn.") || small(rest.substr(0, ours.size())) == ours) return 0;
  const std::size_t size = run_of(rest, [](char c) { return c > ' ' && c != '"' && c != ',' && c != ';' && c != ')'; });
  const std::size_t colon = rest.substr(0, size).find(':');
  if (colon == rest.npos) return 0;
  out = fmt::format("{}:{}", rest.substr(0, colon), hidden);
  return size;
}

/// A home folder is named after its owner.
std::size_t take_home(std::string_view rest, std::string& out) {
  constexpr std::string_view homes = "/home/";
  if (!rest.starts_with(homes)) return 0;
  out = "/home/user";
  return homes.size() + run_of(rest.substr(homes.size()), [](char c) { return c > ' ' && c != '/' && c != '"'; });
}

/// Of "https://name:password@host".
std::size_t take_user_info(std::string_view rest, std::string& out) {
  if (!rest.starts_with("://")) return 0;
  const std::size_t size =
      3 + run_of(rest.substr(3), [](char c) { return c > ' ' && c != '/' && c != '@' && c != '"'; });
  if (size >= rest.size() || rest[size] != '@') return 0;
  out = fmt::format("://{}@", hidden);
  return size + 1;
}

}  // namespace

void Redaction::hide_secret(std::string_view secret) {
  if (secret.size() < least_secret) return;
  secrets_.emplace_back(secret);
  std::ranges::sort(secrets_, std::greater(), &std::string::size);
}

void Redaction::hide_name(std::string_view name, std::string_view kind) {
  const std::string text = small(name);
  if (text.size() < least_name || std::ranges::find(common_names, text) != std::ranges::end(common_names)) return;
  if (std::ranges::find(names_, text, &Name::text) != names_.end()) return;
  names_.push_back({text, std::string(kind)});
  std::ranges::sort(names_, std::greater(), [](const Name& one) { return one.text.size(); });
}

std::string Redaction::without_secrets(std::string text) const {
  for (const std::string& secret : secrets_) {
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + hidden.size()))
      text.replace(at, secret.size(), hidden);
  }
  return text;
}

void Redaction::learn_titles(std::string_view text) {
  for (std::size_t open = text.find(" ("); open != text.npos; open = text.find(" (", open + 1)) {
    if (open + 20 > text.size() || text[open + 19] != ')' || !parse_mac_address(text.substr(open + 2, 17))) continue;
    std::size_t from = open;
    while (from > 0 && (is_word(text[from - 1]) || std::string_view("._-").contains(text[from - 1]))) --from;
    hide_name(text.substr(from, open - from), "client");
  }
}

std::string Redaction::apply(std::string_view text) {
  const std::string safe = without_secrets(std::string(text));
  learn_titles(safe);
  std::string out, part;
  for (std::size_t at = 0; at < safe.size();) {
    const std::string_view rest = std::string_view(safe).substr(at);
    const bool inside_word = at > 0 && is_word(safe[at - 1]) && is_word(safe[at]);
    const std::size_t taken = inside_word ? 0 : take(rest, part);
    out += taken == 0 ? rest.substr(0, 1) : part;
    at += std::max<std::size_t>(taken, 1);
  }
  return out;
}

std::size_t Redaction::take(std::string_view rest, std::string& out) {
  if (const std::size_t size = take_mac(rest, out)) return size;
  if (const std::size_t size = take_initiator(rest, out)) return size;
  if (const std::size_t size = take_home(rest, out)) return size;
  if (const std::size_t size = take_user_info(rest, out)) return size;
  out = hidden;
  if (const std::size_t size = take_uuid(rest)) return size;
  if (const std::size_t size = take_secret(rest)) return size;
  if (const std::size_t size = take_address(rest, out)) return size;
  return take_name(rest, out);
}

/// Three forms: 52:54:00:e2:e0:01, 52-54-00-e2-e0-01 (after the "01-" of PXELINUX, too) and 525400e2e001, as in the
/// names of targets. The vendor's half stays. Longer ones are client identifiers, which end with a MAC.
std::size_t Redaction::take_mac(std::string_view rest, std::string& out) {
  const std::size_t size = octets_of(rest);
  if (size > 20) return out = hidden, size;
  const std::size_t type = size == 20 && rest.starts_with("01") ? 3 : 0;
  const bool apart = size - type == 17;
  const std::size_t length = apart ? 17 : run_of(rest, is_hex);
  const auto mac = parse_mac_address(rest.substr(type, length));
  if (!mac || (!apart && (length != 12 || (rest.size() > 12 && is_word(rest[12])))))
    return size > 17 ? out = hidden, size : 0;
  out = fmt::format("{}{}", rest.substr(0, type + (apart ? 9 : 6)), stand_in("", mac->to_string()));
  return type + length;
}

std::size_t Redaction::take_address(std::string_view rest, std::string& out) {
  const auto written_with = [rest](auto is) {
    std::string text(rest.substr(0, run_of(rest, is)));
    while (text.ends_with('.') || (text.ends_with(':') && !text.ends_with("::"))) text.pop_back();
    return text;
  };
  std::string text = written_with([](char c) { return is_digit(c) || c == '.'; });
  unsigned char octets[16];
  if (inet_pton(AF_INET, text.c_str(), octets) == 1) {
    out = is_private(text) ? text : stand_in("public-", text);
    return text.size();
  }
  text = written_with([](char c) { return is_hex(c) || c == ':' || c == '.'; });
  if (std::ranges::count(text, ':') < 2 || inet_pton(AF_INET6, text.c_str(), octets) != 1) return 0;
  // Most have a MAC in them, or were given to this house alone.
  out = text == "::" || text == "::1" ? text : stand_in("ipv6-", text);
  return text.size();
}

std::size_t Redaction::take_name(std::string_view rest, std::string& out) {
  for (const Name& name : names_) {
    const std::size_t size = name.text.size();
    if (rest.size() < size || (rest.size() > size && is_word(rest[size]))) continue;
    if (small(rest.substr(0, size)) != name.text) continue;
    out = stand_in(name.kind + "-", name.text);
    return size;
  }
  return 0;
}

/// A, B, ... Z, AA, in the order in which they come.
std::string Redaction::stand_in(const std::string& kind, const std::string& what) {
  std::string& known = stand_ins_[{kind, what}];
  if (known.empty()) {
    std::string letters;
    for (unsigned number = ++given_[kind]; number > 0; number = (number - 1) / 26)
      letters.insert(letters.begin(), static_cast<char>('A' + (number - 1) % 26));
    known = kind + letters;
  }
  return known;
}

}  // namespace bootferry::app
