// SPDX-License-Identifier: Apache-2.0
// Which overlay a request means: /clients/{mac}/overlays/{image}?mode=fresh. Called by the api files; pure, any thread.
#pragma once

#include <initializer_list>

#include "boot/image_lives.hpp"
#include "http/request.hpp"

namespace bootferry::http::api {

/// `others`: what else the query may have.
[[nodiscard]] Result<boot::OverlayName> require_overlay_name(const Request& request,
                                                             std::initializer_list<std::string_view> others = {});

}  // namespace bootferry::http::api
