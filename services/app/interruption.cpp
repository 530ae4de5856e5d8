// SPDX-License-Identifier: Apache-2.0
#include "app/interruption.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstring>
#include <deque>

namespace bootferry::app {
namespace {

// A handler may read plain memory only.
std::atomic<const char*> said;
std::atomic<bool> has_come;

void end_process(int) {
  const char* text = said;
  (void)!::write(STDERR_FILENO, text, std::strlen(text));
  ::_exit(130);
}

void note(int) { has_come = true; }

}  // namespace

Interruption::~Interruption() { std::signal(SIGINT, SIG_DFL); }

void Interruption::say(const std::string& farewell) {
  static std::deque<std::string> texts;  // a few in the life of a process; each stays where it is
  said = texts.emplace_back(fmt::format("\nbootferry: {}\n", farewell)).c_str();
  std::signal(SIGINT, end_process);
}

void Interruption::hold() {
  has_come = false;
  std::signal(SIGINT, note);
}

bool Interruption::came() { return has_come; }

}  // namespace bootferry::app
