# SPDX-License-Identifier: Apache-2.0
"""Linux' own initiator (open-iscsi, ext4, fio, sg3-utils) on a Debian guest in QEMU against the running target, in peace and in trouble.

One server and one booted guest serve all tests of this file, as a boot under TCG costs more than most tests. What keeps them apart:
each test has an image, a client and so a target of its own, and every session is ended after it; a guest that a test has left
unable to do that is switched off, and the next test boots a new one.
"""
import re
import time

import pytest
from lab import images
from lab.guest import Guest
from lab.lab import Lab
from lab.network import SERVER
from lab.processes import run, wait_until

pytestmark = pytest.mark.product
MIB = 1 << 20
SIZE = 256 * MIB
# Two jobs at once: direct 4-64 KiB writes at random with 16 in flight, and buffered ones with an fsync every eighth. Each block carries
# its CRC32C and is read back. The rate keeps them at work for long enough that trouble finds them in the middle.
FIO = ("fio --directory=/mnt --size={size}m --verify=crc32c --verify_fatal=1 --fallocate=none --thread --output-format=terse --terse-version=3 "
       "--name=direct --rw=randwrite --bsrange=4k-64k --ioengine=libaio --direct=1 --iodepth=16 {more} "
       "--name=buffered --rw=write --bs=32k --ioengine=psync --fsync=8 {more}")


class Site:
    """The lab of this file with its server, and the guests by number."""

    def __init__(self, lab):
        self.lab, self.server, self.disks = lab, lab.serve("server"), 0
        self.guests: dict[int, Guest] = {}

    def guest(self, number=1) -> Guest:
        """A booted guest with nothing of earlier tests left."""
        guest = self.guests.setdefault(number, Guest(self.lab, number))
        if not guest.running():
            guest.power_on()
        guest.forget_news()
        return guest

    def disk(self, size=SIZE, **options) -> "Disk":
        self.disks += 1
        return Disk(self, f"disk{self.disks}", f"02:00:00:00:00:{self.disks:02x}", size, **options)

    def tidy(self):
        for guest in self.guests.values():
            guest.tidy()
        if not self.server.child.alive():
            self.server.start()


class Disk:
    """An image of its own behind a client, and so a target, of its own."""

    def __init__(self, site, name, mac, size):
        self.site, self.name, self.mac = site, name, mac
        blank = images.make_blank(site.lab.folder / f"{name}.img", size)
        self.path = site.server.add_image(name, blank)
        blank.unlink()
        site.server.set_client(mac, [(name, "master")], name=name)
        self.target = next(client for client in site.server.clients() if client["mac"] == mac)["targets"][0]

    def sessions(self) -> list[dict]:
        return [session for session in self.site.server.sessions() if session["target"] == self.target]

    def allocated(self) -> int:
        return self.path.stat().st_blocks * 512


@pytest.fixture(scope="module")
def open_site():
    with Lab("open-iscsi") as lab:
        yield Site(lab)


@pytest.fixture
def site(open_site, request):
    yield open_site
    if getattr(request.node, "report_call", None) and request.node.report_call.failed:
        open_site.lab.keep = True
        print(f"\nlogs kept in {open_site.lab.folder}\n{open_site.server.log.read_text(errors='replace')[-3000:]}")
    open_site.tidy()


@pytest.fixture
def guest(site):
    return site.guest()


@pytest.fixture
def disk(site):
    return site.disk()


def make_file_system(guest, device, where="/mnt"):
    guest.run(f"mkfs.ext4 -q -F -E lazy_itable_init=0 {device} && mount {device} {where}", 60)


def checksums(guest) -> dict[str, str]:
    """What the files on /mnt hold by their names, read anew from the disk."""
    guest.run("sync; echo 3 >/proc/sys/vm/drop_caches", 60)
    lines = guest.run("cd /mnt && find . -type f -exec md5sum {} +", 60).splitlines()
    return {name.strip().removeprefix("./"): digest for digest, name in (line.split(" ", 1) for line in lines)}


def host_checksums(disk, folder) -> dict[str, str]:
    """The same, as our own disk has them: e2fsck and debugfs on the image file."""
    run(["e2fsck", "-fn", disk.path])
    folder.mkdir()
    run(["debugfs", "-R", f"rdump / {folder}", disk.path])
    lines = run(["sh", "-c", f"cd {folder} && find . -type f -exec md5sum {{}} +"]).stdout.splitlines()
    return {name.strip().removeprefix("./"): digest for digest, name in (line.split(" ", 1) for line in lines)}


# -- in peace --------------------------------------------------------------------------------------------------------------


