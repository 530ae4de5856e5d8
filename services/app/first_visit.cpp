// SPDX-License-Identifier: Apache-2.0
#include "app/first_visit.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "app/qr_code.hpp"

namespace bootferry::app {

std::string render_first_visit(std::string_view url) {
  const QrColors colors = isatty(STDOUT_FILENO) != 0 ? QrColors::black_and_white : QrColors::of_terminal;
  return fmt::format("                 or open {}, or scan it:\n{}", url, render_qr_code(url, colors));
}

}  // namespace bootferry::app
