// SPDX-License-Identifier: Apache-2.0
// One request over a connection of its own: the Unix socket, TCP, or TLS whose certificate is checked. Called by
// api_client and by the webhooks, which follow no redirects; blocks the calling thread. RFC 9112; RFC 9525 for the
// names in certificates.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/patient_socket.hpp"
#include "app/server_address.hpp"
#include "base/bytes.hpp"

namespace bootferry::app {

/// A body that is read while it leaves, so that it may be larger than the memory.
struct StreamedBody {
  std::string type;
  std::uint64_t length = 0;
  /// Fills all of the space with what comes next; an error ends the exchange.
  std::function<Result<void>(MutableByteView space)> fill;
};

/// What sentences call the other side, and what they say to change.
struct LinkWords {
  std::string who = "Bootferry", address = "--url";
  /// {} is the certificate's fingerprint.
  std::string trust =
      "give --ca-file with who signed it, or, when the server prints the same at its start, --fingerprint sha256:{}";
  std::string look = "look at the server's log";
};

struct ApiRequest {
  std::string method, path;  ///< the path begins with /api/v1
  const std::string* json = nullptr;
  std::string accept = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
  const StreamedBody* body = nullptr;  ///< in the place of json
  Patience patience = {};              ///< but for the look-up of a name, which is the system's
  LinkWords words = {};
  bool whole_body = true;  ///< else a body that breaks off is taken as far as it came
};

struct ApiReply {
  unsigned status = 0;
  std::string location{};  ///< where it sends one to, or empty
  std::string etag{};      ///< or empty
  /// Of a 200 or 206: where its body begins in the whole, and how long that is; 0: it does not say.
  std::uint64_t first = 0, whole = 0;
};

/// Gets each piece of the body as it comes, and the head of the answer; false ends the exchange.
using TakePiece = std::function<bool(const ApiReply& head, std::string_view piece)>;

/// An error is one of the connection, with its mend; what a server answers is no error.
[[nodiscard]] Result<ApiReply> exchange(const ServerAddress& server, const ApiRequest& request, const TakePiece& take);

}  // namespace bootferry::app
