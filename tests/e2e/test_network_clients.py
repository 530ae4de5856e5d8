# SPDX-License-Identifier: Apache-2.0
"""Clients of others against DHCP, TFTP and HTTP: busybox udhcpc, tftp-hpa, curl."""
import hashlib
import signal
import socket
from pathlib import Path

import pytest
from lab.dhcp_raw import DhcpClient
from lab.network import ROUTER, SERVER
from lab.processes import Child, run, wait_until

pytestmark = pytest.mark.product
LOADERS = {"undionly.kpxe": "/usr/lib/ipxe/undionly.kpxe", "snponly.efi": "/usr/lib/ipxe/snponly.efi"}

UDHCPC_SCRIPT = """#!/bin/sh
{ echo "$1 ip=$ip mask=$mask router=$router dns=$dns lease=$lease serverid=$serverid"; } >> "$UDHCPC_LOG"
case $1 in
deconfig) ip address flush dev "$interface" ;;
bound) ip address add "$ip/24" dev "$interface" ;;
esac
"""


# -- DHCP ------------------------------------------------------------------------------------------------------------------

def start_udhcpc(lab, host):
    script, log = lab.folder / "udhcpc.sh", lab.folder / "udhcpc.events"
    script.write_text(UDHCPC_SCRIPT)
    script.chmod(0o755)
    log.touch()
    child = lab.add(Child("udhcpc", ["env", f"UDHCPC_LOG={log}", "busybox", "udhcpc", "-f", "-i", "eth0", "-s", script, "-x", "hostname:lab-host",
                                     "-t", "5", "-T", "1"], lab.folder / "udhcpc.log", host))
    return child, log


def test_udhcpc_gets_renews_and_releases_a_lease(lab):
    server = lab.serve("server")
    child, log = start_udhcpc(lab, lab.network.add_host())
    wait_until("a bound lease", lambda: "bound ip=10.99.0.1" in log.read_text())
    bound = next(line for line in log.read_text().splitlines() if line.startswith("bound"))
    assert f"serverid={SERVER}" in bound and "mask=255.255.255.0" in bound or "mask=24" in bound
    address = bound.split("ip=")[1].split()[0]
    lease = next(lease for lease in server.leases() if lease["address"] == address)
    assert lease["state"] == "bound" and lease["hostname"] == "lab-host"
    child.process.send_signal(signal.SIGUSR1)
    wait_until("a renewal", lambda: "renew ip=" + address in log.read_text())
    renewals = [packet for packet in lab.wire.dhcp("request") if packet["ciaddr"] == address]
    assert renewals and renewals[0]["dst"] == SERVER, "a renewal goes to the server by unicast"
    child.process.send_signal(signal.SIGUSR2)
    wait_until("the release in the lease list", lambda: [x for x in server.leases() if x["address"] == address and x["state"] == "released"])


def test_a_lease_comes_back_to_its_machine_after_a_restart(lab):
    server = lab.serve("server")
    client = DhcpClient(lab.network.add_host())
    address = client.lease("52:54:00:e2:e0:21")
    assert address
    assert server.stop() == 0
    server.start()
    assert client.lease("52:54:00:e2:e0:21") == address


def test_a_wrong_network_is_refused(lab):
    lab.serve("server")
    client = DhcpClient(lab.network.add_host())
    xid = client.send(3, "52:54:00:e2:e0:22", {50: socket.inet_aton("192.168.7.7")})
    answer = client.receive(xid, 3)
    assert answer and answer["type"] == "nak"


def test_a_declined_address_is_not_given_again(lab):
    server = lab.serve("server")
    client = DhcpClient(lab.network.add_host())
    mac = "52:54:00:e2:e0:23"
    address = client.lease(mac)
    client.send(4, mac, {50: socket.inet_aton(address), 54: socket.inet_aton(SERVER)})
    wait_until("the declined lease", lambda: [x for x in server.leases() if x["address"] == address and x["state"] == "declined"])
    assert client.lease(mac) not in (None, address)


def test_an_address_in_use_is_not_offered(lab):
    """A host that took 10.99.0.100 by hand: the ARP probe must find it."""
    lab.network.add_host("10.99.0.100")
    lab.serve("server")
    address = DhcpClient(lab.network.add_host()).lease("52:54:00:e2:e0:24")
    assert address and address != "10.99.0.100"


def test_a_reserved_address_is_given_to_its_machine_only(lab):
    server = lab.serve("server")
    mac = "52:54:00:e2:e0:25"
    code, answer = server.api("PUT", f"/clients/{mac}", {"name": "fixed", "reserved_address": "10.99.0.150"})
    assert code == 200, answer
    client = DhcpClient(lab.network.add_host())
    assert client.lease("52:54:00:e2:e0:26", {50: socket.inet_aton("10.99.0.150")}) != "10.99.0.150"
    assert client.lease(mac) == "10.99.0.150"


def test_proxy_mode_never_gives_an_address(lab):
    lab.serve("proxy")
    client = DhcpClient(lab.network.add_host())
    address = client.lease("52:54:00:e2:e0:27")
    assert address, "the router still gives addresses"
    ours = [packet for kind in ("offer", "ack") for packet in lab.wire.dhcp(kind, src=SERVER)]
    assert not ours, "a client that does not netboot is none of our business"
    assert lab.wire.dhcp("ack", src=ROUTER)


def test_dhcp_can_be_off(lab):
    lab.serve("off")
    assert DhcpClient(lab.network.add_host()).lease("52:54:00:e2:e0:28", tries=1) is None
    assert not lab.wire.dhcp("offer")


