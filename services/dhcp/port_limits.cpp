// SPDX-License-Identifier: Apache-2.0
#include "dhcp/port_limits.hpp"

namespace bootferry::dhcp {

bool PortLimits::try_admit(const Message& message, SteadyTime now) {
  const Bytes* agent = message.find(option::agent_information);
  if (!agent || agent->empty() || message.giaddr.is_unspecified()) return true;
  const std::string key = message.giaddr.to_string() + std::string(text_of(*agent));
  const auto forget_old = [now](Machines& machines) {
    std::erase_if(machines, [now](const auto& machine) { return now - machine.second > memory; });
  };
  const bool full = !ports_.contains(key) && ports_.size() >= max_ports;
  if (full && now < next_sweep_) return false;  // made-up ports: the relay is to be trusted, or it is none
  if (full) {
    next_sweep_ = now + sweep_pause;
    for (auto& [port, machines] : ports_) forget_old(machines);
    std::erase_if(ports_, [](const auto& port) { return port.second.empty(); });
    if (ports_.size() >= max_ports) return false;
  }
  Machines& machines = ports_[key];
  const MacAddress mac = message.mac();
  if (!machines.contains(mac) && machines.size() >= machines_a_port) {
    forget_old(machines);
    if (machines.size() >= machines_a_port) return false;
  }
  machines.insert_or_assign(mac, now);
  return true;
}

}  // namespace bootferry::dhcp
