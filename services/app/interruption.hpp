// SPDX-License-Identifier: Apache-2.0
// What ^C does to a command that works for minutes: it says what becomes of the work, and ends the process with status
// 130. Used by the commands, on the main thread, one at a time.
#pragma once

#include <string>

namespace bootferry::app {

class Interruption {
 public:
  explicit Interruption(const std::string& farewell) { say(farewell); }
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// From here on the work is another one's, or is kept elsewhere. One sentence, as after "bootferry: ".
  void say(const std::string& farewell);
  /// From here on ^C only notes itself, for work that has to be cleaned up: see came().
  void hold();
  [[nodiscard]] static bool came();
};

}  // namespace bootferry::app
