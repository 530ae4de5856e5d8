// SPDX-License-Identifier: Apache-2.0
#include "http/tls_certificate.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/ssl/context.hpp>
#include <stdexcept>

#include "base/ipv4_address.hpp"
#include "base/log.hpp"

namespace bootferry::http {
namespace {

namespace ssl = boost::asio::ssl;

constexpr auto look_step = std::chrono::seconds{10};
constexpr long lifetime = 825L * 24 * 3600;  ///< what Apple's systems take at most
constexpr int renewal = 30 * 24 * 3600;

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* what) const {
    Free(what);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;

std::shared_ptr<ssl::context> load(const TlsCertificate::Files& files) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3 |
                       ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1 | ssl::context::no_compression);
  try {
    context->use_certificate_chain_file(files.certificate.string());
  } catch (const std::exception& error) {
    throw std::runtime_error(
        fmt::format("the certificate {} cannot be used ({}); it must be PEM, with the chain behind it",
                    files.certificate.string(), error.what()));
  }
  try {
    context->use_private_key_file(files.key.string(), ssl::context::pem);
  } catch (const std::exception& error) {
    throw std::runtime_error(
        fmt::format("the key {} cannot be used ({}); it must be PEM, without a passphrase, and the key of {}",
                    files.key.string(), error.what(), files.certificate.string()));
  }
  return context;
}

[[noreturn]] void give_up(const std::filesystem::path& file) {
  const unsigned long code = ERR_get_error();
  throw std::runtime_error(
      fmt::format("{} cannot be made: {}", file.string(),
                  code != 0 ? ERR_reason_error_string(code) : std::generic_category().message(errno)));
}

bool is_good_for_long(const TlsCertificate::Files& files, WallTime now) {
  const Bio in(BIO_new_file(files.certificate.c_str(), "r"));
  if (!in || !std::filesystem::exists(files.key)) return false;
  const Certificate found(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
  if (!found) return false;
  std::time_t then = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count() + renewal;
  return X509_cmp_time(X509_get0_notAfter(found.get()), &then) > 0;
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += fmt::format("{}{}:{}", text.empty() ? "" : ",", parse_ipv4_address(name) ? "IP" : "DNS", name);
  return text;
}

void add_extension(X509* certificate, int kind, const std::string& value, const std::filesystem::path& file) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) give_up(file);
}

Certificate sign(EVP_PKEY* key, const std::vector<std::string>& names, WallTime now,
                 const std::filesystem::path& file) {
  Certificate made(X509_new());
  const std::time_t start = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count() - 3600;
  unsigned char serial[8];
  if (!made || RAND_bytes(serial, sizeof serial) != 1) give_up(file);
  serial[0] = (serial[0] & 0x7f) | 0x40;  // positive, and never short
  BIGNUM* number = BN_bin2bn(serial, sizeof serial, nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(made.get()));
  BN_free(number);
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_TIME_set(X509_getm_notBefore(made.get()), start);
  ASN1_TIME_set(X509_getm_notAfter(made.get()), start + lifetime);
  X509_set_pubkey(made.get(), key);
  X509_NAME* name = X509_get_subject_name(made.get());
  const std::string common = fmt::format("Bootferry {}", names.empty() ? "" : names.front()).substr(0, 64);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(common.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(made.get(), name);
  if (!names.empty()) add_extension(made.get(), NID_subject_alt_name, alternative_names(names), file);
  add_extension(made.get(), NID_basic_constraints, "critical,CA:FALSE", file);
  add_extension(made.get(), NID_key_usage, "critical,digitalSignature", file);
  add_extension(made.get(), NID_ext_key_usage, "serverAuth", file);
  if (X509_sign(made.get(), key, EVP_sha256()) == 0) give_up(file);
  return made;
}

/// Private from its first byte on, and whole before its name appears.
template <class Write>
void write_file(const std::filesystem::path& file, Write write) {
  const std::filesystem::path fresh = file.string() + ".new";
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0 || ::fchmod(fd, 0600) != 0) give_up(fresh);
  const Bio out(BIO_new_fd(fd, BIO_CLOSE));
  if (!out || write(out.get()) != 1 || BIO_flush(out.get()) != 1 || ::fsync(fd) != 0) give_up(fresh);
  if (std::rename(fresh.c_str(), file.c_str()) != 0) give_up(file);
}

}  // namespace

TlsCertificate::TlsCertificate(Files files, const Clock& clock)
    : files_(std::move(files)),
      clock_(clock),
      context_(load(files_)),
      fingerprint_(fingerprint_of(SSL_CTX_get0_certificate(context_->native_handle()))),
      read_(newest()),
      looked_(clock.now()) {}

std::filesystem::file_time_type TlsCertificate::newest() const {
  std::error_code missing;
  const auto certificate = std::filesystem::last_write_time(files_.certificate, missing);
  const auto key = std::filesystem::last_write_time(files_.key, missing);
  return missing ? read_ : std::max(certificate, key);
}

std::shared_ptr<TlsCertificate::Context> TlsCertificate::context() {
  const SteadyTime now = clock_.now();
  if (now - looked_ < look_step) return context_;
  looked_ = now;
  const auto changed = newest();
  if (changed == read_) return context_;
  read_ = changed;
  try {
    context_ = load(files_);
    log::info("CERTIFICATE_READ", {{"file", files_.certificate.string()}});
  } catch (const std::exception& error) {
    log::warning("CERTIFICATE_REFUSED", {{"why", error.what()}, {"mend", "the one before it stays in use"}});
  }
  return context_;
}

std::string fingerprint_of(const x509_st* certificate) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (certificate == nullptr || X509_digest(certificate, EVP_sha256(), digest, &size) != 1) return "";
  std::string text;
  for (unsigned int i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

void make_self_signed(const TlsCertificate::Files& files, const std::vector<std::string>& names, WallTime now) {
  if (is_good_for_long(files, now)) return;
  ERR_clear_error();
  const Key key(EVP_EC_gen("P-256"));
  if (!key) give_up(files.key);
  const Certificate certificate = sign(key.get(), names, now, files.certificate);
  write_file(files.key,
             [&](BIO* out) { return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  write_file(files.certificate, [&](BIO* out) { return PEM_write_bio_X509(out, certificate.get()); });
  log::info("CERTIFICATE_MADE", {{"file", files.certificate.string()}});
}

}  // namespace bootferry::http
