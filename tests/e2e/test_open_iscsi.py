# SPDX-License-Identifier: Apache-2.0
"""Linux' own initiator (open-iscsi, ext4, fio, sg3-utils) on a Debian guest in QEMU against the running target, in peace and in trouble.

One server and one booted guest serve all tests of this file, as a boot under TCG costs more than most tests. What keeps them apart:
each test has an image, a client and so a target of its own, and every session is ended after it; a guest that a test has left
unable to do that is switched off, and the next test boots a new one.
"""
import hashlib
import random
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
SECOND_PORTAL = "10.99.0.11"
# Two jobs at once: direct 4-64 KiB writes at random with 16 in flight, and buffered ones with an fsync every eighth. Each block carries
# its CRC32C and is read back. The rate keeps them at work for long enough that trouble finds them in the middle.
FIO = ("fio --directory=/mnt --size={size}m --verify=crc32c --verify_fatal=1 --fallocate=none --thread --output-format=terse --terse-version=3 "
       "--name=direct --rw=randwrite --bsrange=4k-64k --ioengine=libaio --direct=1 --iodepth=16 {more} "
       "--name=buffered --rw=write --bs=32k --ioengine=psync --fsync=8 {more}")

DIGESTS = {"conn[0].iscsi.HeaderDigest": "CRC32C", "conn[0].iscsi.DataDigest": "CRC32C"}


class Site:
    """The lab of this file with its server, and the guests by number."""

    def __init__(self, lab):
        self.lab, self.disks = lab, 0
        settings = lab.folder / "bootferry.toml"
        settings.write_text(f'[iscsi]\naddresses = ["{SERVER}", "{SECOND_PORTAL}"]\n')
        self.second_portal("replace")
        self.server = lab.serve("server", flags=["--config", settings])
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

    def second_portal(self, change: str):
        """Gives the server the second portal's address (`replace`), or takes it away (`del`)."""
        run(["ip", "-n", self.lab.network.srv, "address", change, f"{SECOND_PORTAL}/24", "dev", "eth0"])

    def tidy(self):
        self.second_portal("replace")
        for guest in self.guests.values():
            guest.tidy()
        if not self.server.child.alive():
            self.server.start()


class Disk:
    """An image of its own behind a client, and so a target, of its own; more of them when `drives` says so, and `source` instead of a blank one."""

    def __init__(self, site, name, mac, size, drives=1, access=(), source=None):
        self.site, self.name, self.mac = site, name, mac
        file = source or images.make_blank(site.lab.folder / f"{name}.img", size)
        names = [name, *(f"{name}-{number}" for number in range(2, drives + 1))]
        self.paths = [site.server.add_image(one, file) for one in names]
        file.unlink()
        site.server.set_client(mac, [(one, "master") for one in names], name=name)
        if access:
            site.server.cli("client", "set", mac, *access)
        self.targets = next(client for client in site.server.clients() if client["mac"] == mac)["targets"]
        self.path, self.target = self.paths[0], self.targets[0]

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
    if any(getattr(request.node, f"report_{when}", None) and getattr(request.node, f"report_{when}").failed for when in ("setup", "call")):
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
    device = guest.log_in(disk.target, DIGESTS)
    answers = [event["keys"] for event in site.lab.wire.events("iscsi-login-response", client=guest.address)]
    assert answers[-1].get("HeaderDigest") == answers[-1].get("DataDigest") == "CRC32C", answers
    make_file_system(guest, device)
    guest.run(FIO.format(size=12, more=""), 120)
    session = disk.sessions()[0]
    assert session["header_digest"] is True and session["data_digest"] is True
    assert guest.bad_news() == []
    assert not re.search(r"digest|conn error", guest.kernel_log(), re.I), guest.kernel_log()


