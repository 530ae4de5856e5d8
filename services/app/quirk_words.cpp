// SPDX-License-Identifier: Apache-2.0
#include "app/quirk_words.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

namespace bootferry::app {

using nlohmann::json;

void add_quirk_options(CLI::App& set, QuirkOptions& options) {
  set.add_option("--proxy-form", options.proxy_form,
                 "How its ROM wants a proxyDHCP offer: option43 or binl; auto learns it (proxy mode)")
      ->check(CLI::IsMember({"auto", "option43", "binl"}));
  set.add_option("--loader", options.loader,
                 "Send this loader, by its file name; \"auto\" for the one of its architecture");
  set.add_option("--tftp-options", options.tftp_options, "off: answer its TFTP without options, as in 1992")
      ->check(CLI::IsMember({"on", "off"}));
  set.add_option("--tftp-block-size", options.tftp_block_size,
                 "Never send larger TFTP blocks than this; none: as it asks")
      ->transform(CLI::Transformer(std::map<std::string, std::string>{{"none", "0"}}).description(""));
  set.add_option("--serial-console", options.serial_console,
                 "Its console is this serial port, 1 to 4; none: its screen")
      ->check(CLI::IsMember({"none", "1", "2", "3", "4"}));
}

Result<json> quirks_change_of(const QuirkOptions& options) {
  // A script whose variable is empty must not undo what was set.
  if (options.loader && options.loader->empty())
    return fail(ErrorKind::invalid, "--loader wants a file name like ipxe.efi; \"auto\" takes it back");
  json quirks = json::object();
  if (options.proxy_form) quirks["proxy_form"] = *options.proxy_form;
  if (options.loader) quirks["loader"] = *options.loader == "auto" ? json(nullptr) : json(*options.loader);
  if (options.tftp_options) quirks["tftp_no_options"] = *options.tftp_options == "off";
  if (options.tftp_block_size)
    quirks["tftp_block_size"] = *options.tftp_block_size == 0 ? json(nullptr) : json(*options.tftp_block_size);
  if (options.serial_console)
    quirks["serial_console"] =
        *options.serial_console == "none" ? json(nullptr) : json(std::stoi(*options.serial_console));
  return quirks;
}

std::string describe_quirks(const json& quirks) {
  std::vector<std::string> words;
  if (const std::string form = quirks.value("proxy_form", "auto"); form != "auto") {
    words.push_back(fmt::format("{} offers (pinned)", form));
  } else if (quirks["learned_proxy_form"].is_string()) {
    words.push_back(fmt::format("{} offers (learned)", quirks["learned_proxy_form"].get<std::string>()));
  }
  if (quirks["loader"].is_string()) words.push_back("loader " + quirks["loader"].get<std::string>());
  if (quirks.value("tftp_no_options", false)) words.emplace_back("TFTP without options");
  if (quirks["tftp_block_size"].is_number())
    words.push_back(fmt::format("TFTP blocks of at most {}", quirks["tftp_block_size"].get<unsigned>()));
  if (quirks["serial_console"].is_number())
    words.push_back(fmt::format("console on COM{}", quirks["serial_console"].get<unsigned>()));
  return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace bootferry::app
