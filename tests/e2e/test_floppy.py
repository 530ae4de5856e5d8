# SPDX-License-Identifier: Apache-2.0
"""The floppy of a running machine is changed: the machine reads the new one, and an initiator is told by a unit attention."""
from pathlib import Path

import pytest
from lab.iscsi_raw import Initiator
from lab.processes import run
from lab.qmp import Qmp

pytestmark = pytest.mark.product
MAC = "52:54:00:e2:e0:01"
SOURCE = Path(__file__).resolve().parent / "images" / "swap_probe.asm"


def add_floppies(lab, server, *names):
    code = lab.folder / "swap_probe.bin"
    run(["nasm", "-f", "bin", "-o", code, SOURCE])
    for name in names:
        server.cli("image", "create", name, "--preset", "floppy-1440")
        with open(server.image_path(name), "r+b") as floppy:
            floppy.write(code.read_bytes() + f"FLOPPY-{name}-IS-IN\r\n".encode().ljust(512, b"\0"))


def test_a_running_machine_reads_the_other_floppy(lab):
    server = lab.serve("server")
    add_floppies(lab, server, "one", "two")
    server.cli("client", "set", MAC, "--floppy", "one:master")
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    pc.wait_serial("FLOPPY-one-IS-IN", 40)
    assert "two in its floppy drive now, instead of one" in server.cli("client", "floppy", MAC, "two").stdout
    Qmp(pc.qmp_path).type("a")
    pc.wait_serial("FLOPPY-two-IS-IN", 20)
    assert "SWAP-READ-FAILED" not in pc.serial
    assert any(event["kind"] == "floppy-changed" for event in server.boot_log(MAC))
    assert [session["image"] for session in server.sessions()], "its session goes on"
    server.cli("client", "floppy", MAC, "one")
    Qmp(pc.qmp_path).type("a")
    pc.wait_serial("FLOPPY-one-IS-IN", 20, count=2)
    refused = server.cli("client", "floppy", MAC, "nothing", check=False)
    assert refused.returncode == 1 and "no image nothing" in refused.stderr


def test_an_initiator_is_told_and_what_it_wrote_stays_on_the_first(lab):
    server = lab.serve("server")
    add_floppies(lab, server, "one", "two")
    server.set_client(MAC, [("one", "master")])
    target = next(client for client in server.clients() if client["mac"] == MAC)["targets"][0]
    pc = Initiator(lab.network.add_host("10.99.0.50"), target)
    assert pc.login()[0] == 0 and pc.test_ready() == 0
    assert pc.read(1).startswith(b"FLOPPY-one-IS-IN")
    pc.write(9, b"written".ljust(512, b"\0"))
    server.cli("client", "floppy", MAC, "two")
    status, sense = pc.command(bytes(16))
    sense = sense[2:]  # behind its length (RFC 7143 11.4.7.2)
    assert status == 2 and sense[2] & 15 == 6 and sense[12:14] == b"\x28\x00", "UNIT ATTENTION, MEDIUM MAY HAVE CHANGED"
    assert pc.read(1).startswith(b"FLOPPY-two-IS-IN") and pc.read(9) == bytes(512)
    assert server.image_path("one").read_bytes()[9 * 512:].startswith(b"written"), "flushed before it was taken out"
    server.stop()
    server.start()
    again = Initiator(lab.network.add_host("10.99.0.51"), target)
    assert again.login()[0] == 0 and again.test_ready() == 0
    assert again.read(1).startswith(b"FLOPPY-two-IS-IN"), "a restart changes no floppy"