def test_a_disk_grows_under_a_mounted_file_system(site, guest, disk):
    device = guest.log_in(disk.target)
    make_file_system(guest, device)
    guest.forget_news()
    job = guest.start(FIO.format(size=12, more="--rate=,4m"))
    wait_until("fio at work", lambda: disk.sessions()[0]["bytes_written"] >= 12 * MIB or job.ended(), 60)
    site.server.cli("image", "grow", disk.name, "384M")
    wait_until("Linux is told by a unit attention", lambda: "Capacity data has changed" in guest.kernel_log(), 30)
    guest.run(f"echo 1 >/sys/block/{device[5:]}/device/rescan")
    assert guest.run(f"blockdev --getsize64 {device}").strip() == str(384 * MIB)
    guest.run(f"resize2fs {device} 2>&1", 60)
    job.wait(120)
    guest.run("dd if=/dev/urandom of=/mnt/more bs=1M count=280 conv=fsync 2>&1", 120)  # more than there was room for
    guest.run(f"umount /mnt && e2fsck -fn {device}", 60)
    assert guest.bad_news() == []
    assert disk.path.stat().st_size == 384 * MIB


# -- a CD ---------------------------------------------------------------------------------------------------------------------------


def test_an_iso_image_is_a_cd_that_linux_mounts(site, guest, tmp_path):
    content = tmp_path / "content"
    content.mkdir()
    for name, size in (("small", 700), ("large", 5 * MIB)):
        (content / name).write_bytes(random.Random(name).randbytes(size))
    run(["xorriso", "-as", "mkisofs", "-quiet", "-R", "-V", "GUEST-CD", "-o", tmp_path / "cd.iso", content])
    disc = site.disk(source=tmp_path / "cd.iso")
    drive = guest.log_in(disc.target)
    assert drive == "/dev/sr0"
    inquiry = guest.run(f"sg_inq {drive}")
    assert "Peripheral device type: cd/dvd" in inquiry and "RMB=1" in inquiry, inquiry
    assert "Logical block length=2048 bytes" in guest.run(f"sg_readcap {drive}")
    assert "CD-ROM" in guest.run(f"sg_get_config {drive}")
    guest.run(f"mount -t iso9660 -o ro {drive} /mnt")
    wanted = {file.name: hashlib.md5(file.read_bytes()).hexdigest() for file in content.iterdir()}
    assert checksums(guest) == wanted
    assert guest.ask("touch /mnt/new").status != 0
    assert guest.ask(f"dd if=/dev/zero of={drive} bs=2048 count=1 conv=fsync 2>&1").status != 0
    guest.run("umount /mnt")
    assert guest.bad_news() == []


# -- who may, and how he proves it ---------------------------------------------------------------------------------------------

REFUSED = 24  # iscsiadm's exit status for a login that was refused for lack of rights or of proof
OWN, TARGETS = "initiators-own-secret", "targets-own-secret"


def chap(guest, secret, target_secret=None, target=None, algorithm="MD5"):
    settings = {"authmethod": "CHAP", "username": guest.iqn, "password": secret, "chap_algs": algorithm}
    if target_secret:
        settings |= {"username_in": target, "password_in": target_secret}
    return {f"session.auth.{name}": value for name, value in settings.items()}


@pytest.fixture
def guarded(site, guest):
    """Makes a disk of the guest alone, that asks for one secret (chap) or two (mutual)."""
    def make(auth, *more) -> Disk:
        secrets = site.lab.folder / "secrets"
        secrets.write_text(f"{OWN}\n{TARGETS}\n")
        secrets.chmod(0o600)
        return site.disk(access=["--initiator", guest.iqn, "--auth", auth, "--secret-file", str(secrets), *more])

    return make


def try_to_log_in(guest, target, settings):
    answer = guest.ask(f"{guest.add_node(target, settings)} -l 2>&1")
    guest.run(f"iscsiadm -m node -T {target} -o delete")
    return answer


