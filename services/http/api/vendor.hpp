// SPDX-License-Identifier: Apache-2.0
// "vendor" of what has a MAC address: who made its network card, or null. Called by the api files; never waits but for
// the first time, when a file is read: on a worker.
#pragma once

#include "base/mac_address.hpp"
#include "http/api/json.hpp"
#include "http/site.hpp"

namespace bootferry::http::api {

[[nodiscard]] inline Json vendor_of(const MacAddress& mac, const Site& site) {
  const boot::Vendors* vendors = site.services.vendors;
  const auto name = vendors ? vendors->find_vendor(mac) : std::nullopt;
  return name ? Json(*name) : Json(nullptr);
}

}  // namespace bootferry::http::api
