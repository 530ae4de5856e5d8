// SPDX-License-Identifier: Apache-2.0
#include "boot/quirks.hpp"

#include <fmt/format.h>

#include "boot/image.hpp"

namespace bootferry::boot {
namespace {

constexpr std::string_view form_names[] = {"auto", "option43", "binl"};  // in the order of ProxyForm
constexpr std::uint64_t least_block = 8, largest_block = 65464;          // RFC 2348

}  // namespace

std::string_view name_of(ProxyForm form) { return form_names[static_cast<std::size_t>(form)]; }

Result<ProxyForm> parse_proxy_form(std::string_view name) {
  for (std::size_t i = 0; i < std::size(form_names); ++i) {
    if (form_names[i] == name) return static_cast<ProxyForm>(i);
  }
  return fail(ErrorKind::invalid,
              fmt::format("\"{}\" is not a form of proxyDHCP offer; use auto, option43 or binl", name.substr(0, 40)));
}

Result<Quirks> change_quirks(Quirks quirks, const QuirksChange& change) {
  if (change.loader) {
    // Loaders are named like images: no path, nothing that a request could be confused by.
    if (!change.loader->empty() && !check_image_name(*change.loader)) {
      return fail(ErrorKind::invalid, fmt::format("\"{}\" is not a loader's name; use the name of a file like ipxe.efi",
                                                  change.loader->substr(0, 64)));
    }
    quirks.loader = *change.loader;
  }
  if (change.tftp_block_size) {
    const std::uint64_t size = *change.tftp_block_size;
    if (size != 0 && (size < least_block || size > largest_block)) {
      return fail(ErrorKind::invalid, fmt::format("TFTP blocks have {} to {} bytes, not {}; 0 leaves it to the client",
                                                  least_block, largest_block, size));
    }
    quirks.tftp_block_size = static_cast<std::uint16_t>(size);
  }
  if (change.serial_console) {
    if (*change.serial_console > 4)
      return fail(ErrorKind::invalid, "a serial console is 1 to 4 (COM1 to COM4), or 0 for none");
    quirks.serial_console = static_cast<std::uint8_t>(*change.serial_console);
  }
  quirks.proxy_form = change.proxy_form.value_or(quirks.proxy_form);
  quirks.tftp_no_options = change.tftp_no_options.value_or(quirks.tftp_no_options);
  return quirks;
}

}  // namespace bootferry::boot
