// SPDX-License-Identifier: Apache-2.0
// A download as the boot log tells it. Pure; called by server.
#pragma once

#include <optional>

#include "boot/event.hpp"
#include "tftp/transfer.hpp"

namespace bootferry::tftp {

struct Subject {
  IpAddress address;
  std::optional<MacAddress> mac;
  std::string file;
  std::uint64_t size = 0;
};

[[nodiscard]] boot::Event report_start(const Subject& subject, const Terms& terms);
/// How far it has come: bytes, total, percent, and the last block that the machine has acknowledged.
[[nodiscard]] boot::Event report_progress(const Subject& subject, const Transfer& transfer);
[[nodiscard]] boot::Event report_done(const Subject& subject, const Transfer& transfer, Duration took);
/// `why` is half a sentence: "the client said ...", "no answer from the client".
/// `outcome`: "silent" (the machine answers no more) or "ended" (it broke off).
[[nodiscard]] boot::Event report_failed(const Subject& subject, const Transfer& transfer, std::string_view outcome,
                                        const std::string& why);
/// As above, of a download that never began: its outcome is "missing".
[[nodiscard]] boot::Event report_refused(const Subject& subject, const std::string& why);

}  // namespace bootferry::tftp
