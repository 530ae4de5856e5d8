# SPDX-License-Identifier: Apache-2.0
"""What was measured about booting quickly and surely; each test asserts on the wire, not on what the server says."""
import socket
import time

import pytest
from lab import images
from lab.dhcp_raw import IPXE_BIOS, PXE_BIOS, DhcpClient
from lab.iscsi_raw import Initiator
from lab.network import SERVER, call_in_namespace, make_socket
from lab.processes import run, wait_until

MAC = "52:54:00:e2:e0:01"
pytestmark = pytest.mark.product


def assigned(lab, probe, mode="server", **options):
    server = lab.serve(mode, **options)
    server.add_image("probe", images.copy(probe, lab.folder / "probe.img"))
    server.set_client(MAC, [("probe", "master")])
    return server


def solicit(namespace):
    """Sends a Router Solicitation as any IPv6 host does."""
    sender = make_socket(namespace, socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
    index = call_in_namespace(namespace, lambda: socket.if_nametoindex("eth0"))
    sender.sendto(b"\x85\0\0\0\0\0\0\0", ("ff02::2", 0, 0, index))
    sender.close()


def addresses_of(namespace) -> str:
    return run(["ip", "-6", "-o", "address", "show", "dev", "eth0"], namespace=namespace).stdout


def has_sub_option(packet: dict, code: int, value: int) -> bool:
    """Option 175 carries encapsulated iPXE options."""
    raw, at = bytes.fromhex(packet["options"].get("175", "")), 0
    while at + 2 <= len(raw):
        if raw[at] == code:
            return raw[at + 2:at + 2 + raw[at + 1]] == bytes([value])
        at += 2 + raw[at + 1]
    return False


def test_01_an_empty_router_advertisement_only_for_a_netbooting_machine(lab, probe):
    assigned(lab, probe)
    other = lab.network.add_host("10.99.0.50")
    wait_until("the host's link-local address", lambda: " tentative" not in (shown := addresses_of(other)) and "fe80::" in shown)
    solicit(other)
    lab.wire.wait("rs")
    time.sleep(1)
    assert not lab.wire.events("ra"), "a machine that is not netbooting must get no router advertisement"
    lab.machine("bios-rom", mac=MAC).power_on().wait_serial(r"BOOTFERRY-PROBE drv=80", 40)
    solicited = [event for event in lab.wire.events("rs") if event["mac"] == MAC]
    answers = lab.wire.events("ra")
    assert solicited and answers, "iPXE asked for a router and must be answered"
    assert len(solicited) <= 4, "the answer must be one that iPXE takes: it goes on asking for 16 s otherwise"
    for answer in answers:
        body = bytes.fromhex(answer["body"])
        assert body[6:8] == b"\0\0", "router lifetime must be 0: nobody may route by us"
        assert body[5] & 0xC0 == 0, "neither managed nor other configuration"
        kinds, at = set(), 16
        while at + 1 < len(body) and body[at + 1]:
            kinds.add(body[at])
            at += 8 * body[at + 1]
        assert 3 not in kinds, "no prefix: nobody may configure an address"


def test_01_the_router_advertisement_can_be_switched_off(lab, probe):
    assigned(lab, probe, flags=["--no-router-advertisements"])
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    lab.wire.wait("rs", timeout=40, mac=MAC)
    pc.wait_serial(r"BOOTFERRY-PROBE drv=80", 60)
    assert not lab.wire.events("ra")


@pytest.mark.parametrize("mode,wanted", (("server", True), ("proxy", False)))
def test_02_no_proxy_dhcp_is_said_in_server_mode_only(lab, mode, wanted):
    lab.serve(mode)
    client = DhcpClient(lab.network.add_host())
    client.lease(MAC, IPXE_BIOS)
    offers = wait_until("our offer", lambda: lab.wire.dhcp("offer", src=SERVER, mac=MAC))
    assert all(has_sub_option(offer, 176, 1) == wanted for offer in offers), offers


def test_04_iscsi_data_is_acknowledged_at_once(lab, probe):
    server = assigned(lab, probe)
    link = Initiator(lab.network.add_host("10.99.0.50"), server.target_of(MAC))
    assert link.login()[0] == 0
    link.test_ready()
    at_once = 0
    for _ in range(20):
        # As iPXE does: the header, and its data only when the header is acknowledged. A delayed ACK takes 40 ms.
        data = bytes(512)
        header = link.command_header(bytes([0x2A, 0, 0, 0, 1, 0, 0, 0, 1, 0]) + bytes(6), 512, write=True)
        link.socket.sendall(header[:4] + b"\0\0\x02\0" + header[8:])
        until = time.monotonic() + 0.03
        while link.unacknowledged() and time.monotonic() < until:
            time.sleep(0.001)
        at_once += not link.unacknowledged()
        link.socket.sendall(data)
        assert link.finish()[0] == 0
    assert at_once >= 10, f"only {at_once} of 20 headers were acknowledged within 30 ms"


def test_05_the_proxy_offer_to_ipxe_has_server_and_file(lab, probe):
    assigned(lab, probe, "proxy")
    lab.machine("bios-rom", mac=MAC).power_on().wait_serial(r"BOOTFERRY-PROBE drv=80", 40)
    offers = lab.wire.dhcp("offer", src=SERVER, mac=MAC)
    assert offers
    for offer in offers:
        assert offer["siaddr"] == SERVER and (offer["file"] or offer["bootfile"]).startswith("http://"), offer
        assert offer["yiaddr"] == "0.0.0.0"
    asked = [packet for packet in lab.wire.dhcp("request", mac=MAC) if packet["dport"] == 4011]
    assert not asked, "with both set, iPXE has no reason to ask port 4011"


def test_05_plain_bios_pxe_gets_its_boot_server_menu_in_proxy_mode(lab):
    lab.serve("proxy")
    client = DhcpClient(lab.network.add_host())
    client.send(1, MAC, PXE_BIOS)
    offer = wait_until("our proxy offer", lambda: lab.wire.dhcp("offer", src=SERVER, mac=MAC))[0]
    assert offer["vendor"] == "PXEClient" and offer["yiaddr"] == "0.0.0.0"
    assert offer["bootfile"] or offer["file"] or "43" in offer["options"]


def test_07_tftp_grants_what_ovmf_asks(lab, probe_efi):
    server = lab.serve("server")
    server.add_image("probe", images.copy(probe_efi, lab.folder / "probe.img"))
    server.set_client(MAC, [("probe", "master")], access="boot")
    pc = lab.machine("uefi-pxe", mac=MAC).power_on()
    lab.wire.wait("tftp-done", timeout=40)
    asked = lab.wire.events("tftp-rrq")
    granted = lab.wire.events("tftp-oack")
    assert asked[0]["options"].get("tsize") == "0", "OVMF probes the size first"
    assert int(granted[0]["options"]["tsize"]) > 10000
    window = [event["options"].get("windowsize") for event in asked if "windowsize" in event["options"]]
    if window:
        assert granted[-1]["options"].get("windowsize"), "RFC 7440: the window that OVMF asks for must be granted"
    assert len(lab.wire.events("tftp-done")) == 1
    pc.power_off()


def test_08_drives_are_hooked_in_ascending_order(lab, probe):
    server = lab.serve("server")
    for name in ("first", "second", "third"):
        server.add_image(name, images.copy(probe, lab.folder / f"{name}.img"))
    server.set_client(MAC, [("first", "master"), ("second", "master"), ("third", "readonly")], access="boot")
    script = server.curl(f"/boot/{MAC}.ipxe").stdout
    places = [script.find(f"--drive 0x8{index} ") for index in range(3)]
    assert -1 not in places and places == sorted(places), script
    assert "initiator-iqn" in script


def test_09_a_fin_ends_the_session_at_once(lab, probe):
    server = assigned(lab, probe)
    link = Initiator(lab.network.add_host("10.99.0.50"), server.target_of(MAC))
    assert link.login()[0] == 0
    assert len(server.sessions()) == 1
    link.socket.shutdown(socket.SHUT_WR)  # as iPXE: a bare FIN, no logout
    assert link.receive() is None, "the target must close its side when the initiator has closed"
    wait_until("the session is gone", lambda: not server.sessions(), 5)


def test_09_several_sessions_of_one_client_to_one_target(lab, probe):
    server = assigned(lab, probe)
    host, target = lab.network.add_host("10.99.0.50"), server.target_of(MAC)
    initiator = "iqn.2026-11.test.lab:same-machine"
    first = Initiator(host, target, initiator, isid=1)
    second = Initiator(host, target, initiator, isid=2)
    assert first.login()[0] == 0
    assert second.login()[0] == 0, "iPXE logs in again with a new ISID before its old connection is gone"
    assert second.test_ready() == 0
    assert len(server.sessions()) == 2
    again = Initiator(host, target, initiator, isid=2)  # same ISID, TSIH 0: reinstatement (RFC 7143 section 6.3.5)
    assert again.login()[0] == 0
    wait_until("the reinstated session replaces the old one", lambda: len(server.sessions()) == 2)
    assert again.test_ready() == 0
    assert second.receive() is None


def test_10_machines_with_the_same_zero_uuid_are_different_machines(lab):
    server = lab.serve("server")
    client = DhcpClient(lab.network.add_host())
    macs = [f"52:54:00:e2:e0:1{index}" for index in range(3)]
    addresses = {client.lease(mac, PXE_BIOS) for mac in macs}
    assert None not in addresses and len(addresses) == 3
    assert {c["mac"] for c in server.clients()} >= set(macs)


def test_11_the_disk_is_lun_0(lab, probe):
    server = assigned(lab, probe)
    link = Initiator(lab.network.add_host("10.99.0.50"), server.target_of(MAC))
    assert link.login()[0] == 0
    link.test_ready()
    status, data = link.command(bytes([0xA0]) + bytes(5) + b"\0\0\x01\0" + bytes(6), length=256)  # REPORT LUNS
    assert status == 0 and data[:4] == b"\0\0\0\x08" and data[8:16] == bytes(8)
    status, data = link.command(bytes([0x12, 0, 0, 0, 96, 0]) + bytes(10), length=96)
    assert status == 0 and data[0] == 0, "LUN 0 must be a disk, not a controller"
