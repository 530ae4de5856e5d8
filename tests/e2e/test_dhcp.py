# SPDX-License-Identifier: Apache-2.0
"""DHCP on LANs as they are: ROMs that take one form of proxyDHCP offer only, relays, other servers, bad cables, crowds."""
import re
import socket
import time

import pytest
from lab import images
from lab.dhcp_raw import PXE_BIOS, DhcpClient
from lab.network import ROUTER, SERVER, call_in_namespace
from lab.peers import start_dnsmasq
from lab.processes import Child, run, wait_until

pytestmark = pytest.mark.product
MAC = "52:54:00:e2:e0:01"
UEFI = {60: b"PXEClient:Arch:00007:UNDI:003016", 93: b"\0\x07", 94: b"\x01\x03\x10", 97: bytes(17)}


def sends_vendor_information(offer) -> bool:
    return "43" in offer["options"]


class ChoosyRom:
    """A PXE ROM that understands one form of proxyDHCP offer: `option43` or `binl`. It asks again until it hears that one."""

    def __init__(self, lab, form: str, options: dict, mac=MAC):
        self.form, self.options, self.mac = form, options, mac
        self.namespace = lab.network.add_host()
        self.client = DhcpClient(self.namespace)
        self.forms_heard: list[str] = []

    def _proxy_offer(self):
        """One DISCOVER; the proxy's offer to it, and the router's."""
        xid = self.client.send(1, self.mac, self.options)
        proxy = router = None
        end = time.monotonic() + 3
        while time.monotonic() < end and not (proxy and router):
            answer = self.client.receive(xid, 1)
            if answer and answer["type"] == "offer":
                proxy, router = (answer, router) if answer["yiaddr"] == "0.0.0.0" else (proxy, answer)
        return xid, proxy, router

    def boot(self, tries=6) -> dict:
        """The answer that names the boot file."""
        for _ in range(tries):
            xid, proxy, router = self._proxy_offer()
            if not proxy or not router:
                continue
            heard = "option43" if sends_vendor_information(proxy) else "binl"
            self.forms_heard.append(heard)
            if heard != self.form:
                time.sleep(1)
                continue
            address = self._take_address(xid, router)
            return proxy if self.form == "option43" else self._ask_4011(address)
        raise AssertionError(f"never heard the form {self.form}: {self.forms_heard}")

    def _take_address(self, xid, router) -> str:
        self.client.send(3, self.mac, {50: socket.inet_aton(router["yiaddr"]), 54: socket.inet_aton(ROUTER), **self.options}, xid)
        acknowledged = self.client.receive(xid, 3)
        assert acknowledged and acknowledged["type"] == "ack"
        return acknowledged["yiaddr"]

    def _ask_4011(self, address: str) -> dict:
        run(["ip", "-n", self.namespace, "address", "replace", f"{address}/24", "dev", "eth0"])
        xid = self.client.send(3, self.mac, self.options, ciaddr=address, to=SERVER, port=4011)
        answer = self.client.receive(xid, 3)
        assert answer and answer["type"] == "ack", "no answer from port 4011"
        return answer

    def fetch(self, name: str):
        """The loader by TFTP, from the address that it was given."""
        if self.form == "option43":
            address = self.client.lease(self.mac)
            run(["ip", "-n", self.namespace, "address", "replace", f"{address}/24", "dev", "eth0"])
        run(["tftp", "-m", "binary", SERVER, "-c", "get", name, "/dev/null"], namespace=self.namespace)