# -- TFTP ------------------------------------------------------------------------------------------------------------------

def tftp(host, folder, *commands):
    return run(["sh", "-c", f"cd {folder} && timeout 60 tftp -m binary {SERVER} -c {' '.join(commands)}"], namespace=host, check=False)


@pytest.mark.parametrize("name", LOADERS)
def test_tftp_hpa_fetches_the_loaders(lab, name):
    lab.serve("server")
    host = lab.network.add_host("10.99.0.50")
    tftp(host, lab.folder, "get", name)
    got = (lab.folder / name).read_bytes()
    assert hashlib.sha256(got).digest() == hashlib.sha256(Path(LOADERS[name]).read_bytes()).digest()


def test_tftp_refuses_paths_outside_and_writes(lab):
    server = lab.serve("server")
    host = lab.network.add_host("10.99.0.50")
    for name in ("../admin-token", "../../etc/passwd", "/etc/passwd", "nothing-here"):
        tftp(host, lab.folder, "get", name, "stolen")
        stolen = lab.folder / "stolen"
        assert not stolen.exists() or stolen.stat().st_size == 0, name
        stolen.unlink(missing_ok=True)
    (lab.folder / "mine").write_text("not yours")
    tftp(host, lab.folder, "put", "mine")
    errors = lab.wire.events("tftp-error", src=SERVER)
    assert len(errors) >= 5 and all(error["text"] for error in errors), "each refusal must say why"
    assert not list(server.state_dir.rglob("mine"))


# -- HTTP ------------------------------------------------------------------------------------------------------------------

@pytest.fixture
def web(lab):
    server = lab.serve("server")
    files = server.state_dir / "files"
    files.mkdir(exist_ok=True)
    (files / "numbers").write_bytes(bytes(range(256)) * 64)
    return server


def test_curl_ranges_and_head(web):
    whole = bytes(range(256)) * 64
    head = web.curl("/files/numbers", "-I").stdout.lower()
    assert "content-length: 16384" in head and "accept-ranges: bytes" in head
    for text, wanted in (("0-15", whole[:16]), ("16000-", whole[16000:]), ("-10", whole[-10:]), ("16380-99999", whole[16380:])):
        answer = run_bytes(web, "/files/numbers", "-r", text)
        assert answer == wanted, text
    assert web.status("/files/numbers", "-r", "20000-") == 416
    assert web.status("/files/numbers", "-r", "0-3") == 206
    assert web.status("/files/numbers") == 200


def run_bytes(web, path, *arguments):
    out = web.lab.folder / "curl.out"
    web.curl(path, "-o", str(out), *arguments, check=True)
    return out.read_bytes()


def test_the_loaders_are_served_by_http(web):
    assert run_bytes(web, "/loaders/snponly.efi") == Path(LOADERS["snponly.efi"]).read_bytes()


@pytest.mark.parametrize("path", ("/files/../admin-token", "/files/%2e%2e/admin-token", "/files/..%2fadmin-token", "/loaders/../../etc/passwd",
                                  "/files//etc/passwd", "/files/%00", "/boot/../admin-token", "/files/link"))
def test_no_path_escapes(web, path):
    (web.state_dir / "files" / "link").symlink_to(web.state_dir / "admin-token")
    answer = web.curl(path, "-w", "\n%{http_code}").stdout
    assert answer.rsplit("\n", 1)[1] in ("400", "403", "404"), answer
    assert web.token not in answer


def test_a_write_needs_the_token(web):
    body = {"kind": "local"}
    assert web.api("PUT", "/assignments/52:54:00:e2:e0:01", body, token=None)[0] == 401
    assert web.api("PUT", "/assignments/52:54:00:e2:e0:01", body, token="wrong")[0] == 401
    assert web.api("POST", "/images", {"name": "blank", "size": 1048576}, token=None)[0] == 401
    assert web.api("DELETE", "/clients/52:54:00:e2:e0:01", token=None)[0] == 401
    assert web.api("PUT", "/assignments/52:54:00:e2:e0:01", body)[0] == 200
    assert oct((web.state_dir / "admin-token").stat().st_mode & 0o777) == "0o600"


def test_errors_are_problems_in_words(web):
    code, answer = web.api("GET", "/images/none")
    assert code == 404 and answer["status"] == 404 and answer["detail"]
    code, answer = web.api("PUT", "/assignments/52:54:00:e2:e0:01", {"kind": "disks", "drives": [{"image": "none", "mode": "master"}]})
    assert code in (400, 404, 409, 422) and "none" in answer["detail"]
    code, answer = web.api("PUT", "/assignments/52:54:00:e2:e0:01", {"kind": "local", "kidn": "x"})
    assert code == 400 and "kidn" in answer["detail"]


def test_sizes_are_limited(web):
    big = web.lab.folder / "big"
    big.write_bytes(b"x" * 70000)
    assert web.status("/api/v1/images", "-X", "POST", "-H", f"Authorization: Bearer {web.token}", "--data-binary", f"@{big}") == 413
    assert web.status("/api/v1/health", "-H", "X-Long: " + "y" * 100000) in (400, 413, 431, 0)
    assert web.status("/api/v1/health") == 200


def test_a_blank_image_is_made_over_http(web):
    code, answer = web.api("POST", "/images", {"name": "blank", "size": 1048576})
    assert code == 201 and answer["size"] == 1048576
    assert web.api("POST", "/images", {"name": "blank", "size": 1048576})[0] == 409
    assert web.api("DELETE", "/images/blank")[0] == 204
