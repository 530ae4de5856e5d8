// SPDX-License-Identifier: Apache-2.0
// What a program writes into the API of what machines boot: an entry, a rule, a change of a client, the whole file of
// "apply". What is taken is shown again as it was meant.
#include <cstdlib>

#include "base/bytes.hpp"
#include "http/api/json_boot.hpp"
#include "http/api/json_setup.hpp"

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
  const auto text = bootferry::text_of(reader.take_rest());
  if (which % 5 == 4) {
    if (const auto file = api::parse_setup(text)) (void)api::images_of(file->order);
    return 0;
  }
  const auto value = api::parse_json(text);
  if (!value) return 0;
  if (which % 5 == 0) entry(*value);
  if (which % 5 == 1) rule(*value);
  if (which % 5 == 2) (void)api::parse_menu(*value);
  if (which % 5 == 3) (void)api::parse_client_change(*value);
  return 0;
}
