// SPDX-License-Identifier: Apache-2.0
// Logins as initiators really send them, and as hostile ones might.
#include "unit/iscsi_session/harness.hpp"

namespace bootferry::iscsi::testing {
namespace {

constexpr auto security = LoginStage::security;
constexpr auto operational = LoginStage::operational;
constexpr auto full_feature = LoginStage::full_feature;

TEST(Login, OfIpxe) {
  Harness h;
  LoginRequest request = Harness::login_request(security, operational);
  request.isid = {0x40, 0x27, 0x23, 0xab, 0xcd, 0x00};
  request.task_tag = 0x18ae0001;
  request.cmd_sn = 0;
  h.send(request,
         text({"InitiatorName=iqn.2026-11.org.bootferry:525400e2e001",
               "TargetName=iqn.2026-11.org.bootferry:525400e2e001.80", "SessionType=Normal", "AuthMethod=None"}));
  EXPECT_TRUE(h.sent().empty());  // nothing is said before the target is open
  const auto open = h.take<OpenTarget>();
  EXPECT_EQ(open.target, "iqn.2026-11.org.bootferry:525400e2e001.80");
  EXPECT_EQ(open.initiator, "iqn.2026-11.org.bootferry:525400e2e001");
  h.session.on_target_opened(7, h.actions);
  Sent first = h.sent_one();
  auto response = first.as<LoginResponse>();
  EXPECT_EQ(response.status, LoginStatus::success);
  EXPECT_TRUE(response.transit);
  EXPECT_EQ(response.next, operational);
  EXPECT_EQ(response.tsih, 0);
  EXPECT_EQ(response.isid, request.isid);
  EXPECT_EQ(response.task_tag, 0x18ae0001u);
  EXPECT_EQ(first.value("AuthMethod"), "None");
  EXPECT_EQ(first.value("TargetPortalGroupTag"), "1");

  request.current = operational;
  request.next = full_feature;
  h.send(request, text({"HeaderDigest=None", "DataDigest=None", "MaxConnections=1", "InitialR2T=Yes",
                        "ImmediateData=No", "MaxRecvDataSegmentLength=8192", "MaxBurstLength=262144",
                        "FirstBurstLength=65536", "DefaultTime2Wait=0", "DefaultTime2Retain=0", "MaxOutstandingR2T=1",
                        "DataPDUInOrder=Yes", "DataSequenceInOrder=Yes", "ErrorRecoveryLevel=0"}));
  (void)h.take<SessionBegan>();
  Sent second = h.sent_one();
  response = second.as<LoginResponse>();
  EXPECT_TRUE(response.transit);
  EXPECT_EQ(response.next, full_feature);
  EXPECT_EQ(response.tsih, 7);
  EXPECT_EQ(response.exp_cmd_sn, 0u);
  EXPECT_EQ(response.stat_sn, 2u);
  for (const KeyValue& pair : second.keys()) EXPECT_NE(pair.value, "Reject") << pair.key;  // fatal to iPXE
  EXPECT_EQ(second.value("InitialR2T"), "Yes");
  EXPECT_EQ(second.value("ImmediateData"), "No");
  EXPECT_EQ(second.value("MaxBurstLength"), "262144");
  EXPECT_EQ(second.value("MaxRecvDataSegmentLength"), "262144");
  EXPECT_EQ(h.session.parameters().initiator_max_data_segment, 8192u);
  EXPECT_EQ(h.session.phase(), Session::Phase::full_feature);
}

TEST(Login, OfLibiscsiStartsAtTheOperationalStage) {
  Harness h;
  LoginRequest request = Harness::login_request(operational, full_feature);
  request.cmd_sn = 0xfffffff0;
  h.send(request, text({"InitiatorName=iqn.2007-10.com.github:sahlberg:libiscsi:iscsi-test", "TargetName=t",
                        "SessionType=Normal", "HeaderDigest=None,CRC32C", "DataDigest=None", "InitialR2T=No",
                        "ImmediateData=Yes", "MaxBurstLength=262144", "FirstBurstLength=262144",
                        "MaxRecvDataSegmentLength=262144", "DataPDUInOrder=Yes", "DataSequenceInOrder=Yes"}));
  h.session.on_target_opened(1, h.actions);
  const Sent sent = h.sent_one();
  EXPECT_TRUE(sent.as<LoginResponse>().transit);
  EXPECT_EQ(sent.as<LoginResponse>().exp_cmd_sn, 0xfffffff0u);
  EXPECT_EQ(sent.value("HeaderDigest"), "None");
  EXPECT_EQ(sent.value("InitialR2T"), "No");
  EXPECT_EQ(sent.value("FirstBurstLength"), "262144");
  EXPECT_FALSE(h.session.limits().header_digest);
  EXPECT_EQ(h.session.limits().max_data_segment, 262144u);
}

TEST(Login, OfOpenIscsi) {
  Harness h;
  h.log_in({"HeaderDigest=CRC32C", "DataDigest=CRC32C,None", "DefaultTime2Wait=2", "DefaultTime2Retain=0",
            "IFMarker=No", "OFMarker=No", "ErrorRecoveryLevel=0", "InitialR2T=No", "ImmediateData=Yes",
            "MaxBurstLength=16776192", "FirstBurstLength=262144", "MaxOutstandingR2T=1", "MaxConnections=1",
            "DataPDUInOrder=Yes", "DataSequenceInOrder=Yes", "MaxRecvDataSegmentLength=262144"});
  const Parameters& p = h.session.parameters();
  EXPECT_TRUE(p.header_digest && p.data_digest && p.immediate_data && !p.initial_r2t);
  EXPECT_EQ(p.max_burst, 16776192u);
  EXPECT_EQ(p.first_burst, 262144u);
  EXPECT_EQ(p.max_outstanding_r2t, 1u);
  EXPECT_TRUE(h.session.limits().data_digest);
  h.send(NopOut{.immediate = true, .task_tag = 1}, {1, 2, 3});
  const Sent pong = h.sent_one();
  EXPECT_TRUE(pong.header_digest);  // digests apply from the first PDU after login
  EXPECT_TRUE(pong.data_digest);
}

TEST(Login, ContinuedTextIsPutTogether) {
  Harness h;
  LoginRequest request = Harness::login_request(operational, full_feature, false);
  request.more = true;
  const Bytes whole =
      text({"InitiatorName=iqn.2020-01.test:pc", "TargetName=iqn.2020-01.test:disk", "MaxBurstLength=65536"});
  h.send(request, Bytes(whole.begin(), whole.begin() + 50));
  const Sent more = h.sent_one();
  EXPECT_FALSE(more.as<LoginResponse>().transit);
  EXPECT_TRUE(more.data.empty());
  request.more = false;
  request.transit = true;
  h.send(request, Bytes(whole.begin() + 50, whole.end()));
  EXPECT_EQ(h.take<OpenTarget>().target, "iqn.2020-01.test:disk");
  h.session.on_target_opened(1, h.actions);
  EXPECT_EQ(h.sent_one().value("MaxBurstLength"), "65536");
}

LoginStatus refusal_of(LoginRequest request, const Bytes& body) {
  Harness h;
  h.send(request, body);
  EXPECT_FALSE(h.has<OpenTarget>());
  const auto status = h.sent_one().as<LoginResponse>().status;
  EXPECT_TRUE(h.take<CloseConnection>().flush);
  EXPECT_EQ(h.session.phase(), Session::Phase::closing);
  return status;
}

TEST(Login, RefusalsSayWhy) {
  const Bytes names = text({"InitiatorName=iqn.2020-01.test:pc", "TargetName=t"});
  LoginRequest request = Harness::login_request(operational, full_feature);
  request.version_min = 1;
  EXPECT_EQ(refusal_of(request, names), LoginStatus::unsupported_version);
  request.version_min = 0;
  EXPECT_EQ(refusal_of(request, text({"TargetName=t"})), LoginStatus::missing_parameter);
  EXPECT_EQ(refusal_of(request, text({"InitiatorName=i"})), LoginStatus::missing_parameter);
  EXPECT_EQ(refusal_of(request, text({"InitiatorName=i", "TargetName=t", "SessionType=Odd"})),
            LoginStatus::session_type_not_supported);
  EXPECT_EQ(refusal_of(request, text({"InitiatorName"})), LoginStatus::initiator_error);
  EXPECT_EQ(refusal_of(Harness::login_request(security, operational),
                       text({"InitiatorName=i", "TargetName=t", "AuthMethod=CHAP"})),
            LoginStatus::authentication_failure);
  EXPECT_EQ(refusal_of(Harness::login_request(operational, operational), names), LoginStatus::initiator_error);
  EXPECT_EQ(refusal_of(Harness::login_request(operational, security), names), LoginStatus::initiator_error);
  EXPECT_EQ(refusal_of(Harness::login_request(LoginStage::reserved, full_feature), names),
            LoginStatus::initiator_error);
  EXPECT_EQ(refusal_of(Harness::login_request(full_feature, full_feature), names), LoginStatus::initiator_error);
  request.more = true;
  EXPECT_EQ(refusal_of(request, names), LoginStatus::initiator_error);
}

TEST(Login, ATargetThatIsRefused) {
  Harness h;
  h.send(Harness::login_request(operational, full_feature), text({"InitiatorName=i", "TargetName=t"}));
  h.session.on_target_refused(LoginStatus::not_found, h.actions);
  const auto response = h.sent_one().as<LoginResponse>();
  EXPECT_EQ(response.status, LoginStatus::not_found);
  EXPECT_FALSE(response.transit);
  EXPECT_TRUE(h.has<CloseConnection>());
}

TEST(Login, TheIsidMayNotChangeBetweenSteps) {
  Harness h;
  LoginRequest request = Harness::login_request(security, operational);
  h.send(request, text({"InitiatorName=i", "TargetName=t"}));
  h.session.on_target_opened(1, h.actions);
  (void)h.sent();
  request = Harness::login_request(operational, full_feature);
  request.isid[5] ^= 1;
  h.send(request);
  EXPECT_EQ(h.sent_one().as<LoginResponse>().status, LoginStatus::invalid_during_login);
}

TEST(Login, StaysWhereItIsUntilTransitIsAskedFor) {
  Harness h;
  h.send(Harness::login_request(security, security, false), text({"InitiatorName=i", "TargetName=t"}));
  h.session.on_target_opened(1, h.actions);
  EXPECT_FALSE(h.sent_one().as<LoginResponse>().transit);
  h.send(Harness::login_request(security, full_feature));  // straight to the end
  EXPECT_TRUE(h.sent_one().as<LoginResponse>().transit);
  EXPECT_TRUE(h.has<SessionBegan>());
}

TEST(Login, AnythingElseFirstIsDropped) {
  Harness h;
  h.send(NopOut{.task_tag = 1});
  EXPECT_TRUE(h.sent().empty());
  EXPECT_FALSE(h.take<CloseConnection>().flush);
}

TEST(Login, TakesTooLong) {
  Harness h;
  h.session.on_tick(SteadyTime{} + std::chrono::seconds(14), h.actions);
  EXPECT_FALSE(h.has<CloseConnection>());
  h.session.on_tick(SteadyTime{} + std::chrono::seconds(15), h.actions);
  EXPECT_TRUE(h.has<CloseConnection>());
}

TEST(Login, AKeyIsNegotiatedOnce) {
  Harness at_once;
  at_once.send(Harness::login_request(operational, full_feature),
               text({"InitiatorName=i", "TargetName=t", "MaxBurstLength=65536", "MaxBurstLength=8192"}));
  EXPECT_EQ(at_once.sent_one().as<LoginResponse>().status, LoginStatus::initiator_error);
  Harness later;
  later.send(Harness::login_request(security, operational),
             text({"InitiatorName=i", "TargetName=t", "HeaderDigest=None"}));
  later.session.on_target_opened(1, later.actions);
  EXPECT_EQ(later.sent_one().as<LoginResponse>().status, LoginStatus::success);
  later.send(Harness::login_request(operational, full_feature), text({"HeaderDigest=CRC32C"}));
  EXPECT_EQ(later.sent_one().as<LoginResponse>().status, LoginStatus::initiator_error);
  EXPECT_TRUE(later.has<CloseConnection>());
}

TEST(Login, NamesMayBeSaidAgainAtEachStage) {
  Harness h;
  h.send(Harness::login_request(security, operational),
         text({"InitiatorName=i", "TargetName=t", "SessionType=Normal", "AuthMethod=None"}));
  h.session.on_target_opened(1, h.actions);
  (void)h.sent();
  h.send(Harness::login_request(operational, full_feature),
         text({"InitiatorName=i", "TargetName=t", "SessionType=Normal", "X-test=1", "X-test=1"}));
  EXPECT_EQ(h.sent_one().as<LoginResponse>().status, LoginStatus::success);
  EXPECT_TRUE(h.has<SessionBegan>());
}

TEST(Login, TheFirstBurstIsNeverAboveTheBurst) {
  Harness h;
  h.send(Harness::login_request(operational, full_feature),
         text({"InitiatorName=i", "TargetName=t", "MaxBurstLength=65536", "FirstBurstLength=131072"}));
  h.session.on_target_opened(1, h.actions);
  EXPECT_EQ(h.sent_one().value("FirstBurstLength"), "65536");
}

TEST(Login, CVE_2013_2850_CVE_2026_63887_AnswersDoNotGrowFromInput) {
  Harness h;
  Bytes body = text({"InitiatorName=i", "TargetName=t"});
  for (int i = 0; i < 62; ++i) {
    const std::string key = std::string(60, 'k') + std::to_string(100 + i) + "=v";
    body.insert(body.end(), key.begin(), key.end());
    body.push_back(0);
  }
  ASSERT_LE(body.size(), 8192u);
  h.send(Harness::login_request(operational, full_feature), body);
  h.session.on_target_opened(1, h.actions);
  const Sent sent = h.sent_one();
  EXPECT_LE(sent.data.size(), 8192u);
  EXPECT_EQ(sent.value(std::string(60, 'k') + "161"), "NotUnderstood");
  Harness many;
  Bytes flood = text({"InitiatorName=i", "TargetName=t"});
  while (flood.size() + 4 <= 8192) flood.insert(flood.end(), {'a', '=', 'b', 0});
  many.send(Harness::login_request(operational, full_feature), flood);
  EXPECT_EQ(many.sent_one().as<LoginResponse>().status, LoginStatus::initiator_error);
}

TEST(Login, EveryLengthOfGarbageIsSurvived) {
  for (std::size_t length = 0; length <= 8192; length += length < 300 || length > 8180 ? 1 : 97) {
    for (const std::uint8_t fill : {0x00, 0x3d, 0x41, 0xff}) {
      Harness h;
      h.send(Harness::login_request(operational, full_feature), Bytes(length, fill));
      EXPECT_NE(h.sent_one().as<LoginResponse>().status, LoginStatus::success);
    }
  }
}

TEST(Login, EndlessContinuationIsCutOff) {
  Harness h;
  LoginRequest request = Harness::login_request(operational, full_feature, false);
  request.more = true;
  for (int i = 0; i < 4; ++i) h.send(request, Bytes(8192, 'a'));
  (void)h.sent();
  EXPECT_FALSE(h.has<CloseConnection>());
  h.send(request, Bytes(8192, 'a'));
  EXPECT_EQ(h.sent_one().as<LoginResponse>().status, LoginStatus::out_of_resources);
}

struct KeyRow {
  std::string offer, answer;
};
class Keys : public ::testing::TestWithParam<KeyRow> {};

TEST_P(Keys, AreAnsweredAsTheRfcSays) {
  Harness h;
  const std::string& offer = GetParam().offer;
  h.send(Harness::login_request(operational, full_feature), text({"InitiatorName=i", "TargetName=t", offer}));
  h.session.on_target_opened(1, h.actions);
  EXPECT_EQ(h.sent_one().value(offer.substr(0, offer.find('='))), GetParam().answer);
}

INSTANTIATE_TEST_SUITE_P(
    All, Keys,
    ::testing::Values(KeyRow{"HeaderDigest=CRC32C,None", "CRC32C"}, KeyRow{"HeaderDigest=None,CRC32C", "None"},
                      KeyRow{"DataDigest=X-foo,CRC32C", "CRC32C"}, KeyRow{"DataDigest=MD5", "Reject"},
                      KeyRow{"MaxConnections=8", "1"}, KeyRow{"MaxConnections=0", "Reject"},
                      KeyRow{"InitialR2T=No", "No"}, KeyRow{"InitialR2T=Maybe", "Reject"},
                      KeyRow{"ImmediateData=No", "No"}, KeyRow{"MaxBurstLength=512", "512"},
                      KeyRow{"MaxBurstLength=16777215", "16776192"}, KeyRow{"MaxBurstLength=511", "Reject"},
                      KeyRow{"FirstBurstLength=16777215", "262144"}, KeyRow{"MaxOutstandingR2T=65535", "16"},
                      KeyRow{"MaxOutstandingR2T=0", "Reject"}, KeyRow{"DefaultTime2Wait=5", "5"},
                      KeyRow{"DefaultTime2Retain=20", "0"}, KeyRow{"ErrorRecoveryLevel=2", "0"},
                      KeyRow{"ErrorRecoveryLevel=3", "Reject"}, KeyRow{"DataPDUInOrder=No", "Yes"},
                      KeyRow{"DataSequenceInOrder=No", "Yes"}, KeyRow{"IFMarker=Yes", "No"},
                      KeyRow{"OFMarkInt=1~2", "Reject"}, KeyRow{"X-com.example=1", "NotUnderstood"},
                      KeyRow{"Nonsense=", "NotUnderstood"}, KeyRow{"InitiatorAlias=me", "(absent)"},
                      KeyRow{"TaskReporting=FastAbort,RFC3720", "RFC3720"}, KeyRow{"iSCSIProtocolLevel=2", "1"},
                      KeyRow{"SendTargets=All", "Reject"}, KeyRow{"MaxRecvDataSegmentLength=4096", "262144"}));

}  // namespace
}  // namespace bootferry::iscsi::testing
