# SPDX-License-Identifier: Apache-2.0
"""What an administrator sees and changes while sessions live: session list, show and drop."""
import random

import pytest
from lab.iscsi_raw import ASYNC, Initiator
from lab.processes import wait_until

MACS = ["52:54:00:e2:e0:01", "52:54:00:e2:e0:02"]
pytestmark = pytest.mark.product
SIZE = 24 << 20


def target_of(server, mac=MACS[0]):
    return next(client for client in server.clients() if client["mac"] == mac)["targets"][0]


@pytest.fixture
def served(lab):
    """A server with one image for each of two machines; (server, host)."""
    server = lab.serve("server")
    for mac, image in zip(MACS, ("one", "two")):
        source = lab.folder / f"{image}.img"
        source.write_bytes(random.Random(image).randbytes(SIZE))
        server.add_image(image, source)
        server.set_client(mac, [(image, "master")], name=f"pc-{image}")
    return server, lab.network.add_host("10.99.0.50")


def log_in(server, host, mac=MACS[0], isid=1):
    link = Initiator(host, target_of(server, mac), isid=isid)
    assert link.login()[0] == 0
    assert link.test_ready() == 0
    return link


def test_a_session_tells_everything_it_agreed_and_did(served):
    server, host = served
    link = log_in(server, host)
    link.read(0, 64)
    link.write(8, bytes(4096))
    with pytest.raises(OSError):
        link.read(SIZE // 512)
    session = server.sessions()[0]
    assert session["portal"] == "10.99.0.1:3260" and session["header_digest"] is False and session["data_digest"] is False
    limits = session["limits"]
    assert limits["send_segment"] == 262144 and limits["initial_r2t"] is False and limits["immediate_data"] is True
    assert limits["max_burst"] == 262144 and limits["first_burst"] == 65536 and limits["max_outstanding_r2t"] == 1
    assert session["reads"] == 2 and session["writes"] == 1 and session["bytes_read"] == 32768 and session["bytes_written"] == 4096
    assert session["errors"] == 2, "the power-on attention, and the read behind the end"
    assert session["queue_depth"] == 0 and session["highest_queue_depth"] == 1
    for direction in ("read_latency", "write_latency"):
        assert 0 < session[direction]["p50_us"] <= session[direction]["p99_us"], session
    assert session["last_command"]["name"] == "READ(10)" and session["last_command"]["ms_ago"] < 60_000
    shown = server.cli("session", "show", str(session["id"])).stdout
    for word in (session["target"], session["initiator"], session["isid"], "MaxBurstLength 262144", "READ(10)", "header None", "p50 / p99"):
        assert word in shown, f"{word!r} is missing in:\n{shown}"
    table = server.cli("session", "list").stdout
    assert "READ(10)" in table and MACS[0] in table, table
    assert session["target"] in server.cli("session", "list", "--long").stdout
    assert server.json("session", "show", str(session["id"]))["id"] == session["id"]


def test_sessions_are_dropped_by_number_by_mac_and_all(served):
    server, host = served
    one, two = log_in(server, host), log_in(server, host, MACS[1])
    unknown = server.cli("session", "drop", "4711", check=False)
    assert unknown.returncode == 1 and "session list" in unknown.stderr, unknown
    wrong = server.cli("session", "drop", "everything", check=False)
    assert wrong.returncode == 1 and "session list" in wrong.stderr, wrong
    assert server.cli("session", "show", "4711", check=False).returncode == 1
    server.cli("session", "drop", MACS[0])
    assert one.receive().opcode == ASYNC and one.receive() is None
    wait_until("only the other machine's session is left", lambda: [s["mac"] for s in server.sessions()] == [MACS[1]])
    none = server.cli("session", "drop", MACS[0], check=False)
    assert none.returncode == 1 and "has no session" in none.stderr, none
    three = log_in(server, host)
    server.cli("session", "drop", "all")
    wait_until("no session is left", lambda: not server.sessions())
    for link in (two, three):
        assert link.receive().opcode == ASYNC and link.receive() is None
