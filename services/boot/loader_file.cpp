// SPDX-License-Identifier: Apache-2.0
#include "boot/loader_file.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace bootferry::boot {
namespace {

constexpr std::size_t max_version = 64;

std::uint32_t little_endian(std::string_view file, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value |= std::uint32_t{static_cast<std::uint8_t>(file[at + i])} << (8 * i);
  return value;
}

/// The machine of a PE header; empty when it is no EFI program.
std::optional<Architecture> find_pe_architecture(std::string_view file) {
  if (!file.starts_with("MZ") || file.size() < 0x40) return std::nullopt;
  const std::size_t header = little_endian(file, 0x3c, 4);
  if (header > file.size() || file.size() - header < 6 || file.substr(header, 4) != std::string_view("PE\0\0", 4))
    return std::nullopt;
  switch (little_endian(file, header + 4, 2)) {
    case 0x8664:
      return Architecture::efi_x64;
    case 0x014c:
      return Architecture::efi_ia32;
    case 0xaa64:
      return Architecture::efi_arm64;
    case 0x01c0:
    case 0x01c2:
    case 0x01c4:
      return Architecture::efi_arm32;
    default:
      return Architecture::unknown;
  }
}

/// The printable text at `at`, up to its NUL or newline; empty when it is none, or too long for a version.
std::string_view word_at(std::string_view file, std::size_t at) {
  const std::string_view rest = file.substr(std::min(at, file.size()), max_version + 1);
  const std::size_t end = rest.find_first_of(std::string_view("\0\n", 2));
  if (end == std::string_view::npos) return {};
  const std::string_view word = rest.substr(0, end);
  return std::ranges::all_of(word, [](char c) { return c >= ' ' && c <= '~'; }) ? word : std::string_view{};
}

bool is_version(std::string_view word) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::size_t dot = word.find('.');
  return dot != std::string_view::npos && dot > 0 && dot + 1 < word.size() &&
         std::ranges::all_of(word.substr(0, dot), digit) && digit(word[dot + 1]) && std::ranges::count(word, '.') >= 2;
}

/// iPXE keeps its name and its version side by side.
std::string find_ipxe_version(std::string_view file) {
  constexpr std::string_view name("iPXE\0", 5);
  for (std::size_t at = file.find(name); at != std::string_view::npos; at = file.find(name, at + 1)) {
    const std::size_t next = file.find_first_not_of('\0', at + name.size());
    if (next == std::string_view::npos || next - at > 16) continue;
    if (const std::string_view word = word_at(file, next); is_version(word)) return std::string(word);
  }
  return {};
}

std::string find_shim_version(std::string_view file) {
  constexpr std::string_view mark = "UEFI SHIM\n$Version: ";
  const std::size_t at = file.find(mark);
  if (at == std::string_view::npos) return {};
  const std::string_view word = word_at(file, at + mark.size());
  return word.empty() ? std::string() : "shim " + std::string(word.substr(0, word.find(' ')));
}

/// Of what starts like a Linux kernel: ipxe.lkrn.
std::string find_kernel_version(std::string_view file) {
  if (file.size() < 0x210 || file.substr(0x202, 4) != "HdrS") return {};
  return std::string(word_at(file, 0x200 + little_endian(file, 0x20e, 2)));
}

}  // namespace

LoaderFacts read_loader_facts(ByteView bytes) {
  const std::string_view file = text_of(bytes);
  LoaderFacts facts;
  if (auto kernel = find_kernel_version(file); !kernel.empty()) {
    facts.version = std::move(kernel);
    return facts;
  }
  facts.architecture = find_pe_architecture(file).value_or(Architecture::bios);
  facts.version = find_shim_version(file);
  if (facts.version.empty()) facts.version = find_ipxe_version(file);
  return facts;
}

}  // namespace bootferry::boot
