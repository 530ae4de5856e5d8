# SPDX-License-Identifier: Apache-2.0
"""What must hold when things go badly: kill -9 at work, garbage on every port, a start that cannot succeed."""
import os
import random
import re
import socket
import tempfile
import threading
import time

import pytest
from lab import images
from lab.bootferry import BINARY, Bootferry
from lab.dhcp_raw import PXE_BIOS, DhcpClient
from lab.iscsi_raw import Initiator
from lab.network import SERVER, connect, make_socket
from lab.processes import Child, run, wait_until

pytestmark = pytest.mark.product
MAC = "52:54:00:e2:e0:01"


def served(lab, size=16 << 20, **options):
    server = lab.serve("server", **options)
    path = server.add_image("data", images.make_blank(lab.folder / "data.img", size))
    server.set_client(MAC, [("data", "master")])
    return server, path


def test_kill_9_in_the_middle_of_leases_and_writes(lab):
    server, path = served(lab)
    link = Initiator(lab.network.add_host("10.99.0.50"), server.target_of(MAC))
    assert link.login()[0] == 0
    link.test_ready()
    client = DhcpClient(lab.network.add_host())
    acknowledged: dict[str, str] = {}
    flushed: dict[int, bytes] = {}

    killed = threading.Event()

    def lease_machines():
        for index in range(90):
            if killed.is_set():
                return
            mac = f"52:54:00:aa:00:{index:02x}"
            address = client.lease(mac, tries=1)
            if address:
                acknowledged[mac] = address

    def write_blocks():
        pending: dict[int, bytes] = {}
        try:
            for number in range(100000):
                block = random.Random(number).randbytes(4096)
                lba = (number * 8) % (16 << 11)
                link.write(lba, block)
                pending[lba] = block
                flushed.pop(lba, None)
                if number % 8 == 7:
                    link.flush()
                    flushed.update(pending)
                    pending.clear()
        except OSError:
            pass  # the server is dead

    workers = [threading.Thread(target=lease_machines), threading.Thread(target=write_blocks)]
    for worker in workers:
        worker.start()
    wait_until("leases and writes under way", lambda: len(acknowledged) >= 20 and len(flushed) >= 64, 20)
    server.kill()
    killed.set()
    for worker in workers:
        worker.join(150)
    given = dict(acknowledged)

    for database in server.state_dir.rglob("*.db"):
        assert run(["sqlite3", database, "PRAGMA integrity_check"]).stdout.strip() == "ok"
    databases = list(server.state_dir.rglob("*.db"))
    assert databases, "no SQLite file (*.db) in the state directory"
    server.start()
    after = {lease["mac"]: lease["address"] for lease in server.leases() if lease["state"] == "bound"}
    assert {mac: after.get(mac) for mac in given} == given
    with open(path, "rb") as disk:
        for lba, block in flushed.items():
            disk.seek(lba * 512)
            assert disk.read(4096) == block, f"the flushed block at LBA {lba} is lost"
    assert server.sessions() == []


def test_garbage_on_every_port_disturbs_no_one(lab):
    server, path = served(lab)
    good_host, bad_host = lab.network.add_host("10.99.0.50"), lab.network.add_host("10.99.0.66")
    link = Initiator(good_host, server.target_of(MAC))
    assert link.login()[0] == 0
    link.test_ready()
    with open(path, "r+b") as disk:
        disk.write(random.Random(1).randbytes(1 << 20))
    wanted = path.read_bytes()[:1 << 20]
    stop, counts, errors = threading.Event(), [0], []

    def read_all_the_time():
        try:
            while not stop.is_set():
                lba = counts[0] * 64 % 2048
                assert link.read(lba, 64) == wanted[lba * 512:(lba + 64) * 512]
                counts[0] += 1
        except BaseException as error:  # told to the test below
            errors.append(error)

    reader = threading.Thread(target=read_all_the_time)
    reader.start()
    noise = random.Random(99)
    for data in iscsi_garbage(noise, server.target_of(MAC)):
        shout(bad_host, 3260, data)
    for data in http_garbage(noise):
        shout(bad_host, 8080, data)
    for port in (67, 4011, 69):
        udp = make_socket(bad_host, kind=socket.SOCK_DGRAM)
        for data in udp_garbage(noise, port):
            udp.sendto(data, (SERVER, port))
        udp.close()
    before = counts[0]
    wait_until("the running transfer goes on", lambda: counts[0] >= before + 20 or errors)
    stop.set()
    reader.join(60)
    assert not errors, errors
    assert server.child.alive()
    assert server.cli("health").returncode == 0
    assert DhcpClient(lab.network.add_host()).lease("52:54:00:e2:e0:44", PXE_BIOS), "DHCP must still answer"
    wait_until("only the good session is left", lambda: len(server.sessions()) == 1)
    with open(f"/proc/{server.child.pid}/status") as status:
        resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    assert resident < 400_000, f"{resident} KiB resident after garbage"


