# SPDX-License-Identifier: Apache-2.0
"""Initiators of others against the running target: libiscsi's tools, QEMU's driver; and who may log in."""
import hashlib
import random
import re

import pytest
from lab.iscsi_raw import ASYNC, ASYNC_LOGOUT_REQUEST, Initiator
from lab.network import SERVER
from lab.processes import run, wait_until

MACS = ["52:54:00:e2:e0:01", "52:54:00:e2:e0:02"]
pytestmark = pytest.mark.product
SIZE = 24 << 20


def url(target, lun=0):
    return f"iscsi://{SERVER}:3260/{target}/{lun}"


def targets_of(server, mac=MACS[0]):
    return next(client for client in server.clients() if client["mac"] == mac)["targets"]


@pytest.fixture
def served(lab):
    """A server with one 24 MiB image of known bytes at the first machine; (server, target, image file, host)."""
    source = lab.folder / "source.img"
    source.write_bytes(random.Random(7).randbytes(SIZE))
    server = lab.serve("server")
    path = server.add_image("data", source)
    server.set_client(MACS[0], [("data", "master")])
    return server, targets_of(server)[0], path, lab.network.add_host("10.99.0.50")


def test_iscsi_ls_lists_the_target_and_its_lun(served):
    _, target, _, host = served
    listed = run(["iscsi-ls", "-s", f"iscsi://{SERVER}:3260"], namespace=host).stdout
    assert target in listed
    assert re.search(r"Lun:0 +Type:DIRECT_ACCESS \(Size:2\dM\)", listed), listed


def test_iscsi_inq_reads_the_standard_and_the_vital_pages(served):
    _, target, _, host = served
    standard = run(["iscsi-inq", url(target)], namespace=host).stdout
    assert "DIRECT_ACCESS" in standard and re.search(r"Vendor: *BOOTFRRY|Vendor: *BOOTFERR|Vendor: *\S+", standard)
    for page in ("0", "128", "131", "176", "178"):
        run(["iscsi-inq", "-e", "1", "-c", page, url(target)], namespace=host)


def test_iscsi_readcapacity(served):
    _, target, _, host = served
    assert str(SIZE // 512 - 1) in run(["iscsi-readcapacity16", url(target)], namespace=host).stdout


def test_qemu_img_reads_and_compares(served, lab):
    _, target, path, host = served
    info = run(["qemu-img", "info", url(target)], namespace=host).stdout
    assert f"({SIZE} bytes)" in info
    assert "identical" in run(["qemu-img", "compare", "-f", "raw", "-F", "raw", url(target), path], namespace=host, timeout=60).stdout
    run(["qemu-img", "convert", "-f", "raw", "-O", "raw", url(target), lab.folder / "copy.img"], namespace=host, timeout=60)
    assert hashlib.sha256((lab.folder / "copy.img").read_bytes()).digest() == hashlib.sha256(path.read_bytes()).digest()


def test_qemu_io_writes_reads_and_flushes(served):
    _, target, path, host = served
    commands = ["write -P 0x5a 4096 1M", "write -P 0xc3 20M 64k", "flush", "read -P 0x5a 4096 1M", "read -P 0xc3 20M 64k", "read -P 0x5a 512 1k"]
    arguments = [part for command in commands for part in ("-c", command)]
    out = run(["qemu-io", "-f", "raw", *arguments, url(target)], namespace=host, check=False).stdout
    assert out.count("Pattern verification failed") == 1, f"only the last read must differ:\n{out}"
    with open(path, "rb") as disk:
        disk.seek(4096)
        assert disk.read(1 << 20) == b"\x5a" * (1 << 20)
        disk.seek(20 << 20)
        assert disk.read(65536) == b"\xc3" * 65536


def test_a_writable_image_refuses_a_second_machine_with_a_reason(served, lab):
    server, target, _, host = served
    server.set_client(MACS[1], [("data", "master")], name="pc2")
    first = Initiator(host, target)
    assert first.login()[0] == 0
    second = Initiator(lab.network.add_host("10.99.0.51"), targets_of(server, MACS[1])[0], "iqn.2026-11.test.lab:second")
    status = second.login()[0]
    assert status >> 8 in (2, 3), f"login status {status:#x}"
    refused = wait_until("a login-refused event", lambda: [e for e in server.boot_log(MACS[1]) if e["kind"] == "login-refused"])
    assert "data" in refused[-1]["text"], "the reason must name the image"
    first.logout()
    first.close()
    wait_until("the first session is gone", lambda: not server.sessions())
    third = Initiator(lab.network.add_host("10.99.0.52"), targets_of(server, MACS[1])[0], "iqn.2026-11.test.lab:second")
    assert third.login()[0] == 0, "a free image must be given"


def test_an_unknown_target_is_refused(served):
    _, target, _, host = served
    assert Initiator(host, target + ".none").login()[0] == 0x0203  # RFC 7143 section 11.13.5: not found


def test_a_session_is_listed_with_what_it_did(served):
    server, target, _, host = served
    link = Initiator(host, target)
    assert link.login()[0] == 0
    link.test_ready()
    link.read(0, 64)
    link.write(8, bytes(4096))
    session = wait_until("counters in the session list", lambda: [s for s in server.sessions() if s["bytes_written"] >= 4096])[0]
    assert session["target"] == target and session["mac"] == MACS[0] and session["image"] == "data"
    assert session["drive"] == "0x80" and session["read_only"] is False and session["state"] == "full-feature"
    assert session["bytes_read"] >= 32768 and session["address"].startswith("10.99.0.50:") and session["commands"] >= 3


def test_dropping_a_session_over_the_api(served):
    server, target, _, host = served
    link = Initiator(host, target)
    assert link.login()[0] == 0
    identity = server.sessions()[0]["id"]
    assert server.api("DELETE", f"/sessions/{identity}", token=None)[0] == 401
    assert server.api("DELETE", f"/sessions/{identity}")[0] == 204
    wait_until("the session is dropped", lambda: not server.sessions())


def test_sigterm_asks_sessions_to_log_out_and_ends_with_0(served, lab):
    server, target, path, host = served
    link = Initiator(host, target)
    assert link.login()[0] == 0
    link.test_ready()
    link.write(100, b"\x77" * 4096)
    link.socket.settimeout(15)
    server.child.process.terminate()
    asked = None
    while (pdu := link.receive()) is not None:
        if pdu.opcode == ASYNC:
            asked = pdu
            link.logout()
            break
    assert asked is not None and asked.header[36] == ASYNC_LOGOUT_REQUEST, "no asynchronous logout request before the end"
    link.close()
    assert server.child.wait(10) == 0
    with open(path, "rb") as disk:
        disk.seek(100 * 512)
        assert disk.read(4096) == b"\x77" * 4096


def test_sigterm_does_not_wait_for_ever_for_a_silent_initiator(served):
    server, target, _, host = served
    link = Initiator(host, target)
    assert link.login()[0] == 0
    server.child.process.terminate()
    assert server.child.wait(10) == 0
    link.close()
