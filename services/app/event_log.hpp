// SPDX-License-Identifier: Apache-2.0
// Writes each event as a line of the log: DHCP_OFFER mac=... text="...". Called on the db thread.
#pragma once

#include "boot/event.hpp"

namespace bootferry::app {

void log_event(const boot::Event& event);

}  // namespace bootferry::app
