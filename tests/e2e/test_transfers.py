# SPDX-License-Identifier: Apache-2.0
"""TFTP and HTTP in bad weather and over IPv6, with clients of others: tftp-hpa, atftp, curl and busybox."""
import json
import time
from pathlib import Path

import pytest
from lab import host_relay
from lab.network import SERVER
from lab.processes import run, wait_until

pytestmark = pytest.mark.product
LOADER = "undionly.kpxe"
BYTES = Path("/usr/lib/ipxe/undionly.kpxe")
HOST = "10.99.0.50"
SERVER6 = "fd99::1"
MAC = "52:54:00:e2:e0:31"

CLIENTS = {
    "tftp-hpa": "tftp -m binary {server} -c get {name} got",
    "tftp-hpa-old": "printf 'binary\nget {name} got\n' | tftp {server}",
    "atftp": "atftp --get --remote-file {name} --local-file got {server}",
    "atftp-windows": "atftp --option 'blksize 1428' --option 'windowsize 8' --get --remote-file {name} --local-file got {server}",
    "curl": "curl -sS --tftp-blksize 1468 -o got tftp://{url_host}/{name}",
    "busybox": "busybox tftp -b 1468 -g -r {name} -l got {server}",
}


def fetch(lab, host: str, client: str, name=LOADER, server=SERVER, timeout=60) -> bytes:
    (lab.folder / "got").unlink(missing_ok=True)
    command = CLIENTS[client].format(server=server, name=name, url_host=f"[{server}]" if ":" in server else server)
    for _ in range(5):
        done = run(["sh", "-c", f"cd {lab.folder} && {command}"], namespace=host, check=False, timeout=timeout)
        # atftp ends a download whose OACK comes a second time, as it must when the ACK is lost or the wire doubles it.
        if "unexpected OACK" not in done.stdout + done.stderr:
            break
    got = lab.folder / "got"
    assert got.exists(), f"{client}: {done.stdout}{done.stderr}"
    return got.read_bytes()


def drop_in_hundred(namespace: str, part: int):
    """Loses that part of all UDP, in both directions, at the server."""
    which = f"numgen random mod 100 < {part}" if part < 100 else ""
    rules = f"""table inet weather {{
  chain in {{ type filter hook input priority 0; meta l4proto udp {which} drop; }}
  chain out {{ type filter hook output priority 0; meta l4proto udp {which} drop; }}
}}"""
    run(["nft", "-f", "-"], namespace=namespace, input=rules)


# -- bad weather ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("client", CLIENTS)
def test_a_loader_comes_whole_through_loss(lab, client):
    lab.serve("off")
    host = lab.network.add_host(HOST)
    drop_in_hundred(lab.network.srv, 3)
    assert fetch(lab, host, client) == BYTES.read_bytes()


@pytest.mark.parametrize("client", ("tftp-hpa", "atftp-windows", "curl", "busybox"))
def test_a_loader_comes_whole_late_doubled_and_out_of_order(lab, client):
    lab.serve("off")
    host = host_relay.add_host(lab, HOST, delay=(0.0, 0.012), loss=0.01, double=0.02)
    assert fetch(lab, host, client) == BYTES.read_bytes()


def test_a_slow_download_is_seen_to_move_and_a_broken_one_names_its_block(lab):
    server = lab.serve("off")
    host = host_relay.add_host(lab, HOST, delay=(0.04, 0.04))
    lab.children.append(child := start_fetch(lab, host))
    progress = wait_until("two progress events", lambda: (seen := live_events(server, "tftp-progress")) and len(seen) >= 2 and seen)
    fields = progress[-1]["fields"]
    assert int(fields["total"]) == BYTES.stat().st_size and 0 < int(fields["bytes"]) < int(fields["total"])
    assert 0 < int(fields["percent"]) < 100 and int(fields["block"]) > int(progress[0]["fields"]["block"])
    child.kill()
    drop_in_hundred(lab.network.srv, 100)
    failed = wait_until("the failure", lambda: events_of(server, "tftp-failed"), 60)[-1]
    assert int(failed["fields"]["block"]) > 0 and "behind block" in failed["text"]


