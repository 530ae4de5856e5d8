// SPDX-License-Identifier: Apache-2.0
#include "iscsi/session/chap_hash.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <memory>

namespace bootferry::iscsi {

std::size_t digest_size(ChapAlgorithm algorithm) { return algorithm == ChapAlgorithm::md5 ? 16 : 32; }

std::optional<Bytes> chap_response(ChapAlgorithm algorithm, std::uint8_t identifier, std::string_view secret,
                                   ByteView challenge) {
  const EVP_MD* kind = algorithm == ChapAlgorithm::md5 ? EVP_md5() : EVP_sha256();
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> hash(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  Bytes digest(digest_size(algorithm));
  const bool done = hash && EVP_DigestInit_ex(hash.get(), kind, nullptr) == 1 &&
                    EVP_DigestUpdate(hash.get(), &identifier, 1) == 1 &&
                    EVP_DigestUpdate(hash.get(), secret.data(), secret.size()) == 1 &&
                    EVP_DigestUpdate(hash.get(), challenge.data(), challenge.size()) == 1 &&
                    EVP_DigestFinal_ex(hash.get(), digest.data(), nullptr) == 1;
  if (!done) return std::nullopt;
  return digest;
}

bool equal_in_constant_time(ByteView a, ByteView b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace bootferry::iscsi
