// SPDX-License-Identifier: Apache-2.0
// Diagnostics of any text: whatever stands around them, a secret and a machine's address on lines of their own are not
// in what comes out.
#include <cstdlib>

#include "app/redaction.hpp"
#include "base/bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(bootferry::text_of({data, size}));
  bootferry::app::Redaction redaction;
  redaction.hide_secret("chap-secret-12");
  redaction.hide_name("annas-pc", "client");
  const std::string out = redaction.apply(text + "\n52:54:00:e2:e0:01\nchap-secret-12\nannas-pc\n" + text);
  for (const char* secret : {"\n52:54:00:e2:e0:01\n", "chap-secret-12", "\nannas-pc\n"})
    if (text.find(secret) == std::string::npos && out.find(secret) != std::string::npos) std::abort();
  return 0;
}
