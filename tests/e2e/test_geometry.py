# SPDX-License-Identifier: Apache-2.0
"""Disks that are not like the others: blocks of 4096 bytes, and more blocks than 32 bits count."""
import struct

import pytest
from lab.iscsi_raw import Initiator

pytestmark = pytest.mark.product
MAC = "52:54:00:e2:e0:01"


def log_in(lab, server, block_size=512):
    target = next(client for client in server.clients() if client["mac"] == MAC)["targets"][0]
    initiator = Initiator(lab.network.add_host("10.99.0.50"), target, block_size=block_size)
    status, _ = initiator.login()
    assert status == 0
    assert initiator.test_ready() == 0
    return initiator


def capacity(initiator):
    status, ten = initiator.command(struct.pack("!B15x", 0x25), length=8)
    assert status == 0
    status, sixteen = initiator.command(struct.pack("!BB8xIH", 0x9E, 0x10, 32, 0), length=32)
    assert status == 0
    return struct.unpack("!II", ten), struct.unpack("!QI", sixteen[:12])


def test_a_disk_of_4096_byte_blocks(lab):
    server = lab.serve("off")
    server.cli("image", "create", "native", "--size", "64M", "--block-size", "4096")
    server.set_client(MAC, [("native", "master")])
    initiator = log_in(lab, server, block_size=4096)
    assert capacity(initiator) == ((16383, 4096), (16383, 4096))
    initiator.write(16382, bytes(range(256)) * 32)
    initiator.flush()
    with open(server.image_path("native"), "rb") as disk:
        disk.seek(16382 * 4096)
        assert disk.read() == bytes(range(256)) * 32
    server.kill()
    server.start()
    initiator = log_in(lab, server, block_size=4096)
    assert capacity(initiator)[1] == (16383, 4096), "it is still that disk after a restart"
    assert initiator.read(16383) == bytes(range(256)) * 16


def test_a_disk_of_3_tebibytes(lab):
    server = lab.serve("off")
    server.cli("image", "create", "huge", "--size", "3T")
    server.set_client(MAC, [("huge", "master")])
    initiator = log_in(lab, server)
    blocks = (3 << 40) // 512
    assert capacity(initiator) == ((0xFFFFFFFF, 512), (blocks - 1, 512))
    for lba in ((1 << 32) - 1, 1 << 32, (1 << 32) + 5, blocks - 2):  # the first crosses the border
        data = struct.pack("!QQ", lba, ~lba & (1 << 64) - 1) * 64
        status, sense = initiator.command(struct.pack("!BBQIH", 0x8A, 0, lba, 2, 0), data=data)
        assert status == 0, sense.hex()
        status, found = initiator.command(struct.pack("!BBQIH", 0x88, 0, lba, 2, 0), length=1024)
        assert (status, found) == (0, data)
    status, sense = initiator.command(struct.pack("!BBQIH", 0x88, 0, blocks - 1, 2, 0), length=1024)
    assert status == 2 and sense[14:16] == b"\x21\0", "the end is where it says"
    status, start = initiator.command(struct.pack("!BBQIH", 0x88, 0, 0, 8, 0), length=4096)
    assert (status, start) == (0, bytes(4096)), "nothing wrapped round to the beginning"
