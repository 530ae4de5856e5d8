// SPDX-License-Identifier: Apache-2.0
// The shell of the capture: listens to the LAN interface by libpcap, with a filter that the kernel runs, so that disks'
// data never comes up here. Made by app; its own thread; needs CAP_NET_RAW and is optional without it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/background_threads.hpp"
#include "base/result.hpp"
#include "capture/excerpt.hpp"
#include "capture/packet_rings.hpp"

namespace bootferry::capture {

/// What libpcap compiles for these ports; tests read it.
[[nodiscard]] std::string render_filter(const Ports& ports);

class Server {
 public:
  /// On the capture's thread.
  using OnKnock = std::function<void(const MacAddress& client, Knock knock)>;

  /// `own`: the interface's address. `rings` outlives it.
  Server(PacketRings& rings, MacAddress own, Ports ports, OnKnock on_knock);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// unavailable: the sentence says what is missing; everything else works without a capture.
  [[nodiscard]] Result<void> open(const std::string& interface);
  void start();
  void stop() { background_.stop(); }

 private:
  struct Handle;
  void take(ByteView bytes, std::uint32_t length, std::chrono::sys_time<std::chrono::microseconds> at);

  PacketRings& rings_;
  const Ports ports_;
  Excerpt excerpt_;
  const OnKnock on_knock_;
  std::unique_ptr<Handle> handle_;
  BackgroundThreads background_;  ///< the last member: it ends first
};

}  // namespace bootferry::capture
