// SPDX-License-Identifier: Apache-2.0
// The whole appliance: owns every service and wires them together. Members are in the order of start-up; their
// destruction, in reverse, is the order of shutdown. Built and stopped on the main thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/settings.hpp"

namespace bootferry::app {

class Appliance {
 public:
  /// Opens the state and all listeners; throws std::runtime_error with one sentence that names the mend when something
  /// is in the way.
  /// `begin_anew` is called when somebody restored a backup, from any thread: this appliance is to be stopped, and
  /// another one made.
  explicit Appliance(const Settings& settings, std::function<void()> begin_anew = [] {});
  ~Appliance();
  Appliance(const Appliance&) = delete;
  Appliance& operator=(const Appliance&) = delete;

  /// Begins to answer.
  void start();
  /// Takes leave of every client (iSCSI asynchronous logout request), flushes, and ends all threads.
  void stop();

  /// What was chosen, for the console: interface, address, mode, URL, where the token is.
  [[nodiscard]] std::string welcome() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
  bool started_ = false;
};

}  // namespace bootferry::app