@pytest.mark.parametrize("algorithm", ("MD5", "SHA256"))
def test_chap_lets_in_who_knows_the_secret(site, guest, guarded, algorithm):
    disk = guarded("chap")
    for settings in (chap(guest, "not-the-secret-at-all", algorithm=algorithm), None):
        refused = try_to_log_in(guest, disk.target, settings)
        assert refused.status == REFUSED and "authorization failure" in refused.text, refused
    assert disk.sessions() == []
    device = guest.log_in(disk.target, chap(guest, OWN, algorithm=algorithm))
    guest.run(f"dd if=/dev/urandom of={device} bs=1M count=1 oflag=direct 2>&1")
    before = disk.sessions()[0]["id"]
    site.server.cli("session", "drop", str(before))
    wait_until("a session that proved itself anew", lambda: any(session["id"] != before for session in disk.sessions()), 60)
    assert OWN not in site.server.log.read_text() and OWN not in str(site.server.clients())


def test_mutual_chap_lets_in_and_shows_a_false_target(site, guest, guarded):
    disk = guarded("mutual")
    false = try_to_log_in(guest, disk.target, chap(guest, OWN, "another-targets-secret", disk.target))
    assert false.status != 0, "the initiator does not take a target that cannot prove itself"
    assert disk.sessions() == []
    wrong = try_to_log_in(guest, disk.target, chap(guest, "not-the-secret-at-all", TARGETS, disk.target))
    assert wrong.status == REFUSED, wrong
    device = guest.log_in(disk.target, chap(guest, OWN, TARGETS, disk.target))
    make_file_system(guest, device)
    guest.run("cp /bin/fio /mnt && umount /mnt")
    assert guest.bad_news() == []
    log = site.server.log.read_text()
    assert OWN not in log and TARGETS not in log


def test_settings_before_discovery_prove_the_initiator_there_and_at_every_login(guest, guarded):
    disk = guarded("mutual", "--user", "guide")  # a user of its own: clients of other tests have the same initiator
    keys = {"authmethod": "CHAP", "username": "guide", "password": OWN, "username_in": disk.target, "password_in": TARGETS}
    lines = [f"{of}.auth.{name} = {value}" for of in ("node.session", "discovery.sendtargets") for name, value in keys.items()]
    lines.append("node.session.auth.chap_algs = SHA256,MD5")
    discovery = f"iscsiadm -m discovery -t sendtargets -p {SERVER}"
    assert disk.target not in guest.ask(f"{discovery} 2>&1").text, "without a proof it is not shown"
    settings = "/etc/iscsi/iscsid.conf"
    guest.run(f"cp {settings} /tmp/settings && printf '%s\\n' {' '.join(repr(line) for line in lines)} >>{settings}")
    try:
        assert disk.target in guest.run(discovery)
        guest.run(f"iscsiadm -m node -T {disk.target} -p {SERVER} --login")
        wait_until("its disk", lambda: guest.disks(disk.target))
    finally:
        guest.run(f"cp /tmp/settings {settings}")


def test_a_guest_sees_and_opens_its_own_targets_only(site, guest):
    own = site.disk(access=["--initiator", guest.iqn, "--auth", "none"])
    foreign = site.disk(access=["--initiator", "iqn.2026-11.test.lab:somebody-else", "--auth", "none"])
    found = guest.run(f"iscsiadm -m discovery -t sendtargets -p {SERVER}")
    assert own.target in found and foreign.target not in found, found
    refused = try_to_log_in(guest, foreign.target, None)
    assert refused.status == REFUSED and "authorization failure" in refused.text, refused
    unknown = try_to_log_in(guest, own.target + "0", None)
    assert unknown.status == 19 and "target" in unknown.text, unknown  # 19: not found


# -- in trouble: the file system must not hear of it, and no byte may differ ----------------------------------------------------


def work_through(guest, disk, folder, trouble, settings=None):
    """fio with verification on ext4 on the disk; `trouble` happens in the middle. Then all bytes are compared, here and on our disk."""
    device = guest.log_in(disk.target, settings)
    make_file_system(guest, device)
    guest.forget_news()
    job = guest.start(FIO.format(size=20, more="--rate=,2m"))
    wait_until("fio at work", lambda: sum(session["bytes_written"] for session in disk.sessions()) >= 20 * MIB or job.ended(), 60)
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