def shout(namespace, port, data):
    """Sends, reads a little, leaves without manners."""
    try:
        link = connect(namespace, port, timeout=0.2)
    except OSError as error:
        raise AssertionError(f"port {port} does not accept any more: {error}")
    try:
        link.sendall(data)
        link.recv(4096)
    except OSError:
        pass
    finally:
        link.close()


def iscsi_garbage(noise, target):
    yield b""
    yield noise.randbytes(48)
    yield noise.randbytes(7)
    yield noise.randbytes(100000)
    yield b"\xff" * 48
    yield bytes([0x43, 0x87]) + bytes(3) + b"\xff\xff\xff" + bytes(40) + b"x" * 100000  # a login of 16 MB
    yield bytes([0x43, 0x87, 0, 0, 0xFF]) + bytes(43) + bytes(1020)                    # with additional headers
    text = f"InitiatorName=iqn.x\0TargetName={target}\0SessionType=Normal\0".encode()
    login = lambda body: bytes([0x43, 0x87, 0, 0, 0]) + len(body).to_bytes(3, "big") + bytes(40) + body + bytes(-len(body) % 4)  # noqa: E731
    yield login(text.replace(b"\0", b""))
    yield login(b"=\0=\0=\0" * 1000)
    yield login(b"A=" + b"B" * 60000)
    yield login(text + b"MaxRecvDataSegmentLength=-1\0MaxBurstLength=99999999999999\0")
    for opcode in range(0x40):  # every opcode before a login
        yield bytes([opcode]) + noise.randbytes(4) + b"\0\0\0" + noise.randbytes(40)


def http_garbage(noise):
    yield noise.randbytes(5000)
    yield b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n\r\n"
    yield b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20000 + b"\r\n"
    yield b"POST /api/v1/images HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n"
    yield b"POST /api/v1/images HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"
    yield b"GET /files/x HTTP/1.1\r\nRange: bytes=18446744073709551615-0,1-1,-\r\n\r\n"
    yield b"\0" * 1000
    yield b"GET / HTTP/9.9\r\nHost:\r\n\r\n"


def udp_garbage(noise, port):
    yield b""
    for size in (1, 2, 3, 4, 20, 240, 241, 300, 576, 1400):
        yield noise.randbytes(size)
    if port == 69:
        for head in (b"\0\1", b"\0\2", b"\0\3", b"\0\4", b"\0\5", b"\0\6", b"\0\x99"):
            yield head + noise.randbytes(30)
        yield b"\0\1" + b"a" * 500
        yield b"\0\1undionly.kpxe\0octet\0blksize\0-5\0windowsize\0999999\0timeout\0\0tsize\0x\0"
    else:
        start = b"\1\1\6\0" + bytes(24) + b"\x52\x54\0\0\0\1" + bytes(202) + b"\x63\x82\x53\x63"
        for tail in (b"\x35", b"\x35\xff", b"\x35\1\1\x37\xff", b"\x35\1\1\x5d\1\0", b"\x34\1\3" + bytes(50), b"\xaf\xff" + bytes(3), b"\x52\2\1\xff"):
            yield start + tail
        for _ in range(50):
            yield start + noise.randbytes(60)


# -- a start that cannot succeed: one sentence that names the mend -------------------------------------------------------------

LOG_LINE = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+ [DI] [A-Z_]+ ")


def failed_start(server, namespace, *flags, prefix=()):
    command = [*prefix, *[str(part) for part in server.serve_command()], *flags]
    done = run(command, namespace=namespace, check=False, timeout=10)
    assert done.returncode == 1, f"exit {done.returncode}\n{done.stdout}{done.stderr}"
    lines = [line for line in done.stderr.splitlines() if line.strip() and not LOG_LINE.match(line)]
    assert len(lines) == 1 and lines[0].startswith("bootferry: "), f"one sentence is wanted:\n{done.stderr}"
    return lines[0]


