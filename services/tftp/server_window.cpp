// SPDX-License-Identifier: Apache-2.0
#include "tftp/server_window.hpp"

#include <netinet/udp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace bootferry::tftp {

void WindowSender::add(std::uint16_t block, ByteView payload) {
  headers_[count_] = encode_data_header(block);
  payloads_[count_] = payload;
  if (++count_ == batch) flush();
}

void WindowSender::flush() {
  const std::size_t count = std::exchange(count_, 0);
  if (count == 0) return;
  if (count == 1)
    return content_.send_framed(headers_[0], payloads_[0], [this](ByteView packet) { try_send(port_, packet); });
  std::array<iovec, 2 * batch> memory;
  for (std::size_t i = 0; i < count; ++i) {
    memory[2 * i] = {headers_[i].data(), headers_[i].size()};
    memory[2 * i + 1] = {const_cast<std::uint8_t*>(payloads_[i].data()), payloads_[i].size()};
  }
  const std::span parts = std::span(memory).first(2 * count);
  if (!try_send_as_one(parts)) send_each(parts);
}

bool WindowSender::try_send_as_one(std::span<iovec> parts) {
  const std::size_t packet = parts[0].iov_len + parts[1].iov_len;
  // The kernel cuts one large datagram into equal ones, the last of which may be shorter (udp(7), UDP_SEGMENT).
  if (packet * parts.size() / 2 > max_datagram) return false;
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(std::uint16_t))> control{};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* part = CMSG_FIRSTHDR(&message);
  part->cmsg_level = SOL_UDP;
  part->cmsg_type = UDP_SEGMENT;
  part->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
  const auto segment = static_cast<std::uint16_t>(packet);
  std::memcpy(CMSG_DATA(part), &segment, sizeof segment);
  // What the kernel cannot cut (blocks larger than the link's frames, a card without checksums) is sent one by one.
  return ::sendmsg(port_.own.descriptor(), &message, MSG_DONTWAIT) >= 0 || errno == EAGAIN;
}

void WindowSender::send_each(std::span<iovec> parts) {
  const std::size_t count = parts.size() / 2;
  std::array<mmsghdr, batch> messages;
  for (std::size_t i = 0; i < count; ++i) {
    messages[i] = {};
    messages[i].msg_hdr.msg_iov = &parts[2 * i];
    messages[i].msg_hdr.msg_iovlen = 2;
  }
  for (std::size_t sent = 0; sent < count;) {
    const int taken =
        ::sendmmsg(port_.own.descriptor(), &messages[sent], static_cast<unsigned>(count - sent), MSG_DONTWAIT);
    if (taken <= 0) break;
    sent += static_cast<std::size_t>(taken);
  }
}

}  // namespace bootferry::tftp
