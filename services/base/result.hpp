// SPDX-License-Identifier: Apache-2.0
// What a function answers that can fail in an expected way: a bad packet, a missing image, a refused change.
// Called by every room, on any thread. Start-up failures throw instead, and bugs assert (docs: DESIGN, "Errors").
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace bootferry {

/// Why something was not done; doors translate it (HTTP status, exit code, sense data).
enum class ErrorKind {
  invalid,      ///< the request itself is wrong, whatever the state
  not_found,    ///< the thing named does not exist
  conflict,     ///< it exists, and its state forbids the request (in use, name taken)
  denied,       ///< the asker has no right to it
  unsupported,  ///< well-formed, and not offered here
  exhausted,    ///< no space, no free address, a quota reached
  unavailable,  ///< may work later
  io,           ///< the disk or the network failed
};

struct Error {
  ErrorKind kind = ErrorKind::invalid;
  std::string message;  ///< one sentence for a person, naming the mend where there is one

  friend bool operator==(const Error&, const Error&) = default;
};

template <class T = void>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return std::unexpected(Error{kind, std::move(message)});
}

}  // namespace bootferry
