// SPDX-License-Identifier: Apache-2.0
// Which form of proxyDHCP offer a ROM understands (PXE 2.1 section 2.2: the file name in the offer with option 43, or a
// bare "PXEClient" that makes it ask port 4011). Both forms have firmware that takes only the other one and then asks
// again for ever: so the form flips when a machine asks again without having gone on, and the one with which it went on
// is remembered. Owned by Responder, on loop 0; pure, bounded.
#pragma once

#include <optional>
#include <set>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/mac_address.hpp"
#include "boot/boot_policy.hpp"

namespace bootferry::dhcp {

class ProxyForms {
 public:
  /// A second DISCOVER sooner than this is a copy (two relays, a hasty ROM), later than `attempt_time` a new story.
  static constexpr std::chrono::milliseconds copy_time{500};
  static constexpr std::chrono::minutes attempt_time{2};

  struct Choice {
    boot::ProxyForm form = boot::ProxyForm::option43;
    bool flipped = false;  ///< it asked again without going on, so this is the other form than last time
  };
  /// The form of the offer to this DISCOVER.
  [[nodiscard]] Choice choose(const boot::ClientFacts& client, const boot::RegistrySnapshot& registry, SteadyTime now);

  /// The machine went on: it asked port 4011, was sent its loader, or is iPXE by now. Returns the form that is worth
  /// remembering: the one that it was offered last, when that is not what would be chosen anyway.
  [[nodiscard]] std::optional<boot::ProxyForm> on_progress(const MacAddress& mac);

  /// What machines of the same maker learned, when at least two did and none learned the other form.
  [[nodiscard]] static std::optional<boot::ProxyForm> find_form_of_kin(const boot::RegistrySnapshot& registry,
                                                                       const MacAddress& mac);

 private:
  static constexpr std::size_t max_attempts = 4096;
  struct Attempt {
    boot::ProxyForm form;
    boot::ProxyForm expected;  ///< by what is known of it
    bool pinned = false;
    bool trusted = false;   ///< it, or its kin, went on with the expected form before
    unsigned failures = 0;  ///< of this form, in a row
    SteadyTime offered{};
  };

  void forget(const MacAddress& mac);
  void note(const MacAddress& mac, Attempt attempt, SteadyTime now);

  std::unordered_map<MacAddress, Attempt> attempts_;
  std::set<std::pair<SteadyTime, MacAddress>> order_;  ///< the oldest offer leaves first
};

}  // namespace bootferry::dhcp
