// SPDX-License-Identifier: Apache-2.0
// CHAP as initiators do it, and as an attacker would like to.
#include "unit/iscsi_session/chap_harness.hpp"

#include <set>

namespace bootferry::iscsi::testing {
namespace {

constexpr auto failed = LoginStatus::authentication_failure;
constexpr auto success = LoginStatus::success;
constexpr auto sha256 = ChapAlgorithm::sha256;
const std::string secret = "a secret of 16 b";

Bytes from_hex(std::string_view text) { return parse_chap_binary("0x" + std::string(text)).value_or(Bytes{}); }

TEST(ChapHash,
     AgreesWithVectorsThatWereComputedElsewhere) {  // python3: hashlib.md5(b"\x17" + b"twelve bytes" + challenge)
  const Bytes challenge = from_hex("000102030405060708090a0b0c0d0e0f");
  EXPECT_EQ(render_chap_binary(*chap_response(ChapAlgorithm::md5, 0x17, "twelve bytes", challenge)),
            "0x797c4153ba574941a3ce2a59207fd9a3");
  EXPECT_EQ(render_chap_binary(*chap_response(sha256, 0x17, "twelve bytes", challenge)),
            "0x7923ec180a49a8d22b7f1d38db2f6f0c139f6250fbddb9841a3c1d8775346a6f");
}

TEST(Chap, IpxeLogsInWithTransitOnEveryRequest) {
  ChapInitiator pc;
  pc.take_challenge();
  EXPECT_EQ(pc.value("CHAP_A"), "5");
  EXPECT_EQ(pc.challenge.size(), 16u);
  ASSERT_EQ(pc.send(pc.response("pc", secret)), success);
  EXPECT_TRUE(pc.transits());
  EXPECT_TRUE(pc.opened) << "the target is opened only behind the proof";
  EXPECT_EQ(pc.value("CHAP_R"), "(absent)");
  EXPECT_EQ(pc.login.user(), "pc");
  const std::uint64_t proven = fingerprint({secret, {}, {}});
  EXPECT_EQ(pc.login.proof(), proven);
  EXPECT_EQ(pc.rights.asked_initiator, "iqn.2020-01.test:pc");
  EXPECT_EQ(pc.rights.asked_target, "iqn.2020-01.test:disk");
  EXPECT_EQ(pc.send("HeaderDigest=None", true, LoginStage::operational), success);
  EXPECT_TRUE(pc.login.finished());
  pc.login.release();
  EXPECT_EQ(pc.login.proof(), proven);
}

TEST(Chap, Sha256IsTakenWhereItIsOfferedWhateverTheOrder) {
  for (const char* list : {"7", "5,7", "7,5", "8,5,6,7", "0x7,0x5"}) {
    ChapInitiator pc;
    pc.take_challenge(list);
    EXPECT_EQ(pc.value("CHAP_A"), "7") << list;
    EXPECT_EQ(pc.challenge.size(), 32u);
    EXPECT_EQ(pc.send(pc.response("pc", secret, sha256)), success) << list;
    EXPECT_TRUE(pc.opened);
  }
}

TEST(Chap, NoCommonAlgorithmIsAFailure) {
  for (const char* list : {"6", "8", "", "none", "5x", "-5", "55"}) {
    ChapInitiator pc;
    (void)pc.send(names + "|AuthMethod=CHAP");
    EXPECT_EQ(pc.send(std::string("CHAP_A=") + list), failed) << list;
  }
}

TEST(Chap, AResponseInBase64IsAsGoodAsOneInHex) {
  ChapInitiator pc;
  pc.take_challenge();
  constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text = "0b";
  const Bytes proof = pc.proof(secret);
  for (std::size_t i = 0; i < proof.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j) bits = bits << 8 | (i + j < proof.size() ? proof[i + j] : 0);
    for (int j = 3; j >= 0; --j) text += digits[bits >> (6 * j) & 63];
  }
  text.replace(text.size() - 2, 2, "==");  // 16 bytes
  EXPECT_EQ(pc.send("CHAP_N=pc|CHAP_R=" + text), success);
  EXPECT_TRUE(pc.opened);
}

TEST(Chap, AWrongSecretAndAnUnknownUserGetTheSameAnswer) {
  Bytes text;
  for (const char* user : {"pc", "nobody"}) {
    ChapInitiator pc;
    pc.take_challenge();
    EXPECT_EQ(pc.send(pc.response(user, "some other secret")), failed);
    EXPECT_FALSE(pc.opened);
    EXPECT_TRUE(pc.answer.empty());
    EXPECT_TRUE(pc.login.user().empty());
    EXPECT_EQ(pc.login.failure(), "its CHAP user or secret is wrong, or no longer holds");
  }
  ChapInitiator guess;  // the secret that stands in for an unknown user's
  guess.take_challenge();
  EXPECT_EQ(guess.send(guess.response("nobody", std::string(16, 'x'))), failed);
}

TEST(Chap, NamesThatLookLikeBinaryAreText) {
  for (const char* user : {"0x6369", "0b7063", "0B", "0xzz"}) {
    ChapInitiator pc;
    pc.rights.secrets = {{user, {secret, "", ""}}};
    pc.take_challenge();
    EXPECT_EQ(pc.send(pc.response(user, secret)), success) << user;
    EXPECT_EQ(pc.login.user(), user);
  }
}

// ---- which method

TEST(Chap, IsRequiredWhereTheRightSaysSo) {
  for (const char* offer : {"AuthMethod=None", "AuthMethod=KRB5,SRP", "AuthMethod=", "AuthMethod=chap", "X=1"}) {
    ChapInitiator pc;
    EXPECT_EQ(pc.send(names + "|" + offer), failed) << offer;
    EXPECT_FALSE(pc.opened);
  }
  ChapInitiator pc;
  EXPECT_EQ(pc.send(names + "|AuthMethod=None,CHAP"), success);
  EXPECT_EQ(pc.value("AuthMethod"), "CHAP");
}

TEST(Chap, ALoginWithoutASecurityStageIsRefusedWhereCHAPIsRequired) {
  ChapInitiator pc;
  EXPECT_EQ(pc.send(names, true, LoginStage::operational), failed);
  EXPECT_FALSE(pc.opened);
  ChapInitiator free;
  free.rights.demand = AccessSource::Demand::none;
  EXPECT_EQ(free.send(names, true, LoginStage::operational), success);
  EXPECT_TRUE(free.opened);
}

TEST(Chap, IsNotTakenWhereTheRightNeedsNone) {
  ChapInitiator pc;
  pc.rights.demand = AccessSource::Demand::none;
  EXPECT_EQ(pc.send(names + "|AuthMethod=CHAP,None"), success);
  EXPECT_EQ(pc.value("AuthMethod"), "None");
  EXPECT_TRUE(pc.opened);
  ChapInitiator strict;
  strict.rights.demand = AccessSource::Demand::none;
  EXPECT_EQ(strict.send(names + "|AuthMethod=CHAP"), failed);
}

TEST(Chap, TheInitiatorChoosesWhereBothWillDo) {
  for (const auto& [offer, taken] : {std::pair{"CHAP,None", "CHAP"}, {"None,CHAP", "None"}, {"None", "None"}}) {
    ChapInitiator pc;
    pc.rights.demand = AccessSource::Demand::chap_or_none;
    EXPECT_EQ(pc.send(names + "|AuthMethod=" + offer), success);
    EXPECT_EQ(pc.value("AuthMethod"), taken);
    EXPECT_EQ(pc.opened, std::string_view(taken) == "None");
  }
}

TEST(Chap, ARefusalOfTheRightsComesFirst) {
  ChapInitiator pc;
  pc.rights.refusal = {LoginStatus::authorization_failure, "a stranger"};
  EXPECT_EQ(pc.send(names + "|AuthMethod=CHAP"), LoginStatus::authorization_failure);
  EXPECT_TRUE(pc.answer.empty());
  EXPECT_EQ(pc.login.failure(), "a stranger");
}

// ---- order

TEST(Chap, KeysOutOfTurnMissingOrTwiceAreAFailure) {
  const std::string r = "|CHAP_R=0x00112233445566778899aabbccddeeff";
  for (const char* first :
       {"|AuthMethod=CHAP|CHAP_A=5", "|AuthMethod=CHAP|CHAP_N=pc", "|CHAP_A=5", "|AuthMethod=CHAP|AuthMethod=CHAP"}) {
    ChapInitiator pc;
    EXPECT_EQ(pc.send(names + first), failed) << first;
  }
  for (const std::string& second :
       {std::string(), "CHAP_N=pc" + r, std::string("CHAP_A=5|CHAP_A=7"), "CHAP_A=5|CHAP_N=pc" + r,
        std::string("CHAP_A=5|CHAP_I=1"), std::string("AuthMethod=None"), std::string("AuthMethod=CHAP|CHAP_A=5")}) {
    ChapInitiator pc;
    (void)pc.send(names + "|AuthMethod=CHAP");
    EXPECT_EQ(pc.send(second), failed) << second;
  }
  for (const std::string& extra :
       {std::string("|CHAP_A=5"), std::string("|CHAP_N=pc"), std::string("|CHAP_R=0x00"), std::string("|CHAP_X=1"),
        std::string("|AuthMethod=None"), std::string("|CHAP_C=0x01"), std::string("|CHAP_I=1")}) {
    ChapInitiator pc;
    pc.take_challenge();
    EXPECT_EQ(pc.send(pc.response("pc", secret) + extra), failed) << extra;
    EXPECT_FALSE(pc.opened);
  }
  for (const std::string& third : {std::string(), std::string("CHAP_N=pc"), r.substr(1), "CHAP_N=" + r}) {
    ChapInitiator pc;
    pc.take_challenge();
    EXPECT_EQ(pc.send(third), failed) << third;
  }
}

TEST(Chap, AfterAFailureNothingHelps) {
  ChapInitiator pc;
  pc.take_challenge();
  EXPECT_EQ(pc.send("CHAP_N=pc|CHAP_R=0x00"), failed);
  EXPECT_EQ(pc.send(pc.response("pc", secret)), failed);
}

// ---- mutual

ChapInitiator& make_mutual(ChapInitiator& pc) {
  pc.rights.secrets["pc"] = {secret, "the disk's secret", "iqn.2020-01.test:disk"};
  pc.take_challenge();
  return pc;
}

TEST(MutualChap, WeProveThatWeKnowTheTargetsSecret) {
  for (const char* text : {"0x0102030405060708090a0b0c0d0e0f10", "0bAQIDBAUGBwgJCgsMDQ4PEA=="}) {
    ChapInitiator pc;
    make_mutual(pc);
    ASSERT_EQ(pc.send(pc.response("pc", secret) + "|CHAP_I=201|CHAP_C=" + text), success);
    const auto ours = chap_response(ChapAlgorithm::md5, 201, "the disk's secret", *parse_chap_binary(text));
    EXPECT_EQ(pc.value("CHAP_R"), render_chap_binary(*ours));
    EXPECT_EQ(pc.value("CHAP_N"), "iqn.2020-01.test:disk");
    EXPECT_TRUE(pc.transits());
    EXPECT_TRUE(pc.opened);
  }
}

TEST(MutualChap, NobodyWhoHasNotProvenHimselfGetsAProofOfUs) {
  ChapInitiator pc;
  make_mutual(pc);
  EXPECT_EQ(pc.send(pc.response("pc", "not the secret!!") + "|CHAP_I=1|CHAP_C=0x0102030405"), failed);
  EXPECT_TRUE(pc.answer.empty());
}

TEST(MutualChap, IsNotToBeHadByHalf) {
  for (const char* keys : {"", "|CHAP_I=1", "|CHAP_C=0x0102", "|CHAP_I=256|CHAP_C=0x0102", "|CHAP_I=x|CHAP_C=0x0102",
                           "|CHAP_I=1|CHAP_C=", "|CHAP_I=1|CHAP_C=0102"}) {
    ChapInitiator pc;
    make_mutual(pc);
    EXPECT_EQ(pc.send(pc.response("pc", secret) + keys), failed) << keys;
    EXPECT_FALSE(pc.opened);
  }
  ChapInitiator one_way;
  one_way.take_challenge();
  EXPECT_EQ(one_way.send(one_way.response("pc", secret) + "|CHAP_I=1|CHAP_C=0x0102"), failed);
}

// ---- the CVE table (facts of the field, D2)

TEST(MutualChap, ReflectionOfOurChallengeIsRefused) {  // RFC 7143 9.2.1
  ChapInitiator pc;
  make_mutual(pc);
  const std::string back = render_chap_binary(pc.challenge);
  EXPECT_EQ(pc.send(pc.response("pc", secret) + "|CHAP_I=" + std::to_string(pc.identifier) + "|CHAP_C=" + back),
            failed);
  ChapInitiator other;  // with another identifier it is still our challenge
  make_mutual(other);
  EXPECT_EQ(other.send(other.response("pc", secret) + "|CHAP_I=" + std::to_string(other.identifier ^ 1) +
                       "|CHAP_C=" + render_chap_binary(other.challenge)),
            failed);
  EXPECT_TRUE(other.answer.empty());
}

TEST(Chap, CVE_2024_45751_ChallengesComeFromTheRandomSeamAndNeverRepeat) {
  struct Counting final : Random {
    int fills = 0;
    void fill(MutableByteView out) override {
      ++fills;
      system.fill(out);
    }
    SystemRandom system;
  } random;
  std::set<Bytes> seen;
  for (int i = 0; i < 200; ++i) {
    Rights rights;
    Login login({}, std::make_unique<ChapAuthenticator>(std::make_unique<FakeAccess>(rights), random));
    LoginRequest request;
    std::string first = names + "|AuthMethod=CHAP";
    for (char& c : first) c = c == '|' ? '\0' : c;
    (void)login.on_request(request, bytes_of(first));
    (void)login.on_request(request, bytes_of("CHAP_A=7"));
    const auto keys = parse_key_values(login.text()).value();
    seen.insert(parse_chap_binary(*find_value(keys, "CHAP_C")).value());
  }
  EXPECT_EQ(seen.size(), 200u);
  EXPECT_EQ(random.fills, 400);
}

TEST(Chap, CVE_2018_14633_HexOfEveryLengthIsJudgedBeforeItIsDecoded) {
  for (std::size_t digits = 0; digits <= 2 * max_chap_binary + 8; ++digits) {
    const auto value = parse_chap_binary("0x" + std::string(digits, 'a'));
    const bool good = digits > 0 && digits % 2 == 0 && digits <= 2 * max_chap_binary;
    ASSERT_EQ(value.has_value(), good) << digits;
    if (good) {
      ASSERT_EQ(value->size(), digits / 2);
    }
  }
  for (const std::size_t digits : {2u, 30u, 34u, 64u, 2048u, 8000u}) {  // none is an MD5
    ChapInitiator pc;
    pc.take_challenge();
    EXPECT_EQ(pc.send("CHAP_N=pc|CHAP_R=0x" + std::string(digits, '0')), failed);
  }
  EXPECT_FALSE(parse_chap_binary("0x0g"));
  EXPECT_FALSE(parse_chap_binary("0x 1"));
  EXPECT_FALSE(parse_chap_binary("12"));
}

TEST(Chap, CVE_2026_63886_Base64OfEveryLengthIsJudgedBeforeItIsDecoded) {
  for (std::size_t size = 0; size <= 1400; ++size) {
    const auto value = parse_chap_binary("0b" + std::string(size, 'A'));
    const bool good = size > 0 && size % 4 == 0 && size / 4 * 3 <= max_chap_binary;
    ASSERT_EQ(value.has_value(), good) << size;
    if (good) {
      ASSERT_EQ(value->size(), size / 4 * 3);
    }
  }
  EXPECT_EQ(parse_chap_binary("0bAQI=")->size(), 2u);
  EXPECT_EQ(parse_chap_binary("0bAQ==")->size(), 1u);
  EXPECT_EQ(parse_chap_binary("0b" + std::string(1366, 'A') + "==")->size(), max_chap_binary);
  EXPECT_FALSE(parse_chap_binary("0b" + std::string(1367, 'A') + "="));  // 1025 bytes
  for (const char* bad : {"0bA", "0bAQ", "0bAQ=", "0b====", "0bA===", "0bAQ==AQ==", "0bA Q=", "0bA-_=", "0bAR==", "0b"})
    EXPECT_FALSE(parse_chap_binary(bad)) << bad;
  for (const std::size_t size : {1368u, 2000u, 8000u}) {
    ChapInitiator pc;
    pc.take_challenge();
    EXPECT_EQ(pc.send("CHAP_N=pc|CHAP_R=0b" + std::string(size, 'A')), failed);
  }
}

TEST(Chap, AnswersDoNotGrowFromTheInitiatorsKeys) {  // CVE-2013-2850's class, in the security stage
  ChapInitiator pc;
  std::string first = names + "|AuthMethod=CHAP," + std::string(200, 'M');
  for (int i = 0; i < 58; ++i) first += "|" + std::string(60, 'k') + std::to_string(100 + i) + "=v";
  EXPECT_EQ(pc.send(first), success);
  EXPECT_LE(pc.login.text().size(), max_text_length);
  EXPECT_EQ(pc.send("CHAP_A=" + std::string(4000, '5') + ",5"), success);
  EXPECT_LT(pc.login.text().size(), 200u);
  EXPECT_EQ(pc.send("CHAP_R=0x00|CHAP_N=" + std::string(8000, 'n')), failed);
  EXPECT_TRUE(pc.login.text().empty());
}

}  // namespace
}  // namespace bootferry::iscsi::testing
