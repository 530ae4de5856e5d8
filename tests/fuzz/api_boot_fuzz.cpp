// SPDX-License-Identifier: Apache-2.0
// What a program writes into the API of what machines boot: an entry, a rule, a change of a client. What is taken is
// shown again as it was meant.
#include <cstdlib>

#include "base/bytes.hpp"
#include "http/api/json_boot.hpp"

namespace {

namespace api = bootferry::http::api;

void entry(const api::Json& value) {
  const auto taken = api::parse_boot(value, "boot");
  if (!taken) return;
  const auto again = api::parse_boot(api::render_boot(*taken), "boot");
  if (!again || *again != *taken) std::abort();
}

void rule(const api::Json& value) {
  const auto taken = api::parse_rule(value);
  if (!taken) return;
  const auto again = api::parse_rule(api::render_rule(*taken));
  if (!again || *again != *taken) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bootferry::ByteReader reader({data, size});
  const std::uint8_t which = reader.u8();
  const auto value = api::parse_json(bootferry::text_of(reader.take_rest()));
  if (!value) return 0;
  if (which % 4 == 0) entry(*value);
  if (which % 4 == 1) rule(*value);
  if (which % 4 == 2) (void)api::parse_menu(*value);
  if (which % 4 == 3) (void)api::parse_client_change(*value);
  return 0;
}