@pytest.mark.parametrize("form,options,usual,file", [("option43", UEFI, "binl", "snponly.efi"), ("binl", PXE_BIOS, "option43", "undionly.kpxe")])
def test_a_rom_that_takes_one_form_only_is_learned_remembered_and_pinned(lab, form, options, usual, file):
    server = lab.serve("proxy")
    rom = ChoosyRom(lab, form, options)
    answer = rom.boot()
    assert answer["file"] == file and answer["siaddr"] == SERVER
    assert rom.forms_heard[0] == usual and rom.forms_heard[-1] == form
    rom.fetch(file)

    def quirks():
        return server.json("client", "show", MAC)["quirks"]

    wait_until("the learned form", lambda: quirks()["learned_proxy_form"] == form)
    assert any(event["kind"] == "quirk-learned" for event in server.boot_log(MAC))
    assert f"{form} offers (learned)" in server.cli("client", "show", MAC).stdout
    server.stop()
    server.start()
    rom.forms_heard.clear()
    assert rom.boot()["file"] == file
    assert rom.forms_heard == [form], "after a restart it is still known"

    server.cli("client", "set", MAC, "--proxy-form", usual)
    assert quirks() | {"learned_proxy_form": None} == {"proxy_form": usual, "learned_proxy_form": None, "loader": None,
                                                       "tftp_no_options": False, "tftp_block_size": None, "serial_console": None}
    rom.forms_heard.clear()
    with pytest.raises(AssertionError, match="never heard"):
        rom.boot(tries=3)
    assert rom.forms_heard == [usual] * len(rom.forms_heard), "a pinned form never flips"


def test_uefi_boots_with_its_form_pinned_to_the_file_in_the_offer(lab):
    """OVMF takes both forms: so the one that is not usual for it is tried on a firmware that nobody here has written."""
    server = lab.serve("proxy")
    server.cli("client", "set", MAC, "--proxy-form", "option43")
    lab.machine("uefi-pxe", mac=MAC).power_on()
    lab.wire.wait("tftp-done", 90)
    offer = lab.wire.dhcp("offer", src=SERVER)[0]
    assert offer["bootfile"] == "snponly.efi" and sends_vendor_information(offer)


# -- other servers -----------------------------------------------------------------------------------------------------------

def network_servers(server, *flags):
    return {found["address"]: found for found in server.json("network", "servers", *flags)["servers"]}


def test_the_router_is_found_and_is_no_trouble_beside_a_proxy(lab):
    server = lab.serve("proxy")
    wait_until("the router in the list", lambda: ROUTER in network_servers(server))
    assert network_servers(server)[ROUTER]["kind"] == "dhcp"
    assert server.json("health")["warnings"] == []
    code, answer = server.api("GET", "/network/servers", token=None)
    assert code == 200 and answer["servers"][0]["address"] == ROUTER
    assert server.api("POST", "/network/servers/probe", {}, token=None)[0] == 401


def test_a_second_dhcp_server_is_warned_of(lab):
    lab.router()
    server = lab.serve("server")
    wait_until("the warning", lambda: server.json("health")["warnings"])
    warning = server.json("health")["warnings"][0]
    assert ROUTER in warning and "--dhcp-mode proxy" in warning
    assert warning in server.cli("health").stdout
    events = server.api("GET", "/events?limit=100", token=None)[1]["events"]
    assert [event for event in events if event["kind"] == "dhcp-other-server" and event["fields"]["server"] == ROUTER]
    # A PC that takes the other one's offer is told of by name.
    client = DhcpClient(lab.network.add_host())
    client.send(3, MAC, {50: socket.inet_aton("10.99.0.20"), 54: socket.inet_aton(ROUTER), **UEFI})
    wait_until("the choice in its log", lambda: any(event["kind"] == "dhcp-other-chosen" for event in server.boot_log(MAC)))


def test_another_pxe_server_is_found_on_demand(lab):
    server = lab.serve("server")
    time.sleep(1)
    config = lab.folder / "other-pxe.conf"
    config.write_text("port=0\ninterface=eth0\nbind-interfaces\nno-ping\ndhcp-range=10.99.0.0,proxy\n"
                      'pxe-service=X86PC,"other",other.0\npxe-service=X86-64_EFI,"other",other.efi\n'
                      f"dhcp-leasefile={lab.folder}/other.leases\n")
    lab.add(start_dnsmasq(lab, "other-pxe", config, lab.network.dhcp))
    found = network_servers(server, "--probe")
    assert found[ROUTER]["kind"] == "proxy"
    assert "network boot service" in server.json("health")["warnings"][0]