@pytest.mark.parametrize("kind,port", (("tcp", 8080), ("tcp", 3260), ("udp", 67), ("udp", 69)))
def test_a_taken_port_names_the_process_that_has_it(lab, kind, port):
    server = Bootferry(lab, "server")
    log = lab.folder / "holder.log"
    code = f"import socket,time\ns=socket.socket(socket.AF_INET, socket.SOCK_{'STREAM' if kind == 'tcp' else 'DGRAM'})\ns.bind(('', {port}))\n" \
           + ("s.listen()\n" if kind == "tcp" else "") + "print('held', flush=True)\ntime.sleep(300)"
    holder = lab.add(Child("holder", ["/usr/bin/python3", "-c", code], log, lab.network.srv))
    wait_until("the port is held", lambda: "held" in holder.tail())
    sentence = failed_start(server, lab.network.srv)
    assert str(port) in sentence and ("python3" in sentence or str(holder.pid) in sentence), sentence


def test_a_second_server_on_the_same_machine_is_told_of_the_first(lab):
    lab.serve("server")
    second = Bootferry(lab, "server", state_dir=lab.short / "state2")
    assert "bootferry" in failed_start(second, lab.network.srv).lower()


def test_a_state_directory_with_too_long_a_name_is_told_so(lab):
    server = Bootferry(lab, "server", state_dir=lab.short / ("long" * 30))
    assert "--state-dir" in failed_start(server, lab.network.srv)


def test_an_unknown_interface_is_named(lab):
    server = Bootferry(lab, "server")
    sentence = _with_interface(server, lab, "nope0")
    assert "nope0" in sentence and "eth0" in sentence, f"it should name the interfaces that there are: {sentence}"


def _with_interface(server, lab, name):
    original = server.serve_command
    server.serve_command = lambda: [part if part != "eth0" else name for part in original()]
    return failed_start(server, lab.network.srv)


def test_no_right_to_bind_says_what_is_needed(lab):
    with tempfile.TemporaryDirectory(prefix=f"bfe2e-{os.getpid()}-") as folder:
        os.chmod(folder, 0o777)
        server = Bootferry(lab, "server", state_dir=folder + "/state")
        # A copy where an ordinary user can read it.
        run(["install", "-m", "755", BINARY, folder + "/bootferry"])
        original = server.serve_command
        server.serve_command = lambda: [folder + "/bootferry", *original()[1:]]
        sentence = failed_start(server, lab.network.srv, prefix=["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"])
        assert any(word in sentence.lower() for word in ("root", "right", "permission", "cap_net")), sentence


def test_serve_needs_no_settings_at_all_but_the_state_dir(lab):
    """Proxy mode is the default, and it finds the interface by itself."""
    server = Bootferry(lab, "proxy")
    server.serve_command = lambda: [BINARY, "serve", "--state-dir", server.state_dir]
    run(["ip", "-n", lab.network.srv, "route", "add", "default", "via", "10.99.0.2"])
    server.start()
    health = server.json("health")
    assert health["dhcp_mode"] == "proxy" and health["interface"] == "eth0" and health["server_address"] == SERVER
    code = server.cli("first-visit").stdout.strip()
    assert code in server.log.read_text(), "the code of the first visit is printed while there is no admin"
    assert server.token not in server.log.read_text()
    server.add_user("alice", "admin")
    assert server.stop() == 0
    server.start()
    assert "First visit" not in server.log.read_text(), "and only then"


def test_sigterm_in_the_middle_of_a_transfer_ends_soon_with_0(lab):
    server, _ = served(lab)
    link = Initiator(lab.network.add_host("10.99.0.50"), server.target_of(MAC))
    assert link.login()[0] == 0
    link.test_ready()
    busy = threading.Thread(target=_read_until_closed, args=(link,))
    busy.start()
    time.sleep(0.3)
    assert server.stop() == 0
    busy.join(60)
    assert not busy.is_alive()


def _read_until_closed(link):
    try:
        while True:
            link.read(0, 64)
    except OSError:
        pass
