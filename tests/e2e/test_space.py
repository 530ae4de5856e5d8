# SPDX-License-Identifier: Apache-2.0
"""No room left, on the server's disk or in a client's quota: the writer is told so, nobody else notices, and with room again it goes on."""
import random
import struct

import pytest
from lab import images
from lab.dhcp_raw import DhcpClient
from lab.guest import Guest
from lab.iscsi_raw import leave, log_in
from lab.layers import Layers, check, content
from lab.small_disk import SmallDisk

pytestmark = pytest.mark.product
MACS = ["52:54:00:e2:e0:01", "52:54:00:e2:e0:02"]
MIB = 1 << 20
PIECE = 64 << 10  # a cluster
NO_SPACE = (7, 0x27, 7)  # DATA PROTECT, SPACE ALLOCATION FAILED WRITE PROTECT
SPACE_LOW = (6, 0x38, 7)  # UNIT ATTENTION, THIN PROVISIONING SOFT THRESHOLD REACHED


def write(link, lba: int, data: bytes) -> tuple | None:
    """None, or sense key, code and qualifier."""
    status, sense = link.command(struct.pack("!BBIBHB6x", 0x2A, 0, lba, 0, len(data) // 512, 0), data=data)
    return None if status == 0 else (sense[4] & 15, sense[14], sense[15])


def unmap(link, lba: int, blocks: int):
    parameters = struct.pack("!HH4xQI4x", 22, 16, lba, blocks)
    status, sense = link.command(struct.pack("!BBIBHB6x", 0x42, 0, 0, 0, len(parameters), 0), data=parameters)
    assert status == 0, sense.hex()


class Disk:
    """An initiator's view of its disk, and what was acknowledged to it."""

    def __init__(self, link, size=32 * MIB):
        self.link, self.size, self.noise, self.wanted = link, size, random.Random(8), {}
        self.warnings = 0

    def write(self, piece: int) -> tuple | None:
        data = self.noise.randbytes(PIECE)
        answer = write(self.link, piece * PIECE // 512, data)
        if answer == SPACE_LOW:
            self.warnings += 1
            answer = write(self.link, piece * PIECE // 512, data)
        if answer is None:
            self.wanted[piece] = data
        return answer

    def fill(self, first=0) -> int:
        """Writes piece after piece until it is refused; how many were written."""
        for piece in range(first, self.size // PIECE):
            answer = self.write(piece)
            if answer:
                assert answer == NO_SPACE, answer
                assert self.write(piece) == NO_SPACE, "and again"
                return piece - first
        raise AssertionError("it was never full")

    def unmap(self, first: int, count: int):
        unmap(self.link, first * PIECE // 512, count * PIECE // 512)
        for piece in range(first, first + count):
            self.wanted[piece] = bytes(PIECE)

    def verify(self):
        wrong = [piece for piece, data in self.wanted.items() if self.link.read(piece * PIECE // 512, PIECE // 512) != data]
        assert not wrong, f"of {len(self.wanted)} acknowledged pieces: {wrong[:10]}"


def serve(lab, quota="", **options):
    server = lab.serve("server", **options)
    server.add_image("win", images.make_blank(lab.folder / "win.img", 32 * MIB))
    server.set_client(MACS[0], [("win", "private" + quota)], name="pc1")
    return server, lab.network.add_host("10.99.0.50")


def test_a_quota_that_is_reached_is_told_and_room_given_back_counts(lab):
    server, host = serve(lab, ":16M")
    disk, layers = Disk(log_in(server, host)), Layers(server)
    assert 200 <= disk.fill() <= 256
    other = server.json("overlay", "show", MACS[0], "win")
    assert other["quota"] == 16 * MIB and other["allocated"] <= 16 * MIB
    assert disk.write(3) is None, "what is there already can be written to"
    disk.link.flush()
    check(layers.of_overlay(MACS[0], "win"))
    disk.unmap(0, 16)
    disk.link.flush()
    assert 12 <= disk.fill(first=300) <= 16
    disk.verify()
    leave(server, disk.link)
    check(layers.of_overlay(MACS[0], "win"))
    server.set_client(MACS[0], [("win", "private:20M")], name="pc1")
    disk.link = log_in(server, host)
    assert disk.fill(first=400) >= 48, "a bigger quota"
    disk.verify()
    leave(server, disk.link)
    layers.check()
    got = content(layers.of_overlay(MACS[0], "win"), lab.folder)
    assert all(got[piece * PIECE:(piece + 1) * PIECE] == data for piece, data in disk.wanted.items())


@pytest.fixture
def small(lab):
    """A state folder on a file system of its own, with 40 MiB."""
    disk = SmallDisk(lab.short / "small", 40)
    yield disk
    for child in reversed(lab.children):
        if child.name == "bootferry":
            child.stop()
    disk.remove()


def test_a_full_disk_stops_the_writer_and_nobody_else(lab, small):
    server, host = serve(lab, state_dir=small.folder / "state")
    server.add_image("other", images.make_blank(lab.folder / "other.img", 8 * MIB))
    server.set_client(MACS[1], [("other", "private")], name="pc2")
    layers, dhcp = Layers(server), DhcpClient(lab.network.add_host())
    first = dhcp.lease("52:54:00:aa:00:01")
    disk, other = Disk(log_in(server, host)), Disk(log_in(server, lab.network.add_host("10.99.0.51"), MACS[1]))
    for piece in range(8):
        assert other.write(piece) is None
    small.fill(leave=6 * MIB)
    written = disk.fill()
    assert written > 16 and small.free() < MIB
    # The others.
    assert other.write(3) is None, "what has its room keeps it"
    other.verify()
    assert server.api("GET", "/health")[0] == 200 and len(server.clients()) == 2
    assert first and dhcp.lease("52:54:00:aa:00:01") == first
    assert server.status(f"/boot/{MACS[1]}.ipxe") == 200
    disk.verify()
    check(layers.of_overlay(MACS[0], "win"), flushed=False)
    # Killed while it is full.
    server.kill()
    layers.check(flushed=False)
    server.start()
    disk.link, other.link = log_in(server, host), log_in(server, host, MACS[1])
    disk.verify()
    other.verify()
    disk.link.flush()
    check(layers.of_overlay(MACS[0], "win"))
    # Room from what the disk itself gives back.
    disk.unmap(0, 16)
    disk.link.flush()
    assert [disk.write(300 + piece) for piece in range(8)] == [None] * 8
    # Room on the file system.
    assert disk.fill(first=320) < 64
    small.clear()
    assert [disk.write(400 + piece) for piece in range(32)] == [None] * 32
    disk.link.flush()
    disk.verify()
    assert dhcp.lease("52:54:00:aa:00:02")
    leave(server, disk.link)
    layers.check()
    got = content(layers.of_overlay(MACS[0], "win"), lab.folder)
    assert all(got[piece * PIECE:(piece + 1) * PIECE] == data for piece, data in disk.wanted.items())


def test_no_room_for_a_new_layer_leaves_all_as_it_was(lab, small):
    server, host = serve(lab, state_dir=small.folder / "state")
    layers, disk = Layers(server), Disk(log_in(server, host))
    assert disk.write(5) is None
    leave(server, disk.link)
    small.fill(leave=0)
    for _ in range(3):
        server.cli("overlay", "snapshot", MACS[0], "win", check=False)
        server.cli("overlay", "apply", MACS[0], "win", check=False)
    small.clear()
    assert server.child.alive()
    layers.check()
    disk.link = log_in(server, host)
    disk.verify()
    leave(server, disk.link)
    before = len(server.json("overlay", "show", MACS[0], "win")["snapshots"])
    server.cli("overlay", "snapshot", MACS[0], "win")
    assert len(server.json("overlay", "show", MACS[0], "win")["snapshots"]) == before + 1
    server.stop()
    server.start()
    assert not layers.strays()


def test_a_guest_whose_quota_is_reached_goes_on_when_it_has_tidied_up(lab):
    server, _ = serve(lab, ":16M")
    guest = Guest(lab).power_on()
    device = guest.log_in(server.target_of(MACS[0]))
    full = guest.ask(f"dd if=/dev/urandom of={device} bs=64k oflag=direct 2>&1", 60)
    assert full.status != 0 and "No space left on device" in full.text, full.text
    assert guest.ask(f"dd if={device} of=/dev/null bs=1M iflag=direct 2>&1", 60).status == 0
    assert server.api("GET", "/health")[0] == 200
    guest.run(f"blkdiscard {device} || sg_unmap --lba=0 --num=65536 {device}")
    # A file system on it that runs into the wall, and gives room back by itself.
    guest.run(f"mkfs.ext4 -q -F -m 0 -O ^has_journal {device} && mount {device} /mnt && dd if=/dev/urandom of=/mnt/kept bs=1M count=2 conv=fsync 2>&1 && "
              "sha256sum /mnt/kept >/tmp/sum", 60)
    assert guest.ask("dd if=/dev/urandom of=/mnt/big bs=64k count=400 oflag=direct 2>&1", 60).status != 0
    guest.run("rm /mnt/big; fstrim /mnt; dd if=/dev/urandom of=/mnt/more bs=1M count=4 oflag=direct conv=fsync 2>&1", 60)
    guest.run("echo 3 >/proc/sys/vm/drop_caches; sha256sum -c /tmp/sum; umount /mnt", 60)
    guest.run(f"e2fsck -fn {device}", 60)
    guest.log_out(server.target_of(MACS[0]))
    assert server.stop() == 0
    Layers(server).check()