def test_discovery_names_the_target_and_its_portal(guest, disk):
    found = guest.run(f"iscsiadm -m discovery -t sendtargets -p {SERVER}")
    assert re.search(rf"^{re.escape(SERVER)}:3260,\d+ {re.escape(disk.target)}$", found, re.M), found
    guest.run(f"iscsiadm -m node -T {disk.target} -p {SERVER} -l")  # with the record that discovery made
    wait_until("its disk", lambda: guest.disks(disk.target))


def test_a_file_system_is_made_filled_verified_trimmed_and_left(guest, disk, tmp_path):
    device = guest.log_in(disk.target)
    assert guest.run(f"blockdev --getsize64 {device}").strip() == str(SIZE)
    listed = guest.run(f"lsblk -dno VENDOR,MODEL,TRAN,DISC-GRAN,DISC-MAX {device}")
    assert listed.split() == ["BOOTFERY", "Virtual", "Disk", "iscsi", "4K", "512M"], listed
    make_file_system(guest, device)
    guest.run(FIO.format(size=16, more=""), 120)
    guest.run("dd if=/dev/urandom of=/mnt/fill bs=1M count=48 2>&1 && sync", 60)
    full = disk.allocated()
    assert full >= 80 * MIB, "32 MiB of fio and 48 MiB of noise are on our disk"
    wanted = checksums(guest)
    guest.run("rm /mnt/fill && sync && fstrim -v /mnt", 60)
    del wanted["fill"]
    assert disk.allocated() <= full - 40 * MIB, f"fstrim gives the room back: {full} bytes before, {disk.allocated()} after"
    guest.run(f"umount /mnt && e2fsck -fn {device}", 60)
    guest.log_out(disk.target)
    wait_until("the session's end", lambda: not disk.sessions())
    assert guest.bad_news() == []
    assert host_checksums(disk, tmp_path / "files") == wanted


def test_digests_protect_headers_and_data(guest, disk, site):
    device = guest.log_in(disk.target, {"conn[0].iscsi.HeaderDigest": "CRC32C", "conn[0].iscsi.DataDigest": "CRC32C"})
    answers = [event["keys"] for event in site.lab.wire.events("iscsi-login-response", client=guest.address)]
    assert answers[-1].get("HeaderDigest") == answers[-1].get("DataDigest") == "CRC32C", answers
    make_file_system(guest, device)
    guest.run(FIO.format(size=12, more=""), 120)
    assert guest.bad_news() == []
    assert not re.search(r"digest|conn error", guest.kernel_log(), re.I), guest.kernel_log()


# -- in trouble: the file system must not hear of it, and no byte may differ ----------------------------------------------------


def work_through(guest, disk, folder, trouble):
    """fio with verification on ext4 on the disk; `trouble` happens in the middle. Then all bytes are compared, here and on our disk."""
    device = guest.log_in(disk.target)
    make_file_system(guest, device)
    guest.forget_news()
    job = guest.start(FIO.format(size=24, more="--rate=,2m"))
    wait_until("fio at work", lambda: sum(session["bytes_written"] for session in disk.sessions()) >= 24 * MIB or job.ended(), 60)
    assert not job.ended(), f"fio has to be in the middle of its work\n{job.log()}"
    trouble()
    assert not job.ended(), f"fio has to work still\n{job.log()}"
    job.wait(180)
    assert guest.bad_news() == []
    wanted = checksums(guest)
    assert len(wanted) == 2
    guest.run(f"umount /mnt && e2fsck -fn {device}", 60)
    guest.log_out(disk.target)
    assert host_checksums(disk, folder) == wanted


def test_a_killed_and_restarted_server_costs_no_byte(site, guest, disk, tmp_path):
    def trouble():
        site.server.kill()
        time.sleep(3)  # commands in flight have nobody to answer them
        site.server.start()
        wait_until("the guest's new session", disk.sessions, 60)

    work_through(guest, disk, tmp_path / "files", trouble)


def test_a_link_cut_for_20_seconds_costs_no_byte(guest, disk, tmp_path):
    def trouble():
        before = disk.sessions()[0]["id"]
        guest.plug(False)
        time.sleep(20)  # longer than open-iscsi's ping needs (5 s and 5 s): it gives the connection up
        guest.plug(True)
        wait_until("the guest's new session", lambda: any(session["id"] != before for session in disk.sessions()), 60)

    work_through(guest, disk, tmp_path / "files", trouble)


def test_sessions_dropped_again_and_again_cost_no_byte(site, guest, disk, tmp_path):
    def trouble():
        for _ in range(4):
            before = disk.sessions()[0]["id"]
            site.server.cli("session", "drop", str(before))
            wait_until("writes in a new session", lambda: any(session["id"] != before and session["bytes_written"] > 0 for session in disk.sessions()), 60)

    work_through(guest, disk, tmp_path / "files", trouble)