def test_a_killed_and_restarted_server_costs_no_byte_with_digests_on(site, guest, disk, tmp_path):
    def trouble():
        site.server.kill()
        time.sleep(3)  # commands in flight have nobody to answer them
        site.server.start()
        wait_until("the guest's new session", disk.sessions, 60)

    work_through(guest, disk, tmp_path / "files", trouble, DIGESTS)


def test_an_orderly_restart_of_the_server_costs_no_byte(site, guest, disk, tmp_path):
    def trouble():
        assert site.server.stop() == 0  # every session is asked to log out
        time.sleep(3)
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


# -- sg3-utils from the guest: facts, not looks -------------------------------------------------------------------------------


@pytest.fixture
def device(guest, disk):
    return guest.log_in(disk.target)


def test_sg_inquiry_and_vital_pages_tell_the_disk(guest, disk, device):
    standard = guest.run(f"sg_inq {device}")
    for fact in ("Vendor identification: BOOTFERY", "Peripheral device type: disk", "[SPC-4]", "CmdQue=1", "RMB=0"):
        assert fact in standard, standard
    pages = re.findall(r"\[(\w+)\]", guest.run(f"sg_vpd -p sv {device}"))
    assert set(pages) >= {"sv", "sn", "di", "ei", "bl", "bdc", "lbpv"}
    every = {page: guest.run(f"sg_vpd -p {page} {device}") for page in pages}
    serial = re.search(r"Unit serial number: (\S+)", every["sn"]).group(1)
    assert serial in standard and serial in every["di"] and disk.target in every["di"]
    assert re.search(r"NAA,.*\n +0x3[0-9a-f]{15}\n", every["di"]), "a locally assigned name, eight bytes"
    for fact in ("Maximum compare and write length: 128 blocks", "Maximum unmap LBA count: 1048576", "Unmap granularity alignment valid: true"):
        assert fact in every["bl"], every["bl"]
    for fact in ("(LBPU): 1", "(LBPWS): 1", "(LBPWS10): 1", "(LBPRZ): 1", "thin provisioned"):
        assert fact in every["lbpv"], every["lbpv"]
    assert "Non-rotating medium" in every["bdc"] and "SIMPSUP=1" in every["ei"]


def test_sg_capacity_luns_modes_and_readiness(guest, device):
    capacity = guest.run(f"sg_readcap -l {device}")
    for fact in (f"Device size: {SIZE} bytes", "lbpme=1, lbprz=1", "Logical block length=512 bytes", "physical block length=4096 bytes"):
        assert fact in capacity, capacity
    assert "1 lun entry" in guest.run(f"sg_luns {device}")
    assert "with 0 errors" in guest.run(f"sg_turs -n 20 {device}")
    modes = guest.run(f"sg_modes -a {device}")
    assert "WP=0, DpoFua=1" in modes and "Caching" in modes and "Control" in modes and "Informational exceptions" in modes
    assert guest.run(f"cat /sys/block/{device[5:]}/queue/write_cache").strip() == "write back"
    assert guest.run(f"cat /sys/block/{device[5:]}/queue/fua").strip() == "1"
    guest.run(f"sg_sync {device} && sg_requests {device} && sg_verify --lba=0 --count=64 {device}")
    guest.run(f"sg_start --stop {device} && sg_start --start {device}")


def test_sg_opcodes_are_listed_and_each_one_is_described(guest, device):
    listed = guest.run(f"sg_opcodes {device}")
    for name in ("Read(16)", "Write(16)", "Compare and write", "Unmap", "Write same(16)", "Get LBA status(16)", "Orwrite(16)",
                 "Synchronize cache(16)", "Persistent reserve in, read full status", "Persistent reserve out, preempt and abort",
                 "Report supported operation codes", "Verify(12)", "Write and verify(10)"):
        assert name in listed, f"{name}\n{listed}"
    one = guest.run(f"sg_opcodes -o 0x89 {device}")
    assert "Command is supported [conforming to SCSI standard]" in one and "Usage data: 89 " in one
    assert "Command is NOT supported" in guest.run(f"sg_opcodes -o 0xd0 {device}")


