// SPDX-License-Identifier: Apache-2.0
#include "app/port_owner.hpp"

#include <fmt/format.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace bootferry::app {
namespace {

namespace fs = std::filesystem;

/// Socket inodes bound to the port, from one of /proc/net/{udp,udp6,tcp,tcp6}.
void collect_inodes(const char* table, std::uint16_t port, bool listening_only, std::set<std::string>& inodes) {
  std::ifstream file(table);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string slot, local, remote, state, queues, timer, retransmit, uid, timeout, inode;
    fields >> slot >> local >> remote >> state >> queues >> timer >> retransmit >> uid >> timeout >> inode;
    const std::size_t colon = local.rfind(':');
    unsigned bound = 0;
    if (colon == std::string::npos) continue;
    std::from_chars(local.data() + colon + 1, local.data() + local.size(), bound, 16);
    if (bound == port && (!listening_only || state == "0A")) inodes.insert("socket:[" + inode + "]");
  }
}

bool holds_one_of(const fs::path& process, const std::set<std::string>& sockets) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(process / "fd", ignored)) {
    std::error_code gone;
    if (sockets.contains(fs::read_symlink(entry.path(), gone).string())) return true;
  }
  return false;
}

}  // namespace

std::optional<PortOwner> find_port_owner(PortKind kind, std::uint16_t port) {
  std::set<std::string> sockets;
  const bool tcp = kind == PortKind::tcp;
  collect_inodes(tcp ? "/proc/net/tcp" : "/proc/net/udp", port, tcp, sockets);
  collect_inodes(tcp ? "/proc/net/tcp6" : "/proc/net/udp6", port, tcp, sockets);
  if (sockets.empty()) return std::nullopt;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename();
    PortOwner owner;
    if (std::from_chars(name.data(), name.data() + name.size(), owner.pid).ec != std::errc{}) continue;
    if (!holds_one_of(entry.path(), sockets)) continue;
    std::getline(std::ifstream(entry.path() / "comm"), owner.program);
    return owner;
  }
  return std::nullopt;
}

std::string explain_bind_failure(int error_number, PortKind kind, std::uint16_t port, const std::string& setting) {
  const std::string what = fmt::format("{} port {}", kind == PortKind::tcp ? "TCP" : "UDP", port);
  if (error_number == EADDRINUSE) {
    if (auto owner = find_port_owner(kind, port)) {
      return fmt::format("{} is taken by {} (pid {}); stop it, or choose another port with {}", what, owner->program,
                         owner->pid, setting);
    }
    return fmt::format("{} is taken by another program; stop it, or choose another port with {}", what, setting);
  }
  if (error_number == EACCES || error_number == EPERM) {
    return fmt::format(
        "there is no right to use {}; start Bootferry as root, or give it CAP_NET_BIND_SERVICE and CAP_NET_RAW", what);
  }
  return fmt::format("{} cannot be opened: {}", what, std::strerror(error_number));
}

}  // namespace bootferry::app