# -- relays ------------------------------------------------------------------------------------------------------------------

def add_far_network(lab) -> str:
    """Another segment, 10.98.0.0/24, behind a router with dnsmasq as its DHCP relay; returns the namespace of a PC there."""
    relay, far = lab.network.add_host("10.99.0.5"), lab.network.add_host()
    run(["ip", "-n", far, "link", "delete", "eth0"])
    run(["ip", "-n", relay, "link", "add", "far", "type", "veth", "peer", "name", "eth0", "netns", far])
    run(["ip", "-n", relay, "address", "add", "10.98.0.1/24", "dev", "far"])
    run(["ip", "-n", relay, "link", "set", "far", "up"])
    run(["ip", "-n", far, "link", "set", "eth0", "up"])
    run(["ip", "netns", "exec", relay, "sysctl", "-qw", "net.ipv4.ip_forward=1"])
    for namespace in (lab.network.srv, lab.network.dhcp):
        run(["ip", "-n", namespace, "route", "add", "10.98.0.0/24", "via", "10.99.0.5"])
    config = lab.folder / "relay.conf"
    config.write_text(f"port=0\ninterface=far\ninterface=eth0\nbind-interfaces\nlog-dhcp\n"
                      f"dhcp-relay=10.98.0.1,{SERVER}\ndhcp-relay=10.98.0.1,{ROUTER}\n")
    lab.add(start_dnsmasq(lab, "relay", config, relay))
    return far


def test_through_a_relay_the_proxy_tells_the_boot_file_and_the_router_the_address(lab):
    lab.serve("proxy")
    client = DhcpClient(add_far_network(lab))
    offers = {}
    for _ in range(5):
        xid = client.send(1, MAC, PXE_BIOS)
        while answer := client.receive(xid, 1.5):
            offers[answer["server_id"]] = answer
        if len(offers) == 2:
            break
    assert offers[SERVER]["file"] == "undionly.kpxe" and offers[SERVER]["yiaddr"] == "0.0.0.0"
    assert offers[SERVER]["giaddr"] == "10.98.0.1"
    assert offers[ROUTER]["yiaddr"].startswith("10.98.0.")
    answered = lab.wire.dhcp("offer", src=SERVER, giaddr="10.98.0.1")
    assert answered and all(offer["dst"] == "10.98.0.1" for offer in answered), "a relay is answered by unicast"


def test_through_a_relay_of_an_unknown_network_the_server_says_why_it_gives_nothing(lab):
    server = lab.serve("server")
    client = DhcpClient(add_far_network(lab))
    assert client.lease(MAC, PXE_BIOS, tries=2) is None
    ignored = [event for event in server.boot_log(MAC) if event["kind"] == "dhcp-ignored"]
    assert ignored and "10.98.0.1" in ignored[0]["text"]


# -- bad cables and crowds ---------------------------------------------------------------------------------------------------

def lose_packets(namespace: str, device: str, percent: int):
    """Drops so many of a hundred IP packets that the namespace receives on the device."""
    rules = f"""table netdev lossy {{
      chain in {{ type filter hook ingress device "{device}" priority 0; numgen random mod 100 < {percent} drop; }}
    }}"""
    run(["nft", "-f", "-"], namespace=namespace, input=rules)


