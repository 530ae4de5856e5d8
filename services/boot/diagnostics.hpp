// SPDX-License-Identifier: Apache-2.0
// What a stranger needs who helps with this server, as one text that may be shown to anybody. Implemented by app, and
// by a fake in the tests of http. It takes seconds: on a worker only.
#pragma once

#include <string>

namespace bootferry::boot {

class Diagnostics {
 public:
  virtual ~Diagnostics() = default;
  /// UTF-8, lines; without secrets, and with other names for machines, people and public addresses.
  [[nodiscard]] virtual std::string render_diagnostics() = 0;
};

}  // namespace bootferry::boot