def test_sg_unmap_write_same_and_lba_status(guest, disk, device):
    guest.run(f"tr '\\0' U </dev/zero | dd of={device} bs=1M count=4 iflag=fullblock oflag=direct 2>&1")
    full = disk.allocated()
    assert full >= 4 * MIB
    assert re.search(r"LBA: 0x0+  blocks: +8192  mapped", guest.run(f"sg_get_lba_status -m 64 -l 0 {device}"))
    guest.run(f"sg_unmap --lba=2048 --num=2048 --force {device}")
    after = guest.run(f"sg_get_lba_status -m 64 -l 2048 {device}")
    assert re.search(r"LBA: 0x0+800  blocks: +2048  deallocated", after), after
    assert disk.allocated() <= full - MIB + 65536, "the room is given back"
    guest.run(f"sg_write_same --unmap --16 --lba=0 --num=2048 --in=/dev/zero --xferlen=512 {device}")
    assert "deallocated" in guest.run(f"sg_get_lba_status -l 0 {device}")
    assert disk.allocated() <= full - 2 * MIB + 65536
    guest.run(f"tr '\\0' W </dev/zero | head -c 512 >/tmp/w && sg_write_same --16 --lba=4000 --num=50 --in=/tmp/w --xferlen=512 {device}")
    with open(disk.path, "rb") as image:
        image.seek(4000 * 512)
        assert image.read(51 * 512) == b"W" * (50 * 512) + bytes(512), "50 blocks are W"
        image.seek(0)
        assert image.read(4000 * 512) == bytes(4000 * 512), "what was unmapped reads as zeros"
        image.seek(4096 * 512)
        assert image.read(4096 * 512) == b"U" * (4096 * 512), "what was not stays"


def test_sg_compare_and_write(guest, disk, device):
    guest.run("head -c 512 /dev/zero >/tmp/old && tr '\\0' N </dev/zero | head -c 512 >/tmp/new && cat /tmp/old /tmp/new >/tmp/pair")
    command = f"sg_compare_and_write --in=/tmp/pair --lba=77 --num=1 --xferlen=1024 {device}"
    guest.run(command)
    second = guest.ask(command)
    assert second.status == 14 and "Miscompare at byte offset: 0" in second.text, second  # 14: sg3-utils' word for MISCOMPARE
    guest.run(f"sg_sync {device}")
    with open(disk.path, "rb") as image:
        image.seek(76 * 512)
        assert image.read(3 * 512) == bytes(512) + b"N" * 512 + bytes(512)


def test_sg_persist_registers_reserves_and_releases(guest, device):
    capabilities = guest.run(f"sg_persist -i -c {device}")
    assert len(re.findall(r"(?:Write Exclusive|Exclusive Access).*: 1", capabilities)) == 6, capabilities
    guest.run(f"sg_persist -o -G -S 0xabc {device}")
    assert "0xabc" in guest.run(f"sg_persist -i -k {device}")
    guest.run(f"sg_persist -o -R -T 5 -K 0xabc {device}")
    held = guest.run(f"sg_persist -i -r {device}")
    assert "Key=0xabc" in held and "Write Exclusive, registrants only" in held
    full = guest.run(f"sg_persist -i -s {device}")
    assert "Reservation holder" in full and guest.iqn in full
    assert guest.ask(f"sg_persist -o -L -T 5 -K 0xdef {device}").status == 24  # RESERVATION CONFLICT: not this key
    guest.run(f"sg_persist -o -L -T 5 -K 0xabc {device}")
    assert "there is NO reservation held" in guest.run(f"sg_persist -i -r {device}")
    guest.run(f"sg_persist -o -G -K 0xabc -S 0 {device}")
    assert "NO registered reservation keys" in guest.run(f"sg_persist -i -k {device}")