def start_fetch(lab, host):
    from lab.processes import Child
    return Child("tftp", ["sh", "-c", f"cd {lab.folder} && busybox tftp -b 512 -g -r {LOADER} -l slow {SERVER}"], lab.folder / "tftp.log", host)


def live_events(server, kind: str) -> list[dict]:
    """Of the stream; those of progress are nowhere else."""
    told = server.curl("/api/v1/events/stream", "--unix-socket", str(server.state_dir / "control.sock"), "-N", "--max-time", "1",
                       "-H", "Last-Event-ID: 0").stdout
    events = [json.loads(line[5:]) for line in told.splitlines() if line.startswith("data:")]
    return [event for event in events if event.get("kind") == kind]


def events_of(server, kind: str) -> list[dict]:
    answer = json.loads(server.curl("/api/v1/events?limit=1000", "--unix-socket", str(server.state_dir / "control.sock")).stdout)
    return [event for event in answer["events"] if event["kind"] == kind]


# -- IPv6 -----------------------------------------------------------------------------------------------------------------

@pytest.fixture
def six(lab):
    """The server, and a host on its LAN; both with an address of fd99::/64 that came after the server's start."""
    server = lab.serve("off")
    host = lab.network.add_host(HOST)
    for namespace, address in ((lab.network.srv, SERVER6), (host, "fd99::50")):
        run(["ip", "-n", namespace, "address", "add", f"{address}/64", "dev", "eth0", "nodad"])
    (server.state_dir / "files").mkdir(exist_ok=True)
    (server.state_dir / "files" / "numbers").write_bytes(bytes(range(256)) * 64)
    return server, host


def link_local(namespace: str) -> str:
    """Once it is sure that nobody else has it: before that no packet leaves with it."""
    def find():
        for device in json.loads(run(["ip", "-n", namespace, "-j", "-6", "address", "show", "dev", "eth0"]).stdout):
            for entry in device.get("addr_info", []):
                if entry["scope"] == "link" and not entry.get("tentative"):
                    return entry["local"]
        return None
    return wait_until("a link-local address", find)


def curl6(host: str, url: str, *arguments) -> str:
    return run(["curl", "-sSg6", "--max-time", "10", *arguments, url], namespace=host).stdout


def test_http_over_ipv6(lab, six):
    server, host = six
    out = lab.folder / "got"
    curl6(host, f"http://[{SERVER6}]:8080/files/numbers", "-o", str(out))
    assert out.read_bytes() == bytes(range(256)) * 64
    near = link_local(lab.network.srv)
    assert "200" in curl6(host, f"http://[{near}%25eth0]:8080/loaders/{LOADER}", "-o", "/dev/null", "-w", "%{http_code}")
    served = wait_until("the event", lambda: [event for event in events_of(server, "file-served") if event["fields"]["file"] == "numbers"])[-1]
    assert served["address"] == "fd99::50"


def test_a_script_fetched_over_ipv6_names_the_address_that_was_asked(lab, six):
    server, host = six
    server.set_boot(MAC, {"kind": "kernel", "kernel": "vmlinuz", "initrds": ["initrd"], "command_line": ""})
    script = curl6(host, f"http://[{SERVER6}]:8080/boot/{MAC}.ipxe")
    assert f"http://[{SERVER6}]:8080/files/vmlinuz" in script and f"http://{SERVER}" not in script
    four = run(["curl", "-sS", f"http://{SERVER}:8080/boot/{MAC}.ipxe"], namespace=host).stdout
    assert f"http://{SERVER}:8080/files/vmlinuz" in four and "[fd99" not in four


@pytest.mark.parametrize("client", ("tftp-hpa", "curl"))
def test_tftp_over_ipv6(lab, six, client):
    _, host = six
    assert fetch(lab, host, client, server=SERVER6) == BYTES.read_bytes()


def test_tftp_over_a_link_local_address_knows_the_machine(lab, six):
    server, host = six
    near, own = link_local(lab.network.srv), link_local(host)
    got = fetch(lab, host, "tftp-hpa", server=f"{near}%eth0")
    assert got == BYTES.read_bytes()
    done = wait_until("the event", lambda: events_of(server, "tftp-done"))[-1]
    assert done["address"] == own and done["mac"] == mac_of(host), "the MAC address lies in a link-local address"


