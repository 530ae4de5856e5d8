// SPDX-License-Identifier: Apache-2.0
// The form of proxyDHCP offers: flips when a machine asks again without going on, and is remembered when it goes on.
#include <gtest/gtest.h>

#include "dhcp/codec.hpp"
#include "dhcp_testing.hpp"

namespace bootferry::dhcp {
namespace {

using namespace testing;
using namespace std::chrono_literals;
using boot::ProxyForm;
using Mode = Settings::Mode;

constexpr std::uint16_t bios = 0, efi_x64 = 7;

/// The form that an offer has, read as a ROM reads it.
ProxyForm form_of(const Message& offer) {
  EXPECT_EQ(offer.type(), MessageType::offer);
  EXPECT_EQ(offer.text(option::vendor_class), "PXEClient");
  const bool names_file = !offer.file.empty();
  EXPECT_EQ(names_file, offer.find(option::vendor_information) != nullptr);
  EXPECT_EQ(names_file, offer.find(option::boot_file) != nullptr);
  return names_file ? ProxyForm::option43 : ProxyForm::binl;
}

struct FormLab : Lab {
  FormLab() : Lab(Mode::proxy) {}

  ProxyForm ask_after(Duration pause, std::uint16_t architecture, const MacAddress& who = pc1) {
    clock.advance(pause);
    return form_of(sent(hear(with_pxe(make_request(MessageType::discover, who), architecture))).message);
  }
  /// What was learned by these actions goes into the registry, as the db does it.
  std::optional<ProxyForm> take_learned(const Actions& actions) {
    for (const NoteSeen& seen : all<NoteSeen>(actions)) {
      if (!seen.sighting.learned_proxy_form) continue;
      learn(seen.sighting.mac, *seen.sighting.learned_proxy_form);
      EXPECT_TRUE(has_event(actions, boot::EventKind::quirk_learned));
      return seen.sighting.learned_proxy_form;
    }
    EXPECT_FALSE(has_event(actions, boot::EventKind::quirk_learned));
    return std::nullopt;
  }
  void learn(const MacAddress& who, ProxyForm form) { client(who).quirks.learned_proxy_form = form; }
  boot::Client& client(const MacAddress& who) {
    boot::Client& found = registry.state->clients[who];
    found.mac = who;
    return found;
  }
  Actions ask_4011(const MacAddress& who, std::uint16_t architecture) {
    Message request = with_pxe(make_request(MessageType::request, who), architecture);
    request.ciaddr = ip("10.99.0.150");
    return hear(request, {Port::pxe, ip("10.99.0.150"), 4011, true});
  }
};

TEST(ProxyForms, flip_while_a_machine_asks_again_and_the_one_that_helped_is_remembered) {
  FormLab lab;
  EXPECT_EQ(lab.ask_after(0s, efi_x64), ProxyForm::binl);
  EXPECT_EQ(lab.ask_after(4s, efi_x64), ProxyForm::option43);
  EXPECT_EQ(lab.ask_after(8s, efi_x64), ProxyForm::binl);
  EXPECT_EQ(lab.ask_after(16s, efi_x64), ProxyForm::option43);
  EXPECT_EQ(lab.take_learned(lab.responder.on_file_sent(pc1, lab.now())), ProxyForm::option43);
  EXPECT_EQ(lab.ask_after(10min, efi_x64), ProxyForm::option43) << "the next boot begins with what it learned";
  EXPECT_EQ(lab.take_learned(lab.responder.on_file_sent(pc1, lab.now())), std::nullopt) << "nothing new";
}

TEST(ProxyForms, a_bios_that_wants_binl_gets_it_and_goes_on_at_4011) {
  FormLab lab;
  EXPECT_EQ(lab.ask_after(0s, bios), ProxyForm::option43);
  EXPECT_EQ(lab.ask_after(4s, bios), ProxyForm::binl);
  const Actions answer = lab.ask_4011(pc1, bios);
  EXPECT_EQ(sent(answer).message.file, "undionly.kpxe");
  EXPECT_EQ(lab.take_learned(answer), ProxyForm::binl);
}

TEST(ProxyForms, ipxe_is_progress_too) {
  FormLab lab;
  (void)lab.ask_after(0s, bios);
  (void)lab.ask_after(4s, bios);
  lab.clock.advance(3s);
  EXPECT_EQ(lab.take_learned(lab.hear(with_ipxe(make_request(MessageType::discover)))), ProxyForm::binl);
}

TEST(ProxyForms, a_machine_that_goes_on_teaches_nothing_and_starts_anew_next_time) {
  FormLab lab;
  EXPECT_EQ(lab.ask_after(0s, efi_x64), ProxyForm::binl);
  EXPECT_EQ(lab.take_learned(lab.ask_4011(pc1, efi_x64)), std::nullopt);
  EXPECT_EQ(lab.ask_after(20s, efi_x64), ProxyForm::binl) << "it was reset by its user; the form is no suspect";
}

TEST(ProxyForms, copies_of_one_question_and_old_stories_flip_nothing) {
  FormLab lab;
  EXPECT_EQ(lab.ask_after(0s, efi_x64), ProxyForm::binl);
  EXPECT_EQ(lab.ask_after(10ms, efi_x64), ProxyForm::binl) << "two relays brought it twice";
  EXPECT_EQ(lab.ask_after(ProxyForms::attempt_time, efi_x64), ProxyForm::binl) << "somebody pressed the button again";
}

TEST(ProxyForms, what_worked_before_has_two_chances) {
  FormLab lab;
  lab.learn(pc1, ProxyForm::option43);
  EXPECT_EQ(lab.ask_after(0s, efi_x64), ProxyForm::option43);
  EXPECT_EQ(lab.ask_after(4s, efi_x64), ProxyForm::option43);
  EXPECT_EQ(lab.ask_after(8s, efi_x64), ProxyForm::binl);
  EXPECT_EQ(lab.take_learned(lab.ask_4011(pc1, efi_x64)), ProxyForm::binl) << "a new firmware unlearns";
}

TEST(ProxyForms, a_pinned_form_never_flips_and_learns_nothing) {
  FormLab lab;
  lab.client(pc1).quirks.proxy_form = ProxyForm::option43;
  for (int i = 0; i < 6; ++i) EXPECT_EQ(lab.ask_after(4s, efi_x64), ProxyForm::option43);
  EXPECT_EQ(lab.take_learned(lab.responder.on_file_sent(pc1, lab.now())), std::nullopt);
  lab.client(pc1).quirks.proxy_form = ProxyForm::automatic;
  EXPECT_EQ(lab.ask_after(4s, efi_x64), ProxyForm::binl) << "no longer pinned: as for any other";
}

TEST(ProxyForms, two_of_one_maker_that_agree_are_a_hint_for_the_third) {
  FormLab lab;
  const MacAddress third = mac("00:25:90:00:00:03");
  lab.learn(mac("00:25:90:00:00:01"), ProxyForm::option43);
  EXPECT_EQ(lab.ask_after(0s, efi_x64, third), ProxyForm::binl) << "one is no hint";
  lab.clock.advance(10min);
  lab.learn(mac("00:25:90:ff:ff:ff"), ProxyForm::option43);
  lab.learn(mac("00:25:91:00:00:00"), ProxyForm::binl);
  EXPECT_EQ(lab.ask_after(0s, efi_x64, third), ProxyForm::option43);
  EXPECT_EQ(lab.take_learned(lab.responder.on_file_sent(third, lab.now())), std::nullopt);
  lab.learn(mac("00:25:90:00:00:02"), ProxyForm::binl);
  EXPECT_EQ(lab.ask_after(10min, efi_x64, third), ProxyForm::binl) << "they do not agree";
  // Made-up addresses have no maker.
  lab.learn(mac("52:54:00:00:00:01"), ProxyForm::option43);
  lab.learn(mac("52:54:00:00:00:02"), ProxyForm::option43);
  EXPECT_EQ(lab.ask_after(0s, efi_x64, mac("52:54:00:00:00:03")), ProxyForm::binl);
}

TEST(ProxyForms, a_flood_of_machines_is_bounded_and_costs_the_real_one_at_most_its_memory) {
  FormLab lab;
  EXPECT_EQ(lab.ask_after(0s, efi_x64), ProxyForm::binl);
  lab.clock.advance(1s);
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    MacAddress made_up = mac("02:00:00:00:00:00");
    for (std::size_t at = 0; at < 4; ++at) made_up.octets[5 - at] = static_cast<std::uint8_t>(i >> 8 * at);
    made_up.octets[1] = 1;
    (void)lab.hear(with_pxe(make_request(MessageType::discover, made_up), efi_x64));
  }
  EXPECT_EQ(lab.ask_after(4s, efi_x64), ProxyForm::binl) << "its attempt was pushed out: it starts anew";
  EXPECT_EQ(lab.ask_after(4s, efi_x64), ProxyForm::option43);
}

/// Machines of four kinds over a day of boots, with a router that is slow now and then and packets that are lost: each
/// boots in the end, and the choosy ones need no second try once their form is known.
TEST(ProxyForms, over_many_boots_each_kind_of_firmware_gets_through) {
  enum class Taste { both, only_option43, only_binl };
  FormLab lab;
  std::uint32_t dice = 12345;
  const auto roll = [&dice](std::uint32_t sides) { return ((dice = dice * 1664525 + 1013904223) >> 16) % sides; };
  struct Machine {
    MacAddress mac;
    std::uint16_t architecture;
    Taste taste;
    int boots = 0, questions = 0;
  };
  std::vector<Machine> machines;
  for (std::uint8_t i = 0; i < 24; ++i) {
    MacAddress address = mac("00:10:18:00:00:00");
    address.octets[2] = i;  // no kin
    machines.push_back({address, i % 2 ? efi_x64 : bios, static_cast<Taste>(i % 3)});
  }
  for (int boot = 0; boot < 40; ++boot) {
    for (Machine& machine : machines) {
      lab.clock.advance(3min);
      machine.questions = 0;
      bool booted = false;
      while (!booted && machine.questions < 8) {
        ++machine.questions;
        const ProxyForm form =
            lab.ask_after(std::chrono::seconds(2 << machine.questions), machine.architecture, machine.mac);
        if (roll(10) == 0) continue;  // the offer, or the router's, was lost
        booted = machine.taste == Taste::both || (form == ProxyForm::binl) == (machine.taste == Taste::only_binl);
        if (!booted) continue;
        if (form == ProxyForm::binl) (void)lab.take_learned(lab.ask_4011(machine.mac, machine.architecture));
        (void)lab.take_learned(lab.responder.on_file_sent(machine.mac, lab.now()));
      }
      machine.boots += booted;
    }
  }
  for (const Machine& machine : machines) {
    EXPECT_EQ(machine.boots, 40) << machine.mac.to_string();
    if (machine.taste == Taste::both) continue;
    const ProxyForm wanted = machine.taste == Taste::only_binl ? ProxyForm::binl : ProxyForm::option43;
    EXPECT_EQ(lab.ask_after(1h, machine.architecture, machine.mac), wanted) << machine.mac.to_string();
  }
}

}  // namespace
}  // namespace bootferry::dhcp
