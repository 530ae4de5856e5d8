// SPDX-License-Identifier: Apache-2.0
#include "app/neighbour_table.hpp"

#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

namespace bootferry::app {
namespace {

struct Question {
  nlmsghdr header{};
  ndmsg neighbour{};
  rtattr kind{};
  std::array<std::uint8_t, 16> address{};
};

Question question_for(const IpAddress& address, unsigned interface_index, std::uint32_t number) {
  const auto v4 = address.find_ipv4();
  const std::size_t skipped = v4 ? 12 : 0;  // IPv4 stands in the last four octets
  const std::size_t size = address.octets().size() - skipped;
  Question made;
  std::memcpy(made.address.data(), address.octets().data() + skipped, size);
  made.kind.rta_type = NDA_DST;
  made.kind.rta_len = static_cast<unsigned short>(RTA_LENGTH(size));
  made.neighbour.ndm_family = v4 ? AF_INET : AF_INET6;
  made.neighbour.ndm_ifindex = static_cast<int>(interface_index);
  made.header.nlmsg_type = RTM_GETNEIGH;
  made.header.nlmsg_flags = NLM_F_REQUEST;
  made.header.nlmsg_seq = number;
  made.header.nlmsg_len = static_cast<__u32>(offsetof(Question, address) + size);
  return made;
}

std::optional<MacAddress> mac_of(const nlmsghdr* answer) {
  if (answer->nlmsg_type != RTM_NEWNEIGH) return std::nullopt;  // NLMSG_ERROR: there is none
  const auto* neighbour = static_cast<const ndmsg*>(NLMSG_DATA(answer));
  auto left = static_cast<int>(answer->nlmsg_len - NLMSG_LENGTH(sizeof(ndmsg)));
  for (const rtattr* one = RTM_RTA(neighbour); RTA_OK(one, left); one = RTA_NEXT(one, left)) {
    if (one->rta_type == NDA_LLADDR && RTA_PAYLOAD(one) == 6)
      return MacAddress::from(ByteView(static_cast<const std::uint8_t*>(RTA_DATA(one)), 6));
  }
  return std::nullopt;
}

}  // namespace

NeighbourTable::NeighbourTable(unsigned interface_index)
    : interface_index_(interface_index),
      kernel_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE)) {}

NeighbourTable::~NeighbourTable() {
  if (kernel_ >= 0) ::close(kernel_);
}

std::optional<MacAddress> NeighbourTable::find(const IpAddress& address) const {
  std::lock_guard lock(mutex_);
  const Question question = question_for(address, interface_index_, ++questions_);
  if (::send(kernel_, &question, question.header.nlmsg_len, 0) < 0) return std::nullopt;
  for (;;) {  // the kernel answered within send(); what it says of an earlier question is passed over
    alignas(nlmsghdr) std::array<char, 2048> buffer;
    const ssize_t got = ::recv(kernel_, buffer.data(), buffer.size(), 0);
    const auto* answer = reinterpret_cast<const nlmsghdr*>(buffer.data());
    if (got < 0 || !NLMSG_OK(answer, static_cast<unsigned>(got))) return std::nullopt;
    if (answer->nlmsg_seq == questions_) return mac_of(answer);
  }
}

}  // namespace bootferry::app
