// SPDX-License-Identifier: Apache-2.0
// Takes out of a text what strangers must not see: secrets wholly; MAC and public addresses, names of machines and
// people by stand-ins that stay the same throughout, so that one can still follow a machine. Used by diagnostics; pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bootferry::app {

class Redaction {
 public:
  /// Wherever it stands; too short ones (under 4 characters) are in no text by themselves.
  void hide_secret(std::string_view secret);
  /// As a word of its own, capital letters or not; but for "debian" and its like. `kind` is what stands in its place:
  /// "client", "user", "host".
  void hide_name(std::string_view name, std::string_view kind);
  /// The whole text. Names that stand before a MAC ("pc1 (52:54:00:...)") are taken for such, known or not.
  [[nodiscard]] std::string apply(std::string_view text);

 private:
  struct Name {
    std::string text;  ///< in small letters
    std::string kind;
  };
  /// How many characters at the beginning of `rest` were understood, with what stands for them in `out`; 0: none.
  [[nodiscard]] std::size_t take(std::string_view rest, std::string& out);
  [[nodiscard]] std::size_t take_mac(std::string_view rest, std::string& out);
  [[nodiscard]] std::size_t take_address(std::string_view rest, std::string& out);
  [[nodiscard]] std::size_t take_name(std::string_view rest, std::string& out);
  [[nodiscard]] std::string stand_in(const std::string& kind, const std::string& what);
  [[nodiscard]] std::string without_secrets(std::string text) const;
  void learn_titles(std::string_view text);

  std::vector<std::string> secrets_;
  std::vector<Name> names_;
  std::map<std::pair<std::string, std::string>, std::string> stand_ins_;  ///< of kind and thing
  std::map<std::string, unsigned> given_;                                 ///< how many of each kind
};

}  // namespace bootferry::app