def test_sg_xcopy_copies_between_the_drives_of_one_client_and_no_others(site, guest):
    own, foreign = site.disk(drives=2), site.disk()
    source, target, stranger = (guest.generic(guest.log_in(name)) for name in (*own.targets, foreign.target))
    guest.run(f"head -c 1048576 /dev/urandom >/tmp/noise && sg_dd if=/tmp/noise of={source} bs=512 seek=64 2>&1")
    guest.run(f"sg_xcopy if={source} of={target} bs=512 count=2048 skip=64 seek=8192 2>&1", 60)
    with open(own.paths[0], "rb") as one, open(own.paths[1], "rb") as two:
        one.seek(64 * 512)
        two.seek(8192 * 512)
        wanted = one.read(MIB)
        assert len(set(wanted)) == 256 and two.read(MIB) == wanted
    refused = guest.ask(f"sg_xcopy if={source} of={stranger} bs=512 count=64 skip=64 2>&1", 60)
    assert refused.status != 0, refused
    with open(foreign.path, "rb") as image:
        assert image.read(64 * 512) == bytes(64 * 512), "another client's drive is none of its business"
    guest.run(f"sg_copy_results -p {source}")


def test_sg_persist_keeps_a_reservation_over_a_killed_server(site, guest, disk, device):
    assert "Persist Through Power Loss Capable(PTPL_C): 1" in guest.run(f"sg_persist -i -c {device}")
    guest.run(f"sg_persist -o -G -Z -S 0xabc {device} && sg_persist -o -R -T 5 -K 0xabc {device}")  # -Z: APTPL
    site.server.kill()
    site.server.start()
    wait_until("the guest's new session", lambda: disk.sessions() and guest.disks(disk.target), 60)
    guest.run(f"sg_turs -n 3 {device} >/dev/null; sg_turs {device}")
    held = guest.run(f"sg_persist -i -r {device}")
    assert "Key=0xabc" in held and "Write Exclusive, registrants only" in held, held
    guest.run(f"dd if=/dev/urandom of={device} bs=4096 count=1 oflag=direct 2>&1")
    guest.run(f"sg_persist -o -C -K 0xabc {device}")
    assert "NO registered reservation keys" in guest.run(f"sg_persist -i -k {device}")


def test_sg_sanitize_leaves_nothing(guest, disk, device):
    guest.run(f"tr '\\0' S </dev/zero | dd of={device} bs=1M count=8 iflag=fullblock oflag=direct 2>&1")
    assert disk.allocated() >= 8 * MIB
    guest.run(f"sg_sanitize --block --quick --wait {device} 2>&1", 60)
    wait_until("its end", lambda: guest.ask(f"sg_turs {device}").status == 0, 30)
    with open(disk.path, "rb") as image:
        assert image.read(9 * MIB) == bytes(9 * MIB)
    assert disk.allocated() <= MIB
    assert guest.bad_news() == []


# -- two initiators ---------------------------------------------------------------------------------------------------------------


