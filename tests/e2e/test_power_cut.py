# SPDX-License-Identifier: Apache-2.0
"""The power goes in the middle of everything: what was flushed is there, what was not is old or new, and what people and machines were
answered (snapshots, images, versions, leases) holds."""
import random

import pytest
from lab import images
from lab.dhcp_raw import DhcpClient
from lab.iscsi_raw import log_in
from lab.layers import Layers, content, let_go
from lab.loop_disk import MortalDisk, NoLoopDevices
from lab.processes import run

pytestmark = pytest.mark.product
OVERLAY, MASTER = "52:54:00:e2:e0:01", "52:54:00:e2:e0:02"
MIB = 1 << 20
BLOCKS = 2 * MIB // 512
CUTS = 5


class Written:
    """A disk as its machine wrote it: what each block was at the last flush, and all that it has been since."""

    def __init__(self, noise):
        self.noise, self.durable, self.since = noise, [bytes(512)] * BLOCKS, {}

    def work(self, link, writes: int):
        for _ in range(writes):
            lba, count = self.noise.randrange(BLOCKS - 32), self.noise.randrange(1, 32)
            data = self.noise.randbytes(512 * count)
            link.write(lba, data)
            for i in range(count):
                self.since.setdefault(lba + i, []).append(data[i * 512:i * 512 + 512])
            if self.noise.randrange(20) == 0:
                self.flush(link)

    def flush(self, link):
        link.flush()
        for lba, values in self.since.items():
            self.durable[lba] = values[-1]
        self.since = {}

    def judge(self, link):
        """Reads all of it after the cut, which is what it is from now on."""
        got = b"".join(link.read(lba, 128) for lba in range(0, BLOCKS, 128))
        now = [got[i * 512:i * 512 + 512] for i in range(BLOCKS)]
        wrong = [lba for lba in range(BLOCKS) if now[lba] != self.durable[lba] and now[lba] not in self.since.get(lba, ())]
        assert not wrong, f"{len(wrong)} blocks hold what they never were, or lost what was flushed; the first: {wrong[:10]}"
        lost = sum(now[lba] != values[-1] for lba, values in self.since.items())
        self.durable, self.since = now, {}
        return lost


@pytest.fixture
def mortal(lab):
    try:
        disk = MortalDisk(lab.short / "mortal", 192)
    except NoLoopDevices as error:
        pytest.skip(f"no power can be cut here: {error}")
    yield disk
    for child in reversed(lab.children):
        if child.name == "bootferry":
            child.kill()
    disk.remove()


def test_a_power_cut_leaves_what_was_flushed_and_all_that_was_answered(lab, mortal):
    server = lab.serve("server", state_dir=mortal.folder / "state")
    for name in ("golden", "data"):
        server.add_image(name, images.make_blank(lab.folder / f"{name}.img", 2 * MIB))
    server.set_client(OVERLAY, [("golden", "private")], name="pc1")
    server.set_client(MASTER, [("data", "master")], name="pc2")
    hosts = lab.network.add_host("10.99.0.50"), lab.network.add_host("10.99.0.51")
    dhcp, layers, noise = DhcpClient(lab.network.add_host()), Layers(server), random.Random(11)
    disks = {mac: Written(noise) for mac in (OVERLAY, MASTER)}
    kept, made, leased, lost = {}, {"golden", "data"}, {}, 0
    for cut in range(CUTS):
        links = {mac: log_in(server, host, mac) for mac, host in zip(disks, hosts)}
        for mac, link in links.items():
            lost += disks[mac].judge(link)
        for number, bytes_then in kept.items():
            assert content(layers.of_snapshot(OVERLAY, "golden", number), lab.folder) == bytes_then, f"snapshot {number}"
        assert {image["name"] for image in server.json("image", "list")["images"]} == made
        assert {lease["mac"]: lease["address"] for lease in server.leases()} == leased

        disks[OVERLAY].flush(links[OVERLAY])
        before = b"".join(disks[OVERLAY].durable)
        for link in links.values():
            assert link.logout() is not None
            link.close()
        let_go(server)
        server.cli("overlay", "snapshot", OVERLAY, "golden", "--comment", f"before cut {cut}")
        kept[max(one["number"] for one in server.json("overlay", "show", OVERLAY, "golden")["snapshots"])] = before
        server.cli("image", "create", f"new-{cut}", "--size", "1M")
        made.add(f"new-{cut}")
        mac = f"52:54:00:aa:00:{cut:02x}"
        leased[mac] = dhcp.lease(mac)
        assert leased[mac]
        links = {mac: log_in(server, host, mac) for mac, host in zip(disks, hosts)}
        for _ in range(noise.randrange(2, 5)):
            for mac, link in links.items():
                disks[mac].work(link, noise.randrange(5, 25))
        server.kill()
        mortal.cut_power()
        server.start()
        assert not layers.strays()
    for mac, host in zip(disks, hosts):
        link = log_in(server, host, mac)
        lost += disks[mac].judge(link)
        link.flush()
        assert link.logout() is not None
    assert lost, "no cut has lost anything: it was none"
    let_go(server)
    server.stop()
    layers.check()
    assert content(layers.of_overlay(OVERLAY, "golden"), lab.folder) == b"".join(disks[OVERLAY].durable)
    assert run(["sqlite3", server.state_dir / "bootferry.db", "PRAGMA integrity_check"]).stdout.strip() == "ok"
