// SPDX-License-Identifier: Apache-2.0
// A download as the boot log tells it. Pure; called by server.
#pragma once

#include <optional>

#include "boot/event.hpp"
#include "tftp/transfer.hpp"

namespace bootferry::tftp {

struct Subject {
  Ipv4Address address;
  std::optional<MacAddress> mac;
  std::string file;
  std::uint64_t size = 0;
};

[[nodiscard]] boot::Event report_start(const Subject& subject, const Terms& terms);
[[nodiscard]] boot::Event report_done(const Subject& subject, const Transfer& transfer, Duration took);
/// `why` is half a sentence: "the client said ...", "no answer from the client".
[[nodiscard]] boot::Event report_failed(const Subject& subject, std::uint64_t bytes, int percent,
                                        const std::string& why);

}  // namespace bootferry::tftp
