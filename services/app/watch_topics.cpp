// SPDX-License-Identifier: Apache-2.0
#include "app/watch_topics.hpp"

namespace bootferry::app {

bool concerns(Topic topic, std::string_view kind) {
  if (kind == "server-started" || kind == "reset") return true;  // whatever was heard before may have changed
  const auto of = [kind](auto... prefixes) { return (kind.starts_with(prefixes) || ...); };
  switch (topic) {
    case Topic::clients:  // nearly all is a machine's traffic: its state, address and "last seen" move
      return !of("job-", "image-", "overlay-", "boot-step", "tftp-progress", "file-progress");
    case Topic::images:
      return of("image-", "overlay-", "job-ended", "client-changed", "client-removed");
    case Topic::sessions:  // their counters move while machines boot
      return of("session-", "boot-");
    case Topic::leases:
      return of("dhcp-ack", "dhcp-release", "dhcp-decline");
    case Topic::boots:
      return of("boot-", "client-changed");
    case Topic::overlays:
      return of("overlay-", "session-", "image-", "client-changed", "client-removed");
    case Topic::jobs:
      return of("job-");
  }
  return true;
}

}  // namespace bootferry::app
