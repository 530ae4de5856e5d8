// SPDX-License-Identifier: Apache-2.0
// One connection with TLS: takes the cipher off and passes plain bytes to and from a socket pair, whose other end is
// served like any connection. So nothing else knows of TLS, and the plain door pays nothing for it (see
// docs/decisions). Spawned by server on the connection's loop.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>

#include "base/async_task_group.hpp"
#include "http/tls_certificate.hpp"

namespace bootferry::http {

/// Takes both descriptors over: `outer` is the TCP connection, `inner` our end of the pair. Holds `places` while it
/// lives. `tasks` is of the same loop.
void start_tls(TaskGroup& tasks, boost::asio::io_context& loop, int outer, int inner,
               std::shared_ptr<TlsCertificate::Context> context, std::shared_ptr<void> places);

}  // namespace bootferry::http