def test_a_reservation_fails_over_when_its_holder_dies(site, disk):
    """Two machines on one disk, as a cluster has it: the second takes the disk over when the first is dead, and not before."""
    guest, heir = site.guest(2), site.guest(1)
    device, same = guest.log_in(disk.target), heir.log_in(disk.target)
    naa = re.compile(r"0x3[0-9a-f]{15}")
    assert naa.search(guest.run(f"sg_vpd -p di {device}")).group() == naa.search(heir.run(f"sg_vpd -p di {same}")).group()
    write = "tr '\\0' {0} </dev/zero | dd of={1} bs=4096 count=16 oflag=direct 2>&1"
    guest.run(f"sg_persist -o -G -S 0xa {device} && sg_persist -o -R -T 5 -K 0xa {device}")
    heir.run(f"sg_persist -o -G -S 0xb {same}")
    guest.run(write.format("A", device))
    heir.run(f"sg_persist -o -G -K 0xb -S 0 {same}")  # an outsider again
    refused = heir.ask(write.format("B", same))
    assert refused.status != 0, "a writer that has not registered meets RESERVATION CONFLICT"
    assert "reservation conflict" in heir.kernel_log()
    with open(disk.path, "rb") as image:
        assert image.read(65536) == b"A" * 65536
    guest.power_off()
    heir.run(f"sg_persist -o -G -S 0xb {same}")
    assert re.search(r"Key=0xa\b", heir.run(f"sg_persist -i -r {same}")), "the holder's death alone frees nothing"
    heir.run(f"sg_persist -o -A -T 5 -K 0xb -S 0xa {same}")  # preempt and abort
    held = heir.run(f"sg_persist -i -r {same}")
    assert re.search(r"Key=0xb\b", held), held
    assert "0xa" not in heir.run(f"sg_persist -i -k {same}").split()
    heir.run(write.format("B", same))
    with open(disk.path, "rb") as image:
        assert image.read(65536) == b"B" * 65536


# -- two ways to one disk ---------------------------------------------------------------------------------------------------------


def test_a_lost_portal_costs_a_multipath_disk_no_byte(site, guest, disk, tmp_path):
    found = guest.run(f"iscsiadm -m discovery -t sendtargets -p {SERVER}")
    assert all(f"{portal}:3260," in found for portal in (SERVER, SECOND_PORTAL)), found
    guest.run("rm -rf /etc/iscsi/nodes")
    # A path has another beside it: it says soon that it is broken, instead of waiting for its repair.
    quick = {"session.timeo.replacement_timeout": 4, "conn[0].timeo.noop_out_interval": 2, "conn[0].timeo.noop_out_timeout": 2}
    paths = [guest.log_in(disk.target, quick, portal) for portal in (SERVER, SECOND_PORTAL)]
    assert len(set(paths)) == 2 and {session["portal"] for session in disk.sessions()} == {f"{SERVER}:3260", f"{SECOND_PORTAL}:3260"}
    identities = {re.search(r"0x3[0-9a-f]{15}", guest.run(f"sg_vpd -p di {path}")).group() for path in paths}
    assert len(identities) == 1, "one disk has one name, whatever the way to it"
    numbers = [guest.run(f"cat /sys/block/{path[5:]}/dev").strip() for path in paths]
    table = f"0 {SIZE // 512} multipath 1 queue_if_no_path 0 1 1 round-robin 0 2 1 {numbers[0]} 1 {numbers[1]} 1"
    guest.run(f"DM_DISABLE_UDEV=1 dmsetup create both --table '{table}'")
    make_file_system(guest, "/dev/mapper/both")
    guest.forget_news()
    job = guest.start(FIO.format(size=16, more="--rate=,2m"))
    wait_until("fio at work on both", lambda: job.ended() or all(session["bytes_written"] >= 4 * MIB for session in disk.sessions()), 60)
    assert not job.ended(), job.log()
    site.second_portal("del")
    wait_until("the lost path is left out", lambda: f"{numbers[1]} F" in guest.run("dmsetup status both"), 40)
    assert not job.ended(), "fio works still"
    job.wait(120)
    assert [line for line in guest.bad_news() if not re.search(r"dev sd|sd \d+:", line)] == [], "errors of a path are no errors of the disk"
    wanted = checksums(guest)
    site.second_portal("replace")
    wait_until("the path's new session", lambda: len(disk.sessions()) == 2 and len(guest.disks(disk.target)) == 2, 60)
    guest.run(f"dmsetup message both 0 reinstate_path {numbers[1]}")
    assert f"{numbers[1]} A" in guest.run("dmsetup status both")
    guest.run("dd if=/dev/urandom of=/mnt/more bs=1M count=8 conv=fsync 2>&1 && rm /mnt/more && umount /mnt && DM_DISABLE_UDEV=1 dmsetup remove both", 60)
    guest.log_out(disk.target)
    assert host_checksums(disk, tmp_path / "files") == wanted
