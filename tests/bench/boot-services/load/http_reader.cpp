// SPDX-License-Identifier: Apache-2.0
#include "load/http_reader.hpp"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace bootferry::bench {
namespace {

constexpr std::size_t buffer_size = 256 * 1024;
char buffer[buffer_size];

int connect_to(const sockaddr_in& server) {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const linger reset{1, 0};  // else the ports of a minute's connections run out
  ::setsockopt(made, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  if (::connect(made, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0)
    throw std::runtime_error(std::string("connect: ") + std::strerror(errno));
  return made;
}

}  // namespace

HttpReader::~HttpReader() {
  if (socket_ >= 0) ::close(socket_);
}

void HttpReader::begin(int epoll, std::uint64_t index) {
  began_ = Now::now();
  if (socket_ >= 0 && !plan_.keep) ::close(std::exchange(socket_, -1));
  if (socket_ < 0) {
    socket_ = connect_to(plan_.server);
    epoll_event event{EPOLLIN, {.u64 = index}};
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, socket_, &event);
  }
  head_.clear();
  in_body_ = false;
  offset_ = 0;
  std::string request = "GET " + plan_.path + " HTTP/1.1\r\nHost: bench\r\n";
  if (plan_.range > 0) {
    offset_ = random_() % (plan_.span / plan_.range) * plan_.range;
    request += "Range: bytes=" + std::to_string(offset_) + "-" + std::to_string(offset_ + plan_.range - 1) + "\r\n";
  }
  if (!plan_.keep) request += "Connection: close\r\n";
  request += "\r\n";
  if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
    throw std::runtime_error("the HTTP server has closed");
}

bool HttpReader::on_readable() {
  const bool unread = in_body_ && plan_.drop;
  const std::size_t most = in_body_ ? std::min<std::uint64_t>(left_, buffer_size) : 4096;
  const ssize_t count = ::recv(socket_, buffer, most, MSG_DONTWAIT | (unread ? MSG_TRUNC : 0));
  if (count < 0) return false;
  if (count == 0) throw std::runtime_error("the HTTP server has closed");
  std::string_view got(buffer, static_cast<std::size_t>(count));
  if (!in_body_) {
    const std::size_t before = head_.size();
    head_ += got;
    const std::size_t end = head_.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    take_head(std::string_view(head_).substr(0, end + 2));
    got.remove_prefix(end + 4 - before);
    in_body_ = true;
  }
  if (plan_.expected && !unread) plan_.expected->check(offset_, got);
  offset_ += got.size();
  left_ -= got.size();
  if (tally_.counting) tally_.bytes += got.size();
  if (left_ > 0) return false;
  tally_.add(Now::now() - began_);
  return true;
}

void HttpReader::take_head(std::string_view head) {
  if (!head.starts_with("HTTP/1.1 20")) throw std::runtime_error("answer: " + std::string(head.substr(0, 60)));
  const std::size_t at = head.find("Content-Length: ");
  if (at == std::string_view::npos) throw std::runtime_error("an answer without Content-Length");
  left_ = std::stoull(std::string(head.substr(at + 16, 20)));
}

}  // namespace bootferry::bench
