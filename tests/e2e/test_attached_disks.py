# SPDX-License-Identifier: Apache-2.0
"""A disk of the server's own as an image: served where it is, safe from the server's other uses of it, and left as it is when the image goes."""
import pytest
from lab import images
from lab.iscsi_raw import log_in
from lab.layers import Layers, content, let_go
from lab.loop_disk import LoopDisk, NoLoopDevices
from lab.processes import run

pytestmark = pytest.mark.product
MACS = ["52:54:00:e2:e0:01", "52:54:00:e2:e0:02"]
MIB = 1 << 20


@pytest.fixture
def disk(lab):
    try:
        made = LoopDisk(lab.folder / "whole.disk", 8)
    except NoLoopDevices as error:
        pytest.skip(f"there is no block device to be tried: {error}")
    yield made
    for child in reversed(lab.children):
        if child.name == "bootferry":
            child.kill()
    made.detach()


def block_of(text: str) -> bytes:
    return text.encode().ljust(512, b".")


def on_disk(disk, lba: int) -> bytes:
    run(["blockdev", "--flushbufs", disk.device], check=False)
    with open(disk.file, "rb") as file:
        file.seek(lba * 512)
        return file.read(512)


def test_a_block_device_is_written_where_it_is_grows_and_stays_when_its_image_goes(lab, disk):
    server, host = lab.serve("server"), lab.network.add_host("10.99.0.50")
    server.cli("image", "attach", "whole", str(disk.device))
    shown = server.json("image", "show", "whole")
    assert (shown["format"], shown["size"], shown["block_size"]) == ("raw", 8 * MIB, 512)
    assert server.image_path("whole") == disk.device
    server.set_client(MACS[0], [("whole", "master")])
    link = log_in(server, host, MACS[0])
    link.write(1000, block_of("in place"))
    link.flush()
    assert on_disk(disk, 1000) == block_of("in place")
    assert link.read(8 * MIB // 512 - 1) == bytes(512), "to its last block"

    refused = server.cli("image", "grow", "whole", "16M", check=False)
    assert refused.returncode == 1 and "make it bigger first" in refused.stderr, refused.stderr
    disk.grow(16)
    server.cli("image", "grow", "whole", "16M")
    status, sense = link.command(bytes(16))
    assert status == 2 and sense[14:16] == b"\x2a\x09", "CAPACITY DATA HAS CHANGED"
    link.write(16 * MIB // 512 - 1, block_of("the new end"))
    link.flush()

    server.kill()
    server.start()
    link = log_in(server, host, MACS[0])
    assert link.read(1000) == block_of("in place") and link.read(16 * MIB // 512 - 1) == block_of("the new end")
    link.logout()
    let_go(server)
    server.set_client(MACS[0], [])
    server.cli("client", "set", MACS[0], "--wait")
    server.cli("image", "remove", "whole")
    assert disk.device.is_block_device() and on_disk(disk, 1000) == block_of("in place")


def test_machines_lie_on_a_block_device_with_overlays_of_their_own(lab, disk):
    with open(disk.file, "r+b") as file:
        file.write(block_of("golden"))
    server = lab.serve("server")
    server.cli("image", "attach", "golden", str(disk.device))
    for number, mac in enumerate(MACS):
        server.set_client(mac, [("golden", "private")], name=f"pc{number}")
    links = [log_in(server, lab.network.add_host(f"10.99.0.5{number}"), mac) for number, mac in enumerate(MACS)]
    for number, link in enumerate(links):
        assert link.read(0) == block_of("golden")
        link.write(7, block_of(f"of pc{number}"))
        link.flush()
    assert [link.read(7) for link in links] == [block_of("of pc0"), block_of("of pc1")]
    assert on_disk(disk, 7) == bytes(512)
    for link in links:
        link.logout()
    let_go(server)
    layers = Layers(server)
    layers.check()
    seen = content(layers.of_overlay(MACS[0], "golden"), lab.folder)
    assert seen[:512] == block_of("golden") and seen[7 * 512:8 * 512] == block_of("of pc0"), "QEMU finds the device below it"
    server.cli("overlay", "apply", MACS[0], "golden", "--comment", "as pc0 has it")
    assert on_disk(disk, 7) == bytes(512), "a new version is a layer; the device is what it was"


def test_what_the_server_itself_uses_or_has_given_away_is_refused(lab, disk, tmp_path):
    server = lab.serve("server")

    def refusal(name, device) -> str:
        done = server.cli("image", "attach", name, str(device), check=False)
        assert done.returncode == 1, done.stdout
        return done.stderr

    run(["mke2fs", "-q", "-t", "ext4", disk.device])
    run(["mount", "-t", "ext4", disk.device, tmp_path])
    try:
        assert "in use by this machine (mounted, swap or in an array)" in refusal("mine", disk.device)
    finally:
        run(["umount", tmp_path])
    file = images.make_blank(lab.folder / "file.img", MIB)
    assert "is no disk of this machine" in refusal("mine", file) and "image add" in refusal("mine", file)
    assert "is no disk of this machine" in refusal("mine", "/dev/null")
    server.cli("image", "attach", "mine", str(disk.device))
    link = lab.folder / "by-another-name"
    link.symlink_to(disk.device)
    assert "belongs to an image already" in refusal("yours", link)
    assert [image["name"] for image in server.json("image", "list")["images"]] == ["mine"]
