# SPDX-License-Identifier: Apache-2.0
"""Persistent reservations as a cluster uses them: they outlive sessions, with APTPL also a crash of the server, and a disk is taken over."""
import struct

import pytest
from lab.iscsi_raw import Initiator

pytestmark = pytest.mark.product
MAC = "52:54:00:e2:e0:01"
REGISTER, RESERVE, PREEMPT_AND_ABORT, REGISTER_AND_IGNORE = 0, 1, 5, 6
WRITE_EXCLUSIVE, EXCLUSIVE_ACCESS = 1, 3
CONFLICT = 0x18


@pytest.fixture
def shared(lab):
    """The target of one disk, and a way to log in to it as node 1 or 2."""
    server = lab.serve("off")
    server.cli("image", "create", "quorum", "--size", "16M")
    server.set_client(MAC, [("quorum", "master")])
    target = next(client for client in server.clients() if client["mac"] == MAC)["targets"][0]
    host = lab.network.add_host("10.99.0.50")

    def node(number):
        initiator = Initiator(host, target, initiator=f"iqn.2026-11.test.lab:node{number}", isid=number)
        status, _ = initiator.login()
        assert status == 0
        assert initiator.test_ready() == 0
        return initiator

    return server, node


def reserve_out(initiator, action, key, action_key=0, kind=0, aptpl=False):
    parameters = struct.pack("!QQIB3x", key, action_key, 0, 1 if aptpl else 0)
    return initiator.command(struct.pack("!BBBxxIB7x", 0x5F, action, kind, 24, 0), data=parameters)[0]


def keys(initiator):
    status, data = initiator.command(struct.pack("!BBxxxxxHB6x", 0x5E, 0, 512, 0), length=512)
    assert status == 0
    return [key for (key,) in struct.iter_unpack("!Q", data[8:])]


def write_status(initiator):
    return initiator.command(struct.pack("!BBIBHB6x", 0x2A, 0, 7, 0, 1, 0), data=bytes(512))[0]


def hold(initiator, aptpl):
    assert reserve_out(initiator, REGISTER, 0, 0xA1, aptpl=aptpl) == 0
    assert reserve_out(initiator, RESERVE, 0xA1, kind=EXCLUSIVE_ACCESS) == 0


def test_with_aptpl_it_is_there_after_a_crash(shared):
    server, node = shared
    hold(node(1), aptpl=True)
    server.kill()
    server.start()
    second = node(2)
    assert keys(second) == [0xA1]
    assert write_status(second) == CONFLICT
    assert write_status(node(1)) == 0


def test_without_aptpl_it_outlives_its_sessions_and_not_a_crash(shared):
    server, node = shared
    first = node(1)
    hold(first, aptpl=False)
    assert first.logout() is not None
    second = node(2)
    assert write_status(second) == CONFLICT, "the holder only logged out"
    server.kill()
    server.start()
    second = node(2)
    assert keys(second) == []
    assert write_status(second) == 0


def test_a_failover(shared):
    _, node = shared
    first, second = node(1), node(2)
    hold(first, aptpl=True)
    assert reserve_out(second, REGISTER_AND_IGNORE, 0, 0xB2, aptpl=True) == 0
    assert write_status(second) == CONFLICT
    assert reserve_out(second, PREEMPT_AND_ABORT, 0xB2, 0xA1, kind=WRITE_EXCLUSIVE) == 0
    assert write_status(second) == 0
    status, sense = first.command(bytes(16))
    assert status == 2 and sense[14:16] == b"\x2a\x05", "it hears that it lost its registration"
    assert write_status(first) == CONFLICT
    assert keys(first) == [0xB2]
