# SPDX-License-Identifier: Apache-2.0
"""What an administrator sees and changes while sessions live: session list, show and drop."""
import random
import re
import struct

import pytest
from lab.iscsi_raw import ASYNC, ASYNC_LOGOUT_REQUEST, Initiator, log_in
from lab.processes import wait_until

MACS = ["52:54:00:e2:e0:01", "52:54:00:e2:e0:02"]
pytestmark = pytest.mark.product
SIZE = 24 << 20


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
    assert session["errors"] == 1, "the read behind the end; the power-on attention is none"
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


def assert_asked_to_log_out(link):
    """Asynchronous messages until the target closes; the first asks for a logout."""
    first = link.receive()
    assert first.opcode == ASYNC and first.header[36] == ASYNC_LOGOUT_REQUEST, first
    while (pdu := link.receive()) is not None:
        assert pdu.opcode == ASYNC, pdu


def test_sessions_are_dropped_by_number_by_mac_and_all(served):
    server, host = served
    one, two = log_in(server, host), log_in(server, host, MACS[1])
    unknown = server.cli("session", "drop", "4711", check=False)
    assert unknown.returncode == 1 and "session list" in unknown.stderr, unknown
    wrong = server.cli("session", "drop", "everything", check=False)
    assert wrong.returncode == 1 and "session list" in wrong.stderr, wrong
    assert server.cli("session", "show", "4711", check=False).returncode == 1
    server.cli("session", "drop", MACS[0])
    assert_asked_to_log_out(one)
    wait_until("only the other machine's session is left", lambda: [s["mac"] for s in server.sessions()] == [MACS[1]])
    none = server.cli("session", "drop", MACS[0], check=False)
    assert none.returncode == 1 and "has no session" in none.stderr, none
    three = log_in(server, host)
    server.cli("session", "drop", "all")
    wait_until("no session is left", lambda: not server.sessions())
    for link in (two, three):
        assert_asked_to_log_out(link)


def sense_of(link) -> tuple[int, int] | None:
    """ASC and ASCQ of a TEST UNIT READY, or None when all is well."""
    status, data = link.command(bytes(16))
    return (data[14], data[15]) if status == 2 else None  # SenseLength, then fixed format (SPC-4 4.5.3)


def blocks_of(link) -> int:
    status, data = link.command(struct.pack("!BB8xIH", 0x9E, 0x10, 32, 0), length=32)  # READ CAPACITY(16)
    assert status == 0
    return int.from_bytes(data[:8], "big") + 1


def test_a_drive_grows_under_running_sessions(served):
    server, host = served
    link = log_in(server, host)
    link.write(0, b"\x5a" * 512)
    assert blocks_of(link) == SIZE // 512
    with pytest.raises(OSError):
        link.write(SIZE // 512, bytes(512))
    smaller = server.cli("image", "grow", "one", "1M", check=False)
    assert smaller.returncode == 1 and "smaller" in smaller.stderr, smaller
    assert sense_of(link) is None, "nothing has changed"
    assert server.json("image", "grow", "one", "40M")["size"] == 40 << 20
    assert sense_of(link) == (0x2A, 0x09), "CAPACITY DATA HAS CHANGED"
    assert sense_of(link) is None
    assert blocks_of(link) == (40 << 20) // 512
    link.write((40 << 20) // 512 - 1, b"\xa5" * 512)
    link.flush()
    assert link.read(0) == b"\x5a" * 512
    assert server.image_path("one").stat().st_size == 40 << 20
    assert len(server.sessions()) == 1
    assert server.api("POST", "/images/one/grow", {"size": 48 << 20}, token=None)[0] == 401
    assert server.api("POST", "/images/one/grow", {"size": 48 << 20})[1]["size"] == 48 << 20
    assert sense_of(link) == (0x2A, 0x09)
    server.kill()
    server.start()
    assert next(i for i in server.json("image", "list")["images"] if i["name"] == "one")["size"] == 48 << 20
    again = log_in(server, host)
    assert blocks_of(again) == (48 << 20) // 512
    assert again.read((40 << 20) // 512 - 1) == b"\xa5" * 512


def test_all_machines_that_share_a_drive_see_it_grow(served):
    server, host = served
    for mac, name in zip(MACS, ("pc-one", "pc-two")):
        server.set_client(mac, [("two", "readonly")], name=name)
    links = [log_in(server, host, mac) for mac in MACS]
    server.cli("image", "grow", "two", "32M")
    for link in links:
        assert sense_of(link) == (0x2A, 0x09)
        assert blocks_of(link) == (32 << 20) // 512
    copy = server.cli("image", "add", "copy", str(server.image_path("two")))
    assert copy.returncode == 0, "readers do not hinder a copy"


def test_a_disk_that_is_written_to_is_not_copied(served):
    server, host = served
    link = log_in(server, host)
    refused = server.cli("image", "add", "copy", str(server.image_path("one")), check=False)
    assert refused.returncode == 1 and MACS[0] in refused.stderr, refused
    link.read(0)


SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+)\})? (\+Inf|-?[0-9.]+(?:e[+-]?[0-9]+)?)')


def parse_metrics(text: str) -> dict[tuple, float]:
    """A strict reader of the text format 0.0.4: {(name, frozenset of label=value): number}."""
    types, samples = {}, {}
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            assert len(line.split(" ", 3)) == 4, line
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in types and kind in ("counter", "gauge", "histogram"), line
            types[name] = kind
        else:
            match = SAMPLE.fullmatch(line)
            assert match, f"not a sample: {line!r}"
            name, labels, value = match.groups()
            assert name in types or name.rsplit("_", 1)[0] in types, f"before its TYPE: {line}"
            key = name, frozenset(re.findall(r'([a-z_]+)="((?:[^"\\]|\\.)*)"', labels or ""))
            assert key not in samples, f"twice: {line}"
            samples[key] = float(value)
    return samples


def test_prometheus_is_told_what_happened(served):
    server, host = served
    link = log_in(server, host)
    link.read(0, 64)
    link.write(8, bytes(4096))
    assert Initiator(host, "iqn.2026-11.org.bootferry:nobody").login()[0] == 0x0203
    target = server.target_of(MACS[0])

    def metrics():
        return parse_metrics(server.curl("/metrics", check=True).stdout)

    def value(told, name, **labels):
        return told[name, frozenset(labels.items())]

    of_disk = {"target": target, "client": MACS[0]}
    told = metrics()
    assert value(told, "bootferry_iscsi_read_bytes_total", **of_disk) == 32768
    assert value(told, "bootferry_iscsi_written_bytes_total", **of_disk) == 4096
    assert value(told, "bootferry_iscsi_commands_total", **of_disk, direction="read") == 1
    assert value(told, "bootferry_iscsi_sessions", **of_disk) == 1
    assert value(told, "bootferry_iscsi_command_duration_seconds_count", direction="write") == 1
    assert value(told, "bootferry_iscsi_login_refusals_total", status="0203") == 1
    assert value(told, "bootferry_clients", state="on") == 1
    assert value(told, "bootferry_image_size_bytes", image="one") == SIZE
    assert value(told, "bootferry_events_total", kind="session-opened") == 1
    assert value(told, "process_resident_memory_bytes") > 1 << 20
    health = server.json("health")
    assert value(told, "bootferry_build_info", version=health["version"]) == 1
    link.logout()
    link.close()
    wait_until("the session is gone", lambda: value(metrics(), "bootferry_iscsi_sessions", **of_disk) == 0)
    assert value(metrics(), "bootferry_iscsi_read_bytes_total", **of_disk) == 32768, "a counter never goes back"
