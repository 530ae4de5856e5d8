// SPDX-License-Identifier: Apache-2.0
// The certificate and key of the door with TLS: files that somebody gave, or a pair of our own made at the first start.
// Read again when they change, so that a renewal needs no restart. Made by app; asked by server on loop 0.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"

struct x509_st;  // OpenSSL's X509

namespace boost::asio::ssl {
class context;
}

namespace bootferry::http {

class TlsCertificate {
 public:
  using Context = boost::asio::ssl::context;
  struct Files {
    std::filesystem::path certificate;  ///< PEM, with the chain
    std::filesystem::path key;          ///< PEM
  };

  /// Throws std::runtime_error with a sentence that names the file and the mend.
  TlsCertificate(Files files, const Clock& clock);
  /// What new connections use: looks at the files at most every 10 s, and stays with what it has while they are bad.
  [[nodiscard]] std::shared_ptr<Context> context();
  /// Of the one that was there at the start; as fingerprint_of(). Any thread.
  [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }

 private:
  [[nodiscard]] std::filesystem::file_time_type newest() const;

  const Files files_;
  const Clock& clock_;
  std::shared_ptr<Context> context_;
  const std::string fingerprint_;
  std::filesystem::file_time_type read_{};
  SteadyTime looked_{};
};

/// SHA-256 of the certificate (DER): 64 lower-case digits, by which a person tells that it is the right one.
[[nodiscard]] std::string fingerprint_of(const x509_st* certificate);

/// A key (ECDSA P-256) and a certificate for these names and addresses, for 825 days, unless there is one that is good
/// for 30 more. Throws std::runtime_error.
void make_self_signed(const TlsCertificate::Files& files, const std::vector<std::string>& names, WallTime now);

}  // namespace bootferry::http
