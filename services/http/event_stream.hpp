// SPDX-License-Identifier: Apache-2.0
// Sends the live stream on a channel until one side ends it: server-sent events with ids, resumed behind Last-Event-ID,
// "reset" when something was lost, a comment every 15 s. On the channel's loop. HTML standard, section 9.2.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "boot/event.hpp"
#include "http/channel.hpp"
#include "http/site.hpp"

namespace bootferry::http {

/// The channel and the site outlive the stream. The head was sent before.
boost::asio::awaitable<void> serve_events(Channel& channel, const Site& site, LiveEvents wanted);

[[nodiscard]] std::string render_stream_event(const boot::Event& event);
[[nodiscard]] std::string render_stream_reset(std::uint64_t last_id);

}  // namespace bootferry::http