def test_a_bios_pc_boots_while_every_tenth_packet_is_lost(lab, probe):
    server = lab.serve("server")
    server.add_image("probe", images.copy(probe, lab.folder / "probe.img"))
    server.set_client(MAC, [("probe", "master")], access="boot")
    lose_packets(lab.network.srv, "eth0", 10)
    lose_packets(lab.network.net, "v-srv", 10)
    pc = lab.machine("bios-plain", mac=MAC).power_on()
    assert " write=OK read-back=OK" in pc.wait_serial(r"BOOTFERRY-PROBE-DONE (.*)\n", 240).group(1)
    dropped = run(["nft", "list", "ruleset"], namespace=lab.network.srv).stdout
    assert "numgen random mod 100 < 10 drop" in dropped


def test_a_uefi_pc_boots_behind_a_cable_that_delays_and_reorders(lab, probe_efi):
    server = lab.serve("proxy")
    server.add_image("probe", images.copy(probe_efi, lab.folder / "probe.img"))
    server.set_client(MAC, [("probe", "master")], access="boot")
    pc = lab.machine("uefi-pxe", mac=MAC, relay=(2, 8, 0)).power_on()
    pc.wait_serial(r"BOOTFERRY-PROBE-DONE (.*?) before=(\w+)\n", 240)


def test_a_thousand_machines_get_leases_and_none_is_lost(lab):
    run(["ip", "-n", lab.network.srv, "-4", "address", "flush", "dev", "eth0"])
    run(["ip", "-n", lab.network.srv, "address", "add", f"{SERVER}/16", "dev", "eth0"])
    server = lab.serve("server", dhcp_range="10.99.1.0-10.99.7.255")
    host = lab.network.add_host("10.99.0.200")
    # A hundred a second: what counts is that each of the thousand gets one.
    done = run(["perfdhcp", "-4", "-l", "eth0", "-r", "100", "-R", "1000", "-n", "1000", "-d", "5", "-W", "3000000", "-B", "255.255.255.255"],
               namespace=host, timeout=60, check=False)
    drops = [line for line in done.stdout.splitlines() if line.startswith("drops:")]
    assert drops == ["drops: 0", "drops: 0"], done.stdout + done.stderr
    leases = server.leases()
    assert len({lease["mac"] for lease in leases}) == len({lease["address"] for lease in leases}) == 1000
    server.kill()  # and a crash forgets none
    server.start()
    assert len(server.leases()) == 1000


# -- IPv6 --------------------------------------------------------------------------------------------------------------------

def start_radvd(lab, managed=False):
    """The router's advertisements: a prefix for addresses, and word of a DHCPv6 server (its own or another)."""
    run(["ip", "-n", lab.network.dhcp, "address", "add", "fd99::2/64", "dev", "eth0", "nodad"])
    run(["ip", "-n", lab.network.srv, "address", "add", "fd99::1/64", "dev", "eth0", "nodad"])
    run(["ip", "netns", "exec", lab.network.dhcp, "sysctl", "-qw", "net.ipv6.conf.all.forwarding=1"])
    config = lab.folder / "radvd.conf"
    config.write_text(f"interface eth0 {{ AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; AdvOtherConfigFlag on; "
                      f"AdvManagedFlag {'on' if managed else 'off'}; prefix fd99::/64 {{ AdvAutonomous on; }}; }};\n")
    return lab.add(Child("radvd", ["radvd", "-n", "-m", "stderr", "-C", config, "-p", lab.folder / "radvd.pid"],
                         lab.folder / "radvd.log", lab.network.dhcp))


def start_dhcpv6(lab, settings=""):
    """dnsmasq as the DHCPv6 server that gives addresses."""
    config = lab.folder / "dhcpv6.conf"
    config.write_text(f"port=0\ninterface=eth0\nbind-interfaces\nlog-dhcp\ndhcp-leasefile={lab.folder}/dhcpv6.leases\n{settings}"
                      "dhcp-range=fd99::100,fd99::1ff,64,1h\n")
    return lab.add(start_dnsmasq(lab, "dhcpv6", config, lab.network.dhcp))


