// SPDX-License-Identifier: Apache-2.0
#include "load/tftp_reader.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cstring>

namespace bootferry::bench {
namespace {

constexpr std::size_t batch = 16, longest = 2048;

std::uint16_t word_at(std::string_view packet, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<std::uint8_t>(packet[at]) << 8 |
                                    static_cast<std::uint8_t>(packet[at + 1]));
}

std::string zero_ended(std::initializer_list<std::string> parts) {
  std::string out;
  for (const std::string& part : parts) out += part + '\0';
  return out;
}

}  // namespace

TftpReader::~TftpReader() {
  if (socket_ < 0) return;
  if (answered_) say(std::string("\0\5\0\0enough\0", 11));  // else the server would wait for it in the next row too
  ::close(socket_);
}

void TftpReader::begin(int epoll, std::uint64_t index) {
  if (socket_ >= 0) ::close(socket_);
  socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  epoll_event event{EPOLLIN, {.u64 = index}};
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, socket_, &event);
  server_ = plan_.server;
  answered_ = false;
  block_ = got_ = in_window_ = 0;
  block_size_ = 512, window_ = 1, repeats_ = 0;
  began_ = heard_ = Now::now();
  std::string request("\0\1", 2);
  request += zero_ended({plan_.file, "octet", "tsize", "0", "blksize", std::to_string(plan_.block_size)});
  if (plan_.window > 1) request += zero_ended({"windowsize", std::to_string(plan_.window)});
  say(std::move(request));
}

void TftpReader::say(std::string packet) {
  said_ = std::move(packet);
  ::sendto(socket_, said_.data(), said_.size(), 0, reinterpret_cast<const sockaddr*>(&server_), sizeof server_);
}

void TftpReader::acknowledge() {
  in_window_ = 0;
  const char packet[] = {0, 4, static_cast<char>(block_ >> 8), static_cast<char>(block_)};
  say(std::string(packet, sizeof packet));
}

bool TftpReader::on_readable() {
  static std::array<std::array<char, longest>, batch> buffers;
  std::array<mmsghdr, batch> messages{};
  std::array<iovec, batch> parts;
  std::array<sockaddr_in, batch> senders;
  for (std::size_t i = 0; i < batch; ++i) {
    parts[i] = {buffers[i].data(), longest};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
    messages[i].msg_hdr.msg_name = &senders[i];
    messages[i].msg_hdr.msg_namelen = sizeof senders[i];
  }
  const int count = ::recvmmsg(socket_, messages.data(), batch, MSG_DONTWAIT, nullptr);
  if (count <= 0) return false;
  heard_ = Now::now();
  for (int i = 0; i < count; ++i) {
    if (!answered_) {  // the server's port for this download is that of its first answer
      answered_ = true;
      server_ = senders[i];
    }
    if (take({buffers[i].data(), messages[i].msg_len})) {
      tally_.add(heard_ - began_);
      return true;
    }
  }
  return false;
}

bool TftpReader::take(std::string_view packet) {
  if (packet.size() < 4) throw std::runtime_error("a TFTP packet of " + std::to_string(packet.size()) + " bytes");
  switch (word_at(packet, 0)) {
    case 3:
      return take_data(packet);
    case 6:
      for (std::size_t at = 2; at < packet.size();) {
        const std::string name(packet.data() + at);
        at += name.size() + 1;
        const std::string value(packet.data() + at);
        at += value.size() + 1;
        if (strcasecmp(name.c_str(), "blksize") == 0) block_size_ = std::stoull(value);
        if (strcasecmp(name.c_str(), "windowsize") == 0) window_ = std::stoull(value);
      }
      if (block_ == 0) acknowledge();
      return false;
    default:
      throw std::runtime_error("TFTP error: " + std::string(packet.substr(4)));
  }
}

bool TftpReader::take_data(std::string_view packet) {
  const std::uint16_t number = word_at(packet, 2);
  const auto expected = static_cast<std::uint16_t>(block_ + 1);
  if (number != expected) {
    if (static_cast<std::uint16_t>(number - expected) < 0x8000) {  // one was lost: RFC 7440 section 4
      ++tally_.gaps;
      if (in_window_ > 0) acknowledge();
    }
    return false;
  }
  const std::string_view payload = packet.substr(4);
  expected_.check(got_, payload);
  ++block_, ++in_window_;
  got_ += payload.size();
  if (tally_.counting) tally_.bytes += payload.size();
  const bool last = payload.size() < block_size_;
  if (last || in_window_ == window_) acknowledge();
  if (last && got_ != expected_.bytes().size()) throw std::runtime_error("the file ended too early");
  return last;
}

void TftpReader::on_tick(Now::time_point now) {
  if (now - heard_ < std::chrono::seconds(1)) return;
  if (++repeats_ > 8) throw std::runtime_error("the TFTP server has fallen silent");
  ++tally_.repeats;
  heard_ = now;
  say(said_);
}

}  // namespace bootferry::bench
