// SPDX-License-Identifier: Apache-2.0
// The CHAP credentials of one boot: made for each boot script, recomputed from the user name at each login, so that
// nothing has to be stored for a machine to go on over a restart of the server. A login with newer ones retires all
// older ones of that client; to fetch a script retires nothing. Thread-safe; never blocks.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/mac_address.hpp"
#include "boot/secret.hpp"

namespace bootferry::boot {

class BootSecrets {
 public:
  using Key = std::array<std::uint8_t, 32>;
  using Marks = std::map<MacAddress, std::uint64_t>;
  /// Makes a client's mark durable, soon; must not block.
  using Keep = std::function<void(const MacAddress& mac, std::uint64_t mark)>;

  struct Credentials {
    std::string user;  ///< "525400e2e001.19abcdef012": MAC and number of the boot
    Secret secret;     ///< 16 characters: no more go into Windows
  };

  /// `marks`: for each client the boot that logged in last. `clock` outlives it.
  BootSecrets(const Key& key, const Clock& clock, Marks marks, Keep keep);

  [[nodiscard]] Credentials issue(const MacAddress& mac);
  /// The secret behind a user name of this client; nothing when it is no such name, retired, or was never issued.
  [[nodiscard]] std::optional<Secret> find(const MacAddress& mac, std::string_view user) const;
  /// A login proved these credentials: older ones of the client are over.
  void on_login(const MacAddress& mac, std::string_view user);

 private:
  [[nodiscard]] Secret secret_of(const MacAddress& mac, std::uint64_t number) const;
  [[nodiscard]] std::uint64_t now() const;

  const Key key_;
  const Clock& clock_;
  const Keep keep_;
  mutable std::mutex mutex_;
  Marks marks_;   ///< guarded
  Marks issued_;  ///< guarded; the newest of each client, of this run
};

}  // namespace bootferry::boot
