// SPDX-License-Identifier: Apache-2.0
// A window's DATA packets (RFC 7440) in one system call: one datagram that the kernel cuts (UDP_SEGMENT), else
// sendmmsg; a lone block by send, framed where it lies. Used by server_downloads.cpp, on the server's thread; nothing
// here waits, and what the kernel does not take at once is lost, as on a wire.
#pragma once

#include <sys/uio.h>

#include <array>
#include <span>

#include "tftp/file_content.hpp"
#include "tftp/server_socket.hpp"

namespace bootferry::tftp {

class WindowSender {
 public:
  WindowSender(const DownloadPort& port, FileContent& content) : port_(port), content_(content) {}
  /// `payload` lies in the content.
  void add(std::uint16_t block, ByteView payload);
  void flush();

 private:
  static constexpr std::size_t batch = 32;
  static constexpr std::size_t max_datagram = 65'000;  ///< IP's 65,535 less headers
  /// `parts`: header and payload of each packet in turn.
  [[nodiscard]] bool try_send_as_one(std::span<iovec> parts);
  void send_each(std::span<iovec> parts);

  const DownloadPort& port_;
  FileContent& content_;
  std::size_t count_ = 0;
  std::array<std::array<std::uint8_t, data_header_size>, batch> headers_;
  std::array<ByteView, batch> payloads_;
};

}  // namespace bootferry::tftp
