# SPDX-License-Identifier: Apache-2.0
"""One golden image, many machines: private overlays keep, fresh ones forget, apply and rebase carry over, and a kill costs nothing.

Two Debians boot here at once; what needs no system is done with the lab's own initiator."""
import hashlib
import random
import re
import time

import pytest
from lab import images
from lab.guest import Guest
from lab.iscsi_chap import boot_credentials, chap_login
from lab.iscsi_raw import Initiator
from lab.layers import Layers, check, content, file_in, let_go
from lab.processes import wait_until

pytestmark = pytest.mark.product
MACS = ["52:54:00:e2:e0:01", "52:54:00:e2:e0:02"]
FIRST_DHCP_TO_LOGIN = 180  # two at once
MIB = 1 << 20


def digest(path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def overlay(server, mac, image="mini") -> dict:
    return server.json("overlay", "show", mac, image)


def made(server, mac) -> list[str]:
    return [event["text"] for event in server.boot_log(mac) if event["kind"] == "overlay-made"]


class Person:
    """Who sits at a Debian's serial line."""

    def __init__(self, pc):
        self.pc, self.logins, self.asked = pc, 0, 0

    def arrive(self, boots: int):
        """After the boot that the image's file system counts as its `boots`th."""
        self.logins += 1
        self.pc.wait_serial(r"MINI-OS-UP root=sda2 boots=(\d+) ", FIRST_DHCP_TO_LOGIN, self.logins)
        seen = re.findall(r"MINI-OS-UP root=sda2 boots=(\d+) ", self.pc.serial)
        assert int(seen[-1]) == boots, seen
        self.pc.wait_serial(r"mini-debian login:", 60, self.logins)
        prompt = r"\n\S+ # "
        prompts = len(re.findall(prompt, self.pc.serial))  # a shell shows one after each command
        self.pc.type_serial("root\n")
        self.pc.wait_serial(prompt, 30, prompts + 1)

    def run(self, command: str) -> str:
        self.asked += 1
        self.pc.type_serial(f"echo begin-$((1000+{self.asked})); {command}; echo end-$((1000+{self.asked}))\n")
        number = 1000 + self.asked
        return self.pc.wait_serial(rf"begin-{number}\n((?s:.*?))end-{number}\n", 60).group(1)

    def reboot(self):
        self.pc.type_serial("sync; reboot -f\n")


def serve_golden(lab, mode):
    server = lab.serve("server")
    golden = server.add_image("mini", images.copy(images.mini_debian(), lab.folder / "mini.img"))
    for number, mac in enumerate(MACS, 1):
        server.set_client(mac, [("mini", mode)], name=f"pc{number}", access="boot")
    return server, golden


def test_two_debians_diverge_keep_apply_and_rebase(lab):
    server, golden = serve_golden(lab, "private")
    before, layers = digest(golden), Layers(server)
    pcs = [lab.machine("bios-rom", mac=mac, tap=tap, reboots=True).power_on() for tap, mac in enumerate(MACS)]
    one, two = (Person(pc) for pc in pcs)
    for number, person in ((1, one), (2, two)):
        person.arrive(boots=1)
        person.run(f"echo note of pc{number} > /root/note; touch /root/pc{number}")
        person.reboot()
    for number, person in ((1, one), (2, two)):
        person.arrive(boots=2)
        assert person.run("cat /root/note") == f"note of pc{number}\n"
        assert person.run("ls /root").split() == ["boots", "note", f"pc{number}"]
        person.run("sync")
    assert [len(made(server, mac)) for mac in MACS] == [1, 1]

    refused = server.cli("overlay", "apply", MACS[0], "mini", check=False)
    assert refused.returncode == 1 and MACS[0] in refused.stderr, refused.stderr
    pcs[0].power_off()
    for session in server.sessions():  # of its firmware and of its system
        if session["mac"] == MACS[0]:
            server.cli("session", "drop", str(session["id"]), check=False)
    wait_until("pc1 is off", lambda: not overlay(server, MACS[0])["in_use"], 20)
    server.cli("overlay", "apply", MACS[0], "mini", "--comment", "with pc1's note")
    assert [version["comment"] for version in server.json("image", "versions", "mini")["versions"]] == ["", "with pc1's note"]
    assert re.search(rf"{MACS[1]} +mini +private +1 \(behind 2\)", server.cli("overlay", "list").stdout)
    assert re.search(rf"{MACS[0]} +mini +private +2 ", server.cli("overlay", "list").stdout)
    two.run("echo 3 > /proc/sys/vm/drop_caches")
    assert two.run("cat /root/note") == "note of pc2\n", "who runs finishes on what it booted from"

    pcs[1].power_off()
    let_go(server)
    server.cli("overlay", "rebase", MACS[1], "mini")
    shown = overlay(server, MACS[1])
    assert (shown["version"], shown["behind"], len(shown["snapshots"])) == (2, False, 1)
    pcs[1].power_on()
    two = Person(pcs[1])
    two.arrive(boots=3)
    assert two.run("cat /root/note") == "note of pc1\n"
    assert two.run("ls /root").split() == ["boots", "note", "pc1"]
    pcs[1].power_off()
    let_go(server)
    server.cli("overlay", "rollback", MACS[1], "mini", "1")
    assert overlay(server, MACS[1])["version"] == 1
    assert file_in(layers.of_overlay(MACS[1], "mini"), "/root/note", lab.folder) == "note of pc2\n"
    assert file_in(layers.of_overlay(MACS[0], "mini"), "/root/note", lab.folder) == "note of pc1\n"
    layers.check()
    assert digest(golden) == before and not layers.strays()


def test_a_fresh_debian_forgets_at_a_reboot_and_only_then(lab):
    server, golden = serve_golden(lab, "fresh")
    before = digest(golden)
    pc = lab.machine("bios-rom", mac=MACS[0], reboots=True).power_on()
    person = Person(pc)
    person.arrive(boots=1)
    assert len(made(server, MACS[0])) == 1, "iPXE, GRUB and the system have one overlay"
    assert len([event for event in server.boot_log(MACS[0]) if event["kind"] == "session-opened"]) >= 2
    person.run("echo scratch > /root/scratch; sync")
    assert server.status(f"/boot/{MACS[0]}.ipxe") == 200  # a stranger asks for the script
    person.run("echo 3 > /proc/sys/vm/drop_caches")
    assert person.run("cat /root/scratch") == "scratch\n"
    person.reboot()
    person.arrive(boots=1)
    assert person.run("ls /root").split() == ["boots"]
    assert len(made(server, MACS[0])) == 2
    pc.power_off()
    let_go(server)
    Layers(server).check()
    assert digest(golden) == before


# -- without a system ----------------------------------------------------------------------------------------------------------

OWN = "iqn.2026-11.org.bootferry:525400e2e001"
TARGET = OWN + ".80"


def block_of(text: str) -> bytes:
    return text.encode().ljust(512, b".")


@pytest.fixture
def golden(lab):
    """A server whose first machine has a disk of known bytes; (server, the bytes, a host)."""
    data = random.Random(4).randbytes(4 * MIB)
    file = lab.folder / "data.img"
    file.write_bytes(data)
    server = lab.serve("server")
    server.add_image("data", file)
    return server, data, lab.network.add_host("10.99.0.50")


def enter(host, user, secret, isid=1) -> Initiator:
    link = Initiator(host, TARGET, OWN, isid=isid)
    assert chap_login(link, user, secret) == 0
    assert link.test_ready() == 0
    return link


def test_a_fresh_disk_lasts_from_script_to_script_of_who_logs_in(golden):
    server, data, host = golden
    server.set_client(MACS[0], [("data", "fresh")], name="pc1", access="boot")
    layers = Layers(server)
    user, secret = boot_credentials(server, MACS[0])
    firmware = enter(host, user, secret, isid=1)
    firmware.write(9, block_of("by the firmware"))
    system = enter(host, user, secret, isid=2)  # in the same boot
    assert system.read(9) == block_of("by the firmware")
    firmware.close()
    system.write(10, block_of("by the system"))
    for session in server.sessions():
        server.cli("session", "drop", str(session["id"]), check=False)
    wait_until("no session", lambda: not server.sessions(), 20)
    again = enter(host, user, secret, isid=2)
    assert again.read(9, 2) == block_of("by the firmware") + block_of("by the system"), "a dropped session is no boot"

    stranger = boot_credentials(server, MACS[0])  # anybody may fetch a script
    assert again.read(9) == block_of("by the firmware")
    server.cli("session", "drop", str(server.sessions()[0]["id"]))
    wait_until("no session", lambda: not server.sessions(), 20)
    again = enter(host, user, secret, isid=2)
    assert again.read(10) == block_of("by the system"), "a script that was fetched takes nobody's disk away"
    server.kill()
    server.start()
    again = enter(host, user, secret, isid=2)
    assert again.read(10) == block_of("by the system"), "nor does a kill of the server"
    assert len(made(server, MACS[0])) == 1 and len(layers.known()) == 1
    again.close()

    clean = enter(host, *stranger)  # the next boot
    assert clean.read(9, 2) == data[9 * 512:11 * 512]
    assert len(made(server, MACS[0])) == 2
    clean.close()
    let_go(server)
    server.stop()
    server.start()
    assert len(layers.known()) == 1 and not layers.strays()
    layers.check()


def test_what_a_killed_server_had_acknowledged_is_there_flushed_or_not(golden, lab):
    server, data, host = golden
    server.set_client(MACS[0], [("data", "private")], name="pc1")
    layers, noise, wanted = Layers(server), random.Random(5), bytearray(data)
    for _ in range(4):
        link = Initiator(host, TARGET)
        assert link.login()[0] == 0 and link.test_ready() == 0
        for number in range(noise.randrange(40, 120)):
            lba, blocks = noise.randrange(8192 - 32), noise.randrange(1, 32)
            block = noise.randbytes(512 * blocks)
            link.write(lba, block)
            wanted[lba * 512:lba * 512 + len(block)] = block
            if number % 29 == 28:
                link.flush()
        server.kill()
        check(layers.of_overlay(MACS[0], "data"), flushed=False)
        server.start()
        link = Initiator(host, TARGET)
        assert link.login()[0] == 0 and link.test_ready() == 0
        got = b"".join(link.read(lba, 128) for lba in range(0, 8192, 128))
        lost = [lba for lba in range(8192) if got[lba * 512:lba * 512 + 512] != wanted[lba * 512:lba * 512 + 512]]
        assert not lost, f"{len(lost)} blocks, first {lost[:10]}"
        assert link.logout() is not None
        link.close()
    let_go(server)
    server.stop()  # a flush
    layers.check()
    assert content(layers.of_overlay(MACS[0], "data"), lab.folder) == bytes(wanted)


def test_overlays_see_all_that_a_killed_master_wrote(golden):
    server, data, host = golden
    server.cli("image", "publish", "data", "--comment", "to be written to")
    server.set_client(MACS[0], [("data", "master")], name="pc1")
    link = Initiator(host, TARGET)
    assert link.login()[0] == 0 and link.test_ready() == 0
    link.write(0, block_of("flushed"))
    link.flush()
    link.write(4000, block_of("acknowledged"))
    server.kill()
    server.start()
    server.set_client(MACS[1], [("data", "private")], name="pc2")
    other = Initiator(host, next(client for client in server.clients() if client["mac"] == MACS[1])["targets"][0])
    assert other.login()[0] == 0 and other.test_ready() == 0
    assert other.read(0) == block_of("flushed")
    assert other.read(4000) == block_of("acknowledged")
    assert other.read(1) == data[512:1024]


# -- a guest that works on -----------------------------------------------------------------------------------------------------


def test_a_guest_on_an_overlay_works_on_when_the_server_is_killed(lab):
    server = lab.serve("server")
    server.add_image("blank", images.make_blank(lab.folder / "blank.img", 128 * MIB))
    server.set_client(MACS[0], [("blank", "private")], name="pc1")
    layers, guest = Layers(server), Guest(lab).power_on()
    device = guest.log_in(TARGET)
    guest.run(f"mkfs.ext4 -q -F {device} && mount {device} /mnt", 60)
    # Each line of the list is a file that was on the disk, as far as the guest was told, when the line was written.
    job = guest.start("i=0; while ! test -e /tmp/enough; do i=$((i+1)); dd if=/dev/urandom of=/mnt/f$i bs=12k count=1 conv=fsync 2>/dev/null || exit 1; "
                      "sha256sum /mnt/f$i >>/tmp/list || exit 1; test $i -le 400 || rm /mnt/f$((i-400)); done")

    def count():
        return int(guest.run("cat /tmp/list 2>/dev/null | wc -l"))

    for _ in range(2):
        at = count()
        wait_until("files written", lambda at=at: count() > at + 15, 40, 0.2)
        assert not job.ended(), job.log()
        server.kill()
        time.sleep(2)  # commands in flight have nobody to answer them
        server.start()
        wait_until("the guest's new session", server.sessions, 60)
    at = count()
    wait_until("more files", lambda: count() > at + 15, 60, 0.2)
    guest.run("touch /tmp/enough")
    job.wait(60)
    guest.run("umount /mnt && mount " + device + " /mnt", 60)
    assert guest.run("tail -n 400 /tmp/list >/tmp/last; sha256sum -c /tmp/last 2>&1 | grep -v ': OK$' || true", 60) == ""
    assert guest.bad_news() == []
    guest.run(f"umount /mnt && e2fsck -fn {device}", 60)
    guest.log_out(TARGET)
    assert server.stop() == 0
    layers.check()
