// SPDX-License-Identifier: Apache-2.0
#include "boot/stall_rules.hpp"

#include <algorithm>
#include <array>

namespace bootferry::boot {
namespace {

using enum StepKind;
using std::chrono::seconds;
constexpr auto failed = BootState::failed;
constexpr auto stalled = BootState::stalled;

// UEFI waits about 4 s after the first offer, ROMs ask again after 4, 8, 16 and 32 s (PXE 2.1 section 2.2), iPXE
// gives a TCP connection up after some 20 s: a rule's patience is longer than what a healthy machine needs there.
constexpr auto rules = std::to_array<StallRule>({
    // ---- the machine began anew: what it had not got over
    {"boot-loop", discover, reading, seconds{0}, restarted | loops, 0, failed,
     "It starts again and again, and each time gets no further than this.",
     "Look at its screen at this moment; read the earlier boots of this machine for the step at which they end."},
    {"loader-refused", loaded, loaded, seconds{0}, restarted | is_uefi, 0, failed,
     "Its firmware loaded the boot file and started anew instead of running it: Secure Boot refuses it, most likely.",
     "Switch Secure Boot off in its firmware, or give it a signed loader."},
    {"loader-died", loaded, loaded, seconds{0}, restarted, 0, failed,
     "It loaded the boot file and started anew without a word from it: the loader does not run on this machine.",
     "Try another loader for this client; a BIOS that says \"NBP too big\" got a file for UEFI."},
    {"tftp-given-up", loader, loader, seconds{0}, restarted, 0, failed,
     "It began to load its boot file and started anew before the end: {why}",
     "Look for a bad cable or a switch that drops large UDP packets; try another loader for this client."},
    {"restarted", discover, read, seconds{0}, restarted, 0, failed,
     "It started anew before it got any further: somebody reset it, or its firmware gave up.",
     "If nobody reset it, look at its screen at this step."},

    // ---- DISCOVER
    {"wrong-interface", discover, discover, seconds{0}, asks_elsewhere, offered, stalled,
     "It asks for its boot at another network interface of this server than the one that Bootferry serves, {why}",
     "Plug it into the network that Bootferry serves; or choose that interface: interface = \"...\" (--interface)."},
    {"no-loader", discover, offer, seconds{0}, Circumstance::ignored, 0, failed, "{why}",
     "Put a loader for its architecture into the loaders folder, or let it boot in another firmware mode."},
    {"address-refused", discover, address, seconds{15}, told_nak, 0, stalled,
     "It insists on an address that it may not have: {why}",
     "Look for a second DHCP server that gave it the address, or remove its reservation there."},
    {"not-offered", discover, discover, seconds{10}, 0, offered, stalled,
     "It asks for an address, and no answer could be given.",
     "Look into the boot log; in server mode the DHCP range may be used up, or may not fit the relay it asks through."},
    {"other-server-won", discover, ipxe, seconds{10}, other_won, 0, failed,
     "It took the offer of another DHCP server ({why}), which does not tell it to boot from here.",
     "Switch that server off, or let Bootferry run beside it: dhcp.mode = \"proxy\"."},
    {"offer-not-taken", offer, offer, seconds{20}, asked_again, 0, stalled,
     "It asks again and again and takes no offer: the answer does not reach it, or its firmware wants the other form "
     "of it.",
     "Is there a DHCP server that gives it an address? Look for another VLAN and for spanning tree on its switch port; "
     "or pin the other form of the boot offer for this client."},
    {"offer-unheard", offer, offer, seconds{30}, 0, asked_again, stalled,
     "It asked once, was offered its boot file, and has not been heard since.",
     "Put network boot first in its boot order; look for spanning tree on its switch port (switch portfast on)."},

    // ---- an address, and then the boot file
    {"pxe-firewall", address, address, seconds{8}, knocked_pxe, 0, failed,
     "Its question for the boot file reached this server's network card and no answer left it: a firewall on this "
     "server "
     "drops UDP port 4011.",
     "Open UDP ports 67, 69 and 4011 in this server's firewall."},
    {"tftp-firewall", offer, boot_server, seconds{8}, knocked_tftp, tftp_silent | tftp_missing, failed,
     "Its request for the boot file reached this server's network card and no answer left it: a firewall on this "
     "server "
     "drops UDP port 69.",
     "Open UDP ports 67, 69 and 4011 in this server's firewall."},
    {"tftp-firewall", offer, boot_server, seconds{0}, knocked_tftp | tftp_silent, 0, failed,
     "It asked for its boot file, and Bootferry's answers did not leave this server: its firewall drops them.",
     "TFTP answers from a high UDP port: let this server's firewall pass what Bootferry sends."},
    {"tftp-blocked", offer, boot_server, seconds{0}, tftp_silent, 0, failed,
     "It asked for its boot file, and not one answer came through: {why}",
     "TFTP answers from a high UDP port: open it in firewalls on this server and on the way; look for VLANs and MTU."},
    {"tftp-missing", offer, loader, seconds{0}, tftp_missing, 0, failed,
     "It asks for a boot file that is not here: {why}",
     "Another DHCP server names that file, most likely: take its boot options away (66, 67, next-server)."},
    {"tftp-refused", offer, loader, seconds{0}, tftp_ended_often, 0, failed,
     "Its firmware breaks the download of its boot file off, again and again: {why}",
     "The file may be too large for it or for another architecture: try another loader for this client."},
    {"tftp-stuck", loader, loader, seconds{0}, tftp_silent, 0, failed,
     "The download of its boot file stopped in the middle: {why}",
     "Look for a bad cable, for duplex trouble, and for an MTU below 1500 on the way."},
    {"no-tftp", boot_server, boot_server, seconds{15}, 0, 0, stalled,
     "It was told its boot file on port 4011 and has not asked for it.",
     "Is UDP port 69 blocked between it and this server? Its firmware may not like the answer: look at its screen."},
    {"no-boot-file", address, address, seconds{20}, 0, 0, stalled,
     "It has an address and has not asked for a boot file from here.",
     "Does another DHCP server name a boot file (options 66, 67)? Is UDP port 69 or 4011 blocked on the way?"},

    // ---- the loader
    {"loader-refused", loaded, loaded, seconds{25}, is_uefi, 0, stalled,
     "It loaded the boot file, and iPXE has not been heard: Secure Boot refuses it, most likely.",
     "Switch Secure Boot off in its firmware, or give it a signed loader; or try ipxe.efi instead of snponly.efi."},
    {"loader-died", loaded, loaded, seconds{25}, 0, 0, stalled,
     "It loaded the boot file, and iPXE has not been heard: the loader does not run, or does not find the network "
     "card.",
     "Try another loader for this client (undionly.kkpxe, ipxe.pxe), on a PC older than a Pentium III an iPXE of 2021 "
     "or "
     "later; \"NBP too big\" on its screen means a file for UEFI."},

    // ---- iPXE
    {"http-firewall", ipxe, ipxe, seconds{8}, knocked_http, 0, failed,
     "iPXE's request for its script reached this server's network card and no answer left it: a firewall on this "
     "server "
     "drops the HTTP port.",
     "Open the HTTP port (TCP 8080, unless you chose another) in this server's firewall."},
    {"http-blocked", ipxe, ipxe, seconds{25}, has_address, 0, stalled,
     "iPXE has an address and has not fetched its script: HTTP does not get through.",
     "Is the HTTP port (TCP 8080, unless you chose another) blocked between it and this server?"},
    {"ipxe-no-address", ipxe, ipxe, seconds{25}, 0, has_address, stalled, "iPXE runs and gets no address.",
     "Look for spanning tree on its switch port; try snponly or ipxe with its own driver as this client's loader."},
    {"template-broken", script, file, seconds{0}, broken_template, 0, failed, "{why}",
     "Mend the template in the ipxe-scripts folder of the state directory, or delete it: the built-in one is used "
     "then."},
    {"image-missing", script, file, seconds{0}, image_gone, 0, failed, "{why}",
     "Give the client another image, or add this one again."},
    {"entry-broken", script, file, seconds{0}, broken_entry, 0, failed, "{why}", "Change what this client boots."},
    {"file-not-fetched", script, script, seconds{25}, expects_files, 0, stalled,
     "It has its script and has fetched none of the files in it from here.",
     "Are the files in the files folder, under the names that the client's boot has? A foreign URL cannot be seen "
     "here."},

    {"file-stuck", address, file, seconds{30}, file_under_way, 0, stalled,
     "A download by HTTP stopped in the middle: {why}",
     "Look for a bad cable, for duplex trouble, and for an MTU below 1500 on the way; has the machine enough memory?"},

    // ---- iSCSI
    {"target-busy", script, login, seconds{0}, refused_busy, 0, failed, "Its login was refused: {why}",
     "Shut the other machine down, or give each a private or fresh drive of the image."},
    {"wrong-secret", script, login, seconds{0}, refused_secret, 0, failed, "Its login was refused: {why}",
     "Let the client's access be \"boot\", so that each script brings its own secret; or set the same secret on both "
     "sides."},
    {"no-right", script, login, seconds{0}, refused_right, 0, failed, "Its login was refused: {why}",
     "Look at the client's access: its initiator name and the address that it may come from."},
    {"login-refused", script, login, seconds{0}, refused_other, 0, failed, "Its login was refused: {why}",
     "Look at the client's drives; is this server's disk well and not full?"},
    {"iscsi-firewall", script, script, seconds{8}, expects_login | knocked_iscsi, 0, failed,
     "Its login reached this server's network card and no answer left it: a firewall on this server drops the iSCSI "
     "port.",
     "Open the iSCSI port (TCP 3260, unless you chose another) in this server's firewall."},
    {"iscsi-blocked", script, script, seconds{25}, expects_login, 0, stalled,
     "It has its script and has not opened its disk: iSCSI does not get through.",
     "Is the iSCSI port (TCP 3260, unless you chose another) blocked between it and this server?"},
    {"no-system", login, read, seconds{3}, all_closed, wrote | expects_files, failed,
     "It read the first sectors of its disk and let go of it: there is no boot signature, or no system, on the disk.",
     "Check the image (\"bootferry image check\"); a UEFI machine needs an EFI system partition, a BIOS a boot "
     "sector."},
    {"no-read", login, login, seconds{20}, 0, all_closed | expects_files, stalled,
     "It opened its disk and has read nothing.",
     "Large packets may get lost: is the MTU the same on the whole way (jumbo frames)?"},
    {"loader-hangs", read, read, seconds{30}, 0, all_closed | expects_files, stalled,
     "It read the first sectors of its disk and no more: the boot loader on the disk stopped.",
     "Look at its screen; check the image (\"bootferry image check\"): wrong geometry and a missing active partition "
     "do this."},
    {"system-has-no-iscsi", reading, reading, seconds{45}, system_asked, 0, stalled,
     "Its operating system runs and has an address, and never opened its disk again: it knows nothing of iSCSI.",
     "Put open-iscsi (or iscsi for dracut) into its initramfs; Windows needs its network card as a boot driver."},
    {"system-has-no-iscsi", reading, reading, seconds{60}, all_closed, wrote, failed,
     "It read its system and fell silent, and the operating system never opened the disk itself. (If it was switched "
     "off, all is well.)",
     "Put open-iscsi (or iscsi for dracut) into its initramfs; Windows needs its network card as a boot driver."},
});

}  // namespace

std::span<const StallRule> all_stall_rules() { return rules; }

const StallRule* find_stall(StepKind stage, Circumstances circumstances, Duration waited) {
  const auto fits = [&](const StallRule& rule) {
    return rule.first <= stage && stage <= rule.last && (circumstances & rule.needs) == rule.needs &&
           (circumstances & rule.lacks) == 0 && waited >= rule.wait;
  };
  const auto found = std::find_if(rules.begin(), rules.end(), fits);
  return found == rules.end() ? nullptr : &*found;
}

std::string fill_sentence(std::string_view sentence, std::string_view why) {
  constexpr std::string_view mark = "{why}";
  const std::size_t at = sentence.find(mark);
  if (at == std::string_view::npos) return std::string(sentence);
  std::string filled(sentence.substr(0, at));
  filled += why.empty() ? "it does not say why" : why;
  filled += sentence.substr(at + mark.size());
  if (filled.ends_with(": ")) filled.resize(filled.size() - 2);
  if (!filled.ends_with('.')) filled += '.';
  return filled;
}

}  // namespace bootferry::boot