def test_ipv6_can_be_switched_off(lab):
    lab.serve("off", flags=["--no-ipv6"])
    host = lab.network.add_host(HOST)
    for namespace, address in ((lab.network.srv, SERVER6), (host, "fd99::50")):
        run(["ip", "-n", namespace, "address", "add", f"{address}/64", "dev", "eth0", "nodad"])
    refused = run(["curl", "-sS6", "--max-time", "5", f"http://[{SERVER6}]:8080/loaders/{LOADER}"], namespace=host, check=False)
    assert refused.returncode == 7, "nobody listens there"
    assert "[::]" not in run(["ss", "-Hlnut"], namespace=lab.network.srv).stdout


def test_a_port_that_is_taken_over_ipv6_is_told(lab):
    """Another server that has only the IPv6 side of the port: silence there would be a riddle."""
    from lab.bootferry import Bootferry
    from lab.processes import Child
    squatter = ("import socket, time\ns = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)\n"
                "s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)\ns.bind(('::', 69))\ntime.sleep(60)\n")
    lab.add(Child("squatter", ["python3", "-c", squatter], lab.folder / "squatter.log", lab.network.srv))
    wait_until("the squatter", lambda: ":69 " in run(["ss", "-Hlnu"], namespace=lab.network.srv).stdout)
    server = Bootferry(lab, "off")
    child = lab.add(Child("bootferry", server.serve_command(), lab.folder / "bootferry-1.log", lab.network.srv))
    assert child.wait(10) == 1
    assert "69" in child.tail() and "tftp" in child.tail().lower()


# -- secrets --------------------------------------------------------------------------------------------------------------

def mac_of(host: str) -> str:
    return json.loads(run(["ip", "-n", host, "-j", "link", "show", "dev", "eth0"]).stdout)[0]["address"]


def test_the_secret_of_a_boot_goes_to_the_machine_itself_only(lab, six, probe):
    """FOG CVE-2024-42348 gave passwords to whoever asked. The kernel knows which network card stands behind an address."""
    server, machine = six
    stranger = lab.network.add_host("10.99.0.66")
    run(["ip", "-n", stranger, "address", "add", "fd99::66/64", "dev", "eth0", "nodad"])
    mac = mac_of(machine)
    server.add_image("probe", probe)
    server.set_client(mac, [("probe", "private")], access="boot")
    for base in (f"http://{SERVER}:8080", f"http://[{SERVER6}]:8080"):
        own, other = (run(["curl", "-sSg", "--max-time", "10", f"{base}/boot/{mac}.ipxe"], namespace=host).stdout for host in (machine, stranger))
        assert "set password" in own and "sanboot" in own, base
        assert "set password" not in other and "sanboot" not in other and mac_of(stranger) in other, base


# -- ROM quirks -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ("/undionly.kpxe", "\\undionly.kpxe", "tftpboot/undionly.kpxe", "/tftpboot/undionly.kpxe", "undionly.kpxe.0",
                                  "undionly.kpxe\xff\xffgarbage", "//undionly.kpxe"))
def test_mangled_names_reach_their_loader(lab, name):
    lab.serve("off")
    host = lab.network.add_host(HOST)
    from lab.tftp_raw import download
    assert download(host, name.encode("latin-1")) == BYTES.read_bytes()


def test_ovmf_asks_the_size_first_and_no_failure_is_told(lab):
    """boot-lab: RRQ, OACK, error 8, and the same RRQ again from another port."""
    from lab.tftp_raw import Transfer
    server = lab.serve("off")
    host = lab.network.add_host(HOST)
    probe = Transfer(host, LOADER.encode(), {"tsize": 0, "blksize": 1468, "windowsize": 4})
    assert probe.options["tsize"] == str(BYTES.stat().st_size)
    probe.abort(8)
    assert Transfer(host, LOADER.encode(), {"tsize": 0, "blksize": 1468, "windowsize": 4}).read() == BYTES.read_bytes()
    wait_until("the end", lambda: events_of(server, "tftp-done"))
    time.sleep(0.3)
    assert not events_of(server, "tftp-failed")
