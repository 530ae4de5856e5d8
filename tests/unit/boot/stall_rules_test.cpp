// SPDX-License-Identifier: Apache-2.0
// Each rule, told as a boot: just before its time nothing is said, then exactly its code, with a cause and a mend.
#include "boot/stall_rules.hpp"

#include <functional>
#include <set>

#include "boot_story.hpp"

namespace bootferry::boot {
namespace {

using namespace std::chrono_literals;
using testing::Story;

struct Case {
  const char* code;
  const char* state;
  std::function<void(Story&)> told;
  std::chrono::seconds wait;  ///< until it speaks
  const char* says = "";      ///< part of its reason
};

void begin_anew(Story& story) { story.discover(testing::bios); }

const std::vector<Case> cases{
    {"no-loader", "failed",
     [](Story& s) {
       s.discover("UEFI ARM64 PXE")
           .tell(EventKind::dhcp_ignored, {{"firmware", "UEFI ARM64 PXE"}},
                 "PC x cannot be booted: Its architecture (efi-arm64) needs the loader y.");
     },
     0s, "Its architecture (efi-arm64) needs the loader y."},
    {"wrong-interface", "stalled",
     [](Story& s) { s.tell(EventKind::dhcp_discover, {{"firmware", testing::bios}, {"interface", "eth1"}}); }, 0s,
     "eth1"},
    {"address-refused", "stalled",
     [](Story& s) {
       s.discover().offer().request().tell(EventKind::dhcp_nak, {}, "Told x to ask anew: it is not its address.");
     },
     15s, "not its address"},
    {"not-offered", "stalled", [](Story& s) { s.discover(); }, 10s},
    {"other-server-won", "failed",
     [](Story& s) { s.discover().offer().request().tell(EventKind::dhcp_other_chosen, {{"server", "10.99.0.2"}}); },
     10s, "10.99.0.2"},
    {"offer-not-taken", "stalled", [](Story& s) { s.discover().offer().pass(4s).discover().offer(); }, 16s},
    {"offer-unheard", "stalled", [](Story& s) { s.discover().offer(); }, 30s},
    {"pxe-firewall", "failed", [](Story& s) { s.address().knock(knocked_pxe); }, 8s, "4011"},
    {"tftp-firewall", "failed", [](Story& s) { s.address().knock(knocked_tftp); }, 8s, "UDP port 69"},
    {"tftp-firewall", "failed",
     [](Story& s) { s.address().knock(knocked_tftp).tftp_fails("silent", "the machine fell silent"); }, 0s,
     "did not leave this server"},
    {"tftp-blocked", "failed", [](Story& s) { s.address().tftp_fails("silent", "the machine fell silent"); }, 0s,
     "fell silent"},
    {"tftp-missing", "failed", [](Story& s) { s.address().tftp_fails("missing", "there is no file pxelinux.0"); }, 0s,
     "pxelinux.0"},
    {"tftp-refused", "failed",
     [](Story& s) {
       s.address();
       for (int i = 0; i < 3; ++i) s.tftp_fails("ended", "the machine ended it: too big");
     },
     0s, "too big"},
    {"tftp-stuck", "failed", [](Story& s) { s.address().tftp().tftp_fails("silent", "the machine fell silent"); }, 0s},
    {"no-tftp", "stalled", [](Story& s) { s.address().tell(EventKind::pxe_request); }, 15s},
    {"no-boot-file", "stalled", [](Story& s) { s.address(); }, 20s},
    {"loader-refused", "stalled", [](Story& s) { s.address(testing::uefi).loaded(); }, 25s, "Secure Boot"},
    {"loader-died", "stalled", [](Story& s) { s.address().loaded(); }, 25s},
    {"http-firewall", "failed", [](Story& s) { s.to_ipxe().knock(knocked_http); }, 8s},
    {"http-blocked", "stalled", [](Story& s) { s.to_ipxe(); }, 25s},
    {"ipxe-no-address", "stalled", [](Story& s) { s.address().loaded().discover(testing::ipxe_rom); }, 25s},
    {"template-broken", "failed",
     [](Story& s) {
       s.to_ipxe().script("broken", "PC x has its boot script: it cannot boot: The template san.ipxe is not valid: y.");
     },
     0s, "The template san.ipxe is not valid"},
    {"image-missing", "failed",
     [](Story& s) {
       s.to_ipxe().script(
           "broken",
           "PC x has its boot script: it cannot boot: The image dos of drive 0x80 is not in the library any more.");
     },
     0s, "The image dos"},
    {"entry-broken", "failed",
     [](Story& s) {
       s.to_ipxe().script("broken", "PC x has its boot script: it cannot boot: Its disks ask for a secret.");
     },
     0s, "ask for a secret"},
    {"file-not-fetched", "stalled", [](Story& s) { s.to_ipxe().script("kernel"); }, 25s},
    {"file-stuck", "stalled", [](Story& s) { s.ipxe().script("kernel").http_progress("12"); }, 30s, "initrd at 12 %"},
    {"target-busy", "failed", [](Story& s) { s.to_ipxe().script().refuse("busy", "pc2 writes to it"); }, 0s,
     ": pc2 writes to it."},
    {"wrong-secret", "failed", [](Story& s) { s.to_ipxe().script().refuse("secret", "wrong secret"); }, 0s},
    {"no-right", "failed", [](Story& s) { s.to_ipxe().script().refuse("right", "not its disk"); }, 0s},
    {"login-refused", "failed",
     [](Story& s) { s.to_ipxe().script().refuse("unavailable", "the disk cannot be opened"); }, 0s},
    {"iscsi-firewall", "failed", [](Story& s) { s.to_ipxe().script().knock(knocked_iscsi); }, 8s},
    {"iscsi-blocked", "stalled", [](Story& s) { s.to_ipxe().script(); }, 25s},
    {"no-system", "failed", [](Story& s) { s.to_ipxe().script().login().moved(3072).close(); }, 3s},
    {"no-read", "stalled", [](Story& s) { s.to_ipxe().script().login(); }, 20s},
    {"loader-hangs", "stalled", [](Story& s) { s.to_ipxe().script().login().moved(3072); }, 30s},
    {"system-has-no-iscsi", "stalled",
     [](Story& s) { s.to_ipxe().script().login().moved(40 << 20).pass(5s).tell(EventKind::dhcp_discover); }, 45s},
    {"system-has-no-iscsi", "failed", [](Story& s) { s.to_ipxe().script().login().moved(40 << 20).close(); }, 60s},
    // The machine begins anew: these are said of the boot before.
    {"loader-refused", "failed",
     [](Story& s) {
       s.address(testing::uefi).loaded().pass(2s);
       begin_anew(s);
     },
     0s},
    {"loader-died", "failed",
     [](Story& s) {
       s.address().loaded().pass(2s);
       begin_anew(s);
     },
     0s},
    {"tftp-given-up", "failed",
     [](Story& s) {
       s.address().tftp().tftp_fails("ended", "too big").pass(2s);
       begin_anew(s);
     },
     0s, "too big"},
    {"restarted", "failed",
     [](Story& s) {
       s.to_ipxe().pass(2s);
       begin_anew(s);
     },
     0s},
    {"boot-loop", "failed",
     [](Story& s) {
       for (int i = 0; i < 3; ++i) s.to_ipxe().script().pass(2s);
       begin_anew(s);
     },
     0s},
};

class StallRulesTest : public ::testing::TestWithParam<Case> {};

TEST_P(StallRulesTest, speaks_at_its_time_and_not_before) {
  const Case& one = GetParam();
  Story story;
  one.told(story);
  const bool of_the_former = story.boots.size() > 1;
  const auto judged = [&]() -> const BootRecord& {
    return of_the_former ? std::prev(story.boots.end(), 2)->second : story.boot();
  };
  if (one.wait > 0s) {
    story.pass(one.wait - 500ms);
    EXPECT_EQ(judged().code, "");
    EXPECT_EQ(story.stalled, 0);
    story.pass(500ms);
  }
  EXPECT_EQ(judged().code, one.code);
  EXPECT_EQ(name_of(judged().state), one.state);
  EXPECT_NE(judged().reason.find(one.says), std::string::npos) << judged().reason;
  EXPECT_GT(judged().mend.size(), 20u);
  EXPECT_EQ(judged().reason.find('{'), std::string::npos) << judged().reason;
  const int told = story.stalled;
  story.pass(60s);
  if (!of_the_former) {
    EXPECT_EQ(story.stalled, told) << "a verdict is told once";
  }
}
INSTANTIATE_TEST_SUITE_P(Rules, StallRulesTest, ::testing::ValuesIn(cases), [](const auto& row) {
  std::string name = row.param.code;
  std::replace(name.begin(), name.end(), '-', '_');
  return name + "_" + std::to_string(row.index);
});

TEST(StallRules, every_row_has_a_case) {
  std::multiset<std::string> told, rows;
  for (const Case& one : cases) told.insert(std::string(one.code) + " " + one.state);
  for (const StallRule& rule : all_stall_rules())
    rows.insert(std::string(rule.code) + " " + std::string(name_of(rule.verdict)));
  EXPECT_EQ(told, rows);
}

TEST(StallRules, sentences_are_whole) {
  for (const StallRule& rule : all_stall_rules()) {
    const std::string cause = fill_sentence(rule.cause, "so it is");
    EXPECT_TRUE(std::isupper(static_cast<unsigned char>(cause.front())) || cause.starts_with("iPXE") ||
                cause.starts_with("so"))
        << cause;
    EXPECT_TRUE(cause.ends_with('.') || cause.ends_with(')')) << cause;
    EXPECT_FALSE(rule.mend.empty()) << rule.code;
    EXPECT_LT(rule.first, static_cast<StepKind>(static_cast<int>(rule.last) + 1)) << rule.code;
  }
  EXPECT_EQ(fill_sentence("{why}", "The disk is gone."), "The disk is gone.");
  EXPECT_EQ(fill_sentence("It ended: {why}", ""), "It ended: it does not say why.");
}

}  // namespace
}  // namespace bootferry::boot
