// SPDX-License-Identifier: Apache-2.0
#include "images/check/fat_folder.hpp"

#include <array>

#include "images/check/little_endian.hpp"
#include "images/check/utf16.hpp"

namespace bootferry::images::check {
namespace {

constexpr std::size_t entry_size = 32, long_name_units = 13;
constexpr unsigned most_long_entries = 20;  // 255 characters
constexpr std::uint8_t deleted = 0xE5, label = 0x08, folder_flag = 0x10, long_name_flags = 0x0F;

// What DOS shows above 7Fh, unless it was told otherwise.
constexpr std::u16string_view code_page_437 =
    u"ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡"
    u"±≥≤⌠⌡÷"
    u"≈°∙·√ⁿ²■\u00a0";
static_assert(code_page_437.size() == 128);

std::uint8_t checksum_of(ByteView short_name) {
  unsigned sum = 0;
  for (const std::uint8_t byte : short_name) sum = ((sum & 1) << 7 | sum >> 1) + byte, sum &= 0xFF;
  return static_cast<std::uint8_t>(sum);
}

/// The pieces of a long name stand before its entry, the last one first.
class LongName {
 public:
  void take(ByteView entry) {
    const unsigned order = entry[0] & 0x3F;
    if ((entry[0] & 0x40) != 0) {
      units_.assign(order <= most_long_entries ? order * long_name_units : 0, u'\0');
      checksum_ = entry[13];
      next_ = order;
    }
    if (order == 0 || order != next_ || entry[13] != checksum_ || order * long_name_units > units_.size())
      return clear();
    static constexpr std::array<std::uint8_t, long_name_units> places{1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
    for (std::size_t i = 0; i < places.size(); ++i)
      units_[(order - 1) * long_name_units + i] = static_cast<char16_t>(u16_at(entry, places[i]));
    next_ = order - 1;
  }
  void clear() {
    units_.clear();
    next_ = 0;
  }
  /// Empty when none stands before this short name.
  [[nodiscard]] std::string of(ByteView short_name) const {
    if (units_.empty() || next_ != 0 || checksum_of(short_name) != checksum_) return {};
    const std::u16string_view all(units_.data(), units_.size());
    return utf8_of(all.substr(0, all.find(u'\0')));
  }

 private:
  std::vector<char16_t> units_;
  unsigned next_ = 0;
  std::uint8_t checksum_ = 0;
};

std::string short_name_of(ByteView entry) {
  std::string name;
  for (std::size_t i = 0; i < 11; ++i) {
    if (entry[i] == ' ') continue;
    if (i >= 8 && name.find('.') == std::string::npos) name += '.';
    // A first byte of 05h stands for E5h, which would say that the entry is deleted.
    name += static_cast<char>(i == 0 && entry[0] == 0x05 ? deleted : entry[i]);
  }
  return name;
}

/// As code page 437 has them.
std::uint8_t small_letter(std::uint8_t byte) {
  constexpr std::string_view capital = "\x80\x8E\x8F\x90\x92\x99\x9A\xA5", small = "\x87\x84\x86\x82\x91\x94\x81\xA4";
  if (byte >= 'A' && byte <= 'Z') return byte | 0x20;
  const std::size_t at = capital.find(static_cast<char>(byte));
  return at == capital.npos ? byte : static_cast<std::uint8_t>(small[at]);
}

/// Windows NT keeps "readme.txt" as a short name, and notes in byte 12 which half is in small letters.
std::string shown_name_of(const std::string& short_name, std::uint8_t small) {
  std::string name;
  const std::size_t dot = short_name.find('.');
  for (std::size_t i = 0; i < short_name.size(); ++i) {
    auto byte = static_cast<std::uint8_t>(short_name[i]);
    if ((small & (i < dot ? 0x08 : 0x10)) != 0) byte = small_letter(byte);
    if (byte < 0x80)
      name += static_cast<char>(byte);
    else
      name += utf8_of(code_page_437.substr(byte - 0x80u, 1));
  }
  return name;
}

}  // namespace

std::vector<FatFile> decode_fat_folder(ByteView bytes, unsigned bits, std::size_t most) {
  std::vector<FatFile> files;
  LongName long_name;
  for (std::size_t at = 0; at + entry_size <= bytes.size() && files.size() < most; at += entry_size) {
    const ByteView entry = bytes.subspan(at, entry_size);
    if (entry[0] == 0) break;
    const std::uint8_t attributes = entry[11];
    if (entry[0] != deleted && (attributes & 0x3F) == long_name_flags) {
      long_name.take(entry);
      continue;
    }
    if (entry[0] != deleted && entry[0] != '.' && (attributes & label) == 0) {
      FatFile file;
      file.name = short_name_of(entry);
      file.long_name = long_name.of(entry.first(11));
      if (file.long_name.empty()) file.long_name = shown_name_of(file.name, entry[12]);
      file.folder = (attributes & folder_flag) != 0;
      file.cluster = u16_at(entry, 26) | (bits == 32 ? std::uint32_t{u16_at(entry, 20)} << 16 : 0);
      file.size = u32_at(entry, 28);
      file.date = u16_at(entry, 24);
      file.time = u16_at(entry, 22);
      files.push_back(std::move(file));
    }
    long_name.clear();
  }
  return files;
}

}  // namespace bootferry::images::check
