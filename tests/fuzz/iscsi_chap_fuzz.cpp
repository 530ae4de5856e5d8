// SPDX-License-Identifier: Apache-2.0
// Any keys in the security stage, with a step that may be done rightly: nobody gets in without the secret, answers stay
// small, nothing reads past its end.
#include "iscsi/session/chap.hpp"
#include "iscsi/session/chap_value.hpp"
#include "iscsi/session/login.hpp"

using namespace bootferry;
using namespace bootferry::iscsi;

namespace {

const std::string secret = "a secret that the input does not know";

class Source final : public AccessSource {
 public:
  explicit Source(Demand demand) : demand_(demand) {}
  std::expected<Demand, Refusal> demand_of(std::string_view, std::string_view) override { return demand_; }
  std::optional<ChapSecret> find_secret(std::string_view, std::string_view, std::string_view user) override {
    if (user.starts_with("m")) return ChapSecret{secret, "our own, which is another", "target"};
    if (user.starts_with("u")) return ChapSecret{secret, "", ""};
    return std::nullopt;
  }

 private:
  const Demand demand_;
};

/// What an answer says to a key. An answer may hold a few keys more than a request, one for each that it takes and our
/// own, so that the parser of requests is not asked.
std::optional<std::string_view> find_answer(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('\0'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    if (pair.find('=') == std::string_view::npos) __builtin_trap();
    if (pair.substr(0, pair.find('=')) == key) return pair.substr(key.size() + 1);
  }
  return std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader reader(ByteView(data, size));
  const auto demand = static_cast<AccessSource::Demand>(reader.u8() % 3);
  SeededRandom random(reader.u8());
  Login login({}, std::make_unique<ChapAuthenticator>(std::make_unique<Source>(demand), random));
  std::string pending = "InitiatorName=i";
  pending += '\0';
  pending += "TargetName=t";
  pending += '\0';
  bool proven = false, offered_none = false;
  Bytes challenge;
  unsigned identifier = 0, algorithm = 5;
  while (!reader.done()) {
    const std::uint8_t flags = reader.u8();
    std::string text = std::exchange(pending, {});
    switch (flags & 7) {
      case 0:
        text += "AuthMethod=CHAP";
        break;
      case 1:
        text += "CHAP_A=7,5";
        break;
      case 2: {  // the right answer
        const auto kind = algorithm == 7 ? ChapAlgorithm::sha256 : ChapAlgorithm::md5;
        const auto right = chap_response(kind, static_cast<std::uint8_t>(identifier), secret, challenge);
        text += (flags & 0x40) != 0 ? "CHAP_N=m" : "CHAP_N=u";
        text += '\0';
        text += "CHAP_R=" + render_chap_binary(*right);
        proven = true;
        break;
      }
      default:
        break;
    }
    text += '\0';
    const std::size_t length = std::min<std::size_t>(reader.u16() % 8193, reader.remaining());
    text += text_of(reader.take(length));
    offered_none = offered_none || demand != AccessSource::Demand::chap;
    LoginRequest request;
    request.transit = (flags & 0x80) != 0;
    request.current = (flags & 0x10) != 0 ? LoginStage::operational : LoginStage::security;
    request.next = request.transit ? LoginStage::full_feature : LoginStage::security;
    auto next = login.on_request(request, bytes_of(text));
    if (next == Login::Next::open_target) {
      if (!proven && !offered_none) __builtin_trap();
      next = login.on_opened(1);
    }
    if (login.text().size() > max_text_length) __builtin_trap();
    if (login.response().status != LoginStatus::success || login.finished()) return 0;
    const std::string_view answer = text_of(login.text());
    // In the operational stage these keys are answered NotUnderstood, which is no number.
    if (const auto value = find_answer(answer, "CHAP_C")) challenge = parse_chap_binary(*value).value_or(Bytes{});
    if (const auto value = find_answer(answer, "CHAP_I"))
      identifier = static_cast<unsigned>(parse_number(*value).value_or(0));
    if (const auto value = find_answer(answer, "CHAP_A"))
      algorithm = static_cast<unsigned>(parse_number(*value).value_or(5));
  }
  return 0;
}