def udp6(namespace: str, port: int) -> socket.socket:
    def make():
        made = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        made.setsockopt(socket.SOL_SOCKET, 25, b"eth0")
        made.bind(("::", port))
        made.settimeout(3)
        return made

    return call_in_namespace(namespace, make)


def test_dhcpv6_tells_a_boot_file_and_leaves_everybody_else_alone(lab):
    run(["ip", "-n", lab.network.srv, "address", "add", "fd99::1/64", "dev", "eth0", "nodad"])
    lab.serve("proxy", flags=["--dhcp-ipv6"])
    host = lab.network.add_host()
    wait_until("a link-local address", lambda: "tentative" not in run(["ip", "-n", host, "-6", "address"]).stdout
               and "fe80" in run(["ip", "-n", host, "-6", "address"]).stdout)
    client = udp6(host, 546)

    def option(code, data):
        return code.to_bytes(2, "big") + len(data).to_bytes(2, "big") + data

    def ask(kind, *options):
        index = int(run(["cat", "/sys/class/net/eth0/ifindex"], namespace=host).stdout)
        client.sendto(bytes([kind, 1, 2, 3]) + b"".join(options), ("ff02::1:2", 547, 0, index))
        try:
            return client.recv(2048)
        except TimeoutError:
            return None

    identity = option(1, bytes.fromhex("00030001525400e2e001"))
    pxe = option(16, (343).to_bytes(4, "big") + b"\0\x20PXEClient:Arch:00007:UNDI:003016") + option(61, b"\0\x07")
    assert ask(1, identity, option(3, bytes(12))) is None, "a phone is left alone"
    advertise = ask(1, identity, option(3, bytes(12)), pxe)
    assert advertise[0] == 2 and b"tftp://[fd99::1]/snponly.efi" in advertise
    information = ask(11, identity, pxe)
    assert information[0] == 7 and b"tftp://[fd99::1]/snponly.efi" in information


def test_uefi_loads_ipxe_over_ipv6_beside_the_server_that_gives_the_addresses(lab, probe_efi):
    start_radvd(lab, managed=True)
    server = lab.serve("proxy", flags=["--dhcp-ipv6"])
    start_dhcpv6(lab)
    server.add_image("probe", images.copy(probe_efi, lab.folder / "probe.img"))
    server.set_client(MAC, [("probe", "master")], access="boot")
    pc = lab.machine("uefi-pxe6", mac=MAC).power_on()
    pc.wait_serial(r"BOOTFERRY-PROBE-DONE (.*?) before=(\w+)\n", 150)
    told = [event for event in server.boot_log(MAC) if event["kind"] == "dhcp-offer" and event["fields"].get("protocol") == "DHCPv6"]
    assert told and re.search(r"tftp://\[fd99::[0-9a-f:]+\]/snponly.efi", told[0]["text"])  # the router's prefix gave it a second one
    first = lab.wire.events("dhcp", mac=MAC)[0]
    assert first["user_class"] == "iPXE", "no firmware asked over IPv4: the loader came over IPv6"


def dhcpv6_option(code: int, data: bytes) -> bytes:
    return code.to_bytes(2, "big") + len(data).to_bytes(2, "big") + data


def test_dhcpv6_answers_a_relay_in_the_envelope_of_its_question(lab):
    run(["ip", "-n", lab.network.srv, "address", "add", "fd99::1/64", "dev", "eth0", "nodad"])
    server = lab.serve("off", flags=["--dhcp-ipv6"])
    host = lab.network.add_host()
    run(["ip", "-n", host, "address", "add", "fd99::50/64", "dev", "eth0", "nodad"])
    relay = udp6(host, 547)
    client = socket.inet_pton(socket.AF_INET6, "fe80::5054:ff:fee2:e001")
    link = socket.inet_pton(socket.AF_INET6, "fd77::1")
    question = bytes([1, 1, 2, 3]) + dhcpv6_option(1, bytes.fromhex("00030001525400e2e001")) + dhcpv6_option(3, bytes(12)) \
        + dhcpv6_option(16, (343).to_bytes(4, "big") + b"\0\x20PXEClient:Arch:00007:UNDI:003016") + dhcpv6_option(61, b"\0\x07")
    envelope = b"\0" + link + client + dhcpv6_option(18, b"port 7")
    relay.sendto(b"\x0c" + envelope + dhcpv6_option(9, question), ("fd99::1", 547))
    answer = relay.recv(2048)
    assert answer[:1 + len(envelope)] == b"\x0d" + envelope
    told = answer[1 + len(envelope) + 4:]
    assert told[:4] == bytes([2, 1, 2, 3]) and b"tftp://[fd99::1]/snponly.efi" in told
    assert wait_until("the event", lambda: server.boot_log(MAC))


