// SPDX-License-Identifier: Apache-2.0
// Who a trusted reverse proxy (Authelia, Authentik, oauth2-proxy) says is asking: a name, and perhaps groups. Called by
// authority; pure, any thread. That the header came from a trusted address is checked before, in proxy.
#pragma once

#include <optional>

#include "http/authority.hpp"
#include "http/request.hpp"

namespace bootferry::http {

/// Nothing: the proxy names nobody. An error, which says why in a sentence: it names somebody who may not come in, or
/// names him twice.
[[nodiscard]] Result<std::optional<people::Principal>> find_proxy_user(const ProxyUser& named, const Gate& gate);

}  // namespace bootferry::http