def test_a_network_without_ipv4_boots_from_its_disk(lab, probe_efi):
    """From DHCPv6 through TFTP and HTTP to the disk. Addresses are the router's; its DHCPv6 server has them for UEFI, which takes no
    others, and iPXE makes its own: of two answers about its boot file it would take the first."""
    start_radvd(lab)
    server = lab.serve("off", flags=["--dhcp-ipv6"])
    start_dhcpv6(lab, "dhcp-userclass=set:ipxe,iPXE\ndhcp-ignore=tag:ipxe\n")
    server.add_image("probe", images.copy(probe_efi, lab.folder / "probe.img"))
    server.set_client(MAC, [("probe", "master")], access="boot")
    pc = lab.machine("uefi-pxe6", mac=MAC).power_on()
    pc.wait_serial(r"BOOTFERRY-PROBE-DONE (.*?) before=(\w+)\n", 240)
    sessions = server.sessions()
    assert sessions and all(re.match(r"\[fd99::.*\]:3260$", session["portal"]) for session in sessions), sessions
    answered = [event for event in lab.wire.events("dhcp") if event["op"] == 2]
    assert not answered, "nobody here has IPv4 to give"
    steps = lambda: server.json("boot", "show", MAC)["steps"]
    wait_until("the whole boot", lambda: {"loader", "loaded", "script", "login", "read"} <= {step["kind"] for step in steps()})
    assert all(step["ms"] >= 0 for step in steps())

    file = lab.folder / "boot.pcap"
    server.cli("boot", "pcap", MAC, str(file))
    seen = run(["tcpdump", "-nn", "-r", str(file)]).stdout
    assert "dhcp6" in seen and "RRQ" in seen and "GET /boot/" in seen, seen
    assert b"CHAP_R=xxxx" in file.read_bytes() and b"set password" not in file.read_bytes()


# -- the wrong socket ---------------------------------------------------------------------------------------------------------

def test_a_machine_at_another_interface_of_the_server_is_told(lab):
    elsewhere = lab.network.add_host()
    run(["ip", "-n", lab.network.srv, "link", "add", "eth1", "type", "veth", "peer", "name", "wrong", "netns", elsewhere])
    for namespace, device in ((lab.network.srv, "eth1"), (elsewhere, "wrong")):
        run(["ip", "-n", namespace, "link", "set", device, "up"])
    server = lab.serve("server")
    server.set_client(MAC, [], access="boot")
    client = DhcpClient(elsewhere, "wrong")

    def stalled():
        client.send(1, MAC, PXE_BIOS)
        time.sleep(1)
        boots = server.json("boot", "list", MAC)["boots"]
        return boots and boots[0]["code"] and boots[0]

    boot = wait_until("the verdict", stalled)
    assert boot["code"] == "wrong-interface" and "eth1" in boot["reason"]
    right = DhcpClient(lab.network.add_host())
    xid = right.send(1, MAC, PXE_BIOS)
    assert right.receive(xid, 3), "in the right socket it goes on"
    wait_until("its boot goes on", lambda: server.json("boot", "list", MAC)["boots"][0]["state"] == "running")
