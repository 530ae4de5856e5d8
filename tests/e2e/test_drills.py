# SPDX-License-Identifier: Apache-2.0
"""Boots that fail, each for a reason that people meet: what the timeline says of it, which event tells it, and what the
machine's own screen shows."""
import pytest
from lab import dhcp_raw, images
from lab.firewall import drop, drop_on_the_way, open_all
from lab.network import ROUTER
from lab.processes import SLOW, run, wait_until

MAC = "52:54:00:e2:e0:01"
pytestmark = pytest.mark.product


def last_boot(server, mac=MAC) -> dict:
    boots = server.json("boot", "list", mac)["boots"]
    return boots[0] if boots else {}


def wait_verdict(server, code: str, timeout=90, mac=MAC) -> dict:
    """The client's newest boot with a verdict, which must be `code`; checked as timeline, event and client list tell it."""
    told = wait_until(f"a verdict on the boot of {mac}", lambda: [b for b in server.json("boot", "list", mac)["boots"] if b["code"]],
                      timeout * SLOW)[0]
    assert told["code"] == code, told
    boot = server.json("boot", "show", str(told["id"]))
    assert boot["reason"].endswith((".", ")")) and len(boot["mend"]) > 20, boot
    assert boot["steps"], boot
    stalled = [e for e in server.boot_log(mac) if e["kind"] == "boot-stalled" and e["fields"]["boot"] == str(told["id"])]
    assert stalled and stalled[0]["fields"]["code"] == code, stalled
    assert stalled[0]["fields"]["reason"] in stalled[0]["text"]
    client = next((c for c in server.clients() if c["mac"] == mac), None)
    assert client and client["last_boot"] and client["last_boot"]["id"] >= told["id"], client
    return boot


def steps(boot) -> list[str]:
    return [step["kind"] for step in boot["steps"]]


def assigned(lab, probe, mode="server", access="boot", **options):
    server = lab.serve(mode, **options)
    server.add_image("probe", images.copy(probe, lab.folder / "probe.img"))
    server.set_client(MAC, [("probe", "master")], access=access)
    return server


def test_a_boot_that_goes_well_is_told_step_by_step(lab, probe):
    server = assigned(lab, probe)
    pc = lab.machine("bios-plain", mac=MAC).power_on()
    pc.wait_serial(r"BOOTFERRY-PROBE-DONE ", 60)
    boot = wait_until("a boot that has booted", lambda: last_boot(server).get("state") == "booted" and
                      server.json("boot", "show", MAC), 10 * SLOW)
    assert steps(boot)[0] == "discover"
    order = [kind for kind in steps(boot) if kind in ("discover", "offer", "address", "loader", "loaded", "ipxe", "script", "login", "read", "reading")]
    assert order == ["discover", "offer", "address", "loader", "loaded", "ipxe", "script", "login", "read", "reading"], order
    assert boot["stage"] == "reading" and boot["code"] is None and boot["image"] == "probe" and boot["decision"] == "san"
    assert boot["bytes_read"] > 0 and boot["bytes_written"] > 0
    login = next(step for step in boot["steps"] if step["kind"] == "login")
    assert login["fields"]["initiator_kind"] == "ipxe"
    times = [step["ms"] for step in boot["steps"]]
    assert times == sorted(times)
    text = server.cli("boot", "show", MAC).stdout
    assert "+0.000" in text and "It loads undionly.kpxe" in text
    kinds = [event["kind"] for event in server.boot_log(MAC)]
    assert "boot-started" in kinds and "boot-stalled" not in kinds and "boot-step" not in kinds

    file = lab.folder / "boot.pcap"
    server.cli("boot", "pcap", MAC, str(file))
    seen = run(["tcpdump", "-nn", "-r", str(file)]).stdout
    assert "BOOTP/DHCP, Request" in seen and "BOOTP/DHCP, Reply" in seen
    assert "RRQ \"undionly.kpxe\"" in seen and "GET /boot/" in seen
    assert "InitiatorName=iqn.2026-11.org.bootferry:525400e2e001".encode() in file.read_bytes()
    assert b"CHAP_R=xxxx" in file.read_bytes(), "the login is there, without its proof"
    secrets = [e["keys"]["CHAP_R"] for e in lab.wire.events("iscsi-login") if "CHAP_R" in e["keys"]]
    assert secrets and all(secret.encode() not in file.read_bytes() for secret in secrets)
    assert b"set password" not in file.read_bytes() and b"BOOTFERRY-PROBE" not in file.read_bytes()
    assert file.stat().st_size < 256 * 1024
    assert server.status(f"/api/v1/clients/{MAC}/pcap") == 401, "packets are not for everybody on the LAN"
    pc.power_off()

    first = boot["id"]
    pc.power_on()
    pc.wait_serial(r"BOOTFERRY-PROBE-DONE ", 60)
    boots = wait_until("two boots", lambda: (found := server.json("boot", "list", MAC)["boots"]) and len(found) == 2 and found, 10)
    assert boots[1]["id"] == first and boots[1]["state"] == "gone" and boots[1]["ended"]
    server.stop()
    server.start()
    kept = server.json("boot", "list", MAC)["boots"]
    assert [b["id"] for b in kept] == [b["id"] for b in boots], "they outlive a restart"


def test_no_loader_for_the_architecture(lab):
    """No firmware for such a machine is at hand: its DISCOVER is all that there would be of it."""
    server = lab.serve("server")
    client = dhcp_raw.DhcpClient(lab.network.add_host())
    client.send(1, MAC, {60: b"PXEClient:Arch:00010:UNDI:003000", 93: b"\0\x0a", 94: b"\x01\x03\0", 97: bytes(17)})
    boot = wait_verdict(server, "no-loader", 10)
    assert boot["state"] == "failed" and "efi-arm32" in boot["reason"] and "ignored" in steps(boot)


def test_a_second_dhcp_server_that_wins(lab, probe):
    """In server mode, beside a router that still gives addresses: the machine takes the router's offer."""
    server = assigned(lab, probe)
    other = dhcp_raw.DhcpClient(lab.network.add_host())
    options = {60: b"PXEClient:Arch:00000:UNDI:002001", 93: b"\0\0", 94: b"\x01\x02\x01", 97: bytes(17)}
    xid = other.send(1, MAC, options)
    assert other.receive(xid, 5)["type"] == "offer"
    other.send(3, MAC, {**options, 50: bytes([10, 99, 0, 180]), 54: bytes(int(n) for n in ROUTER.split("."))}, xid)
    boot = wait_verdict(server, "other-server-won", 30)
    assert ROUTER in boot["reason"] and "proxy" in boot["mend"] and "other-server" in steps(boot)


def test_its_image_is_missing(lab, probe):
    server = assigned(lab, probe)
    # A person is not let; a disk that was taken out of the library by hand in the database is what this stands for.
    server.stop()
    run(["sqlite3", str(server.state_dir / "bootferry.db"),
         "PRAGMA foreign_keys=OFF; DELETE FROM versions WHERE image='probe'; DELETE FROM images WHERE name='probe';"])
    server.start()
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    pc.wait_serial(r"cannot boot now", 60)
    pc.wait_serial(r"The image probe of drive 0x80 is not in the library", 10)
    boot = wait_verdict(server, "image-missing", 20)
    assert boot["decision"] == "broken" and "probe" in boot["reason"]


def test_its_disk_is_held_by_another(lab, probe):
    server = lab.serve("server")
    server.add_image("probe", images.copy(probe, lab.folder / "probe.img"))
    for mac, name in ((MAC, "pc1"), ("52:54:00:e2:e0:02", "pc2")):
        server.set_client(mac, [("probe", "master")], name=name, access="boot")
    first = lab.machine("bios-rom", mac="52:54:00:e2:e0:02", tap=1).power_on()
    first.wait_serial(r"BOOTFERRY-PROBE-DONE ", 60)
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    pc.wait_serial(r"could not boot from its disk", 60)
    boot = wait_verdict(server, "target-busy", 20)
    assert "pc2" in boot["reason"] or "52:54:00:e2:e0:02" in boot["reason"], boot["reason"]
    assert "refused" in steps(boot)
    first.power_off()  # its session ends when the target has missed it for a while; a person is faster
    server.cli("session", "drop", "52:54:00:e2:e0:02")
    pc.wait_serial(r"BOOTFERRY-PROBE-DONE ", 60)
    done = wait_until("the boot to go on", lambda: (b := last_boot(server)) and b["code"] is None and b, 10 * SLOW)
    assert done["id"] == boot["id"] and done["state"] in ("running", "booted")


def test_a_wrong_secret(lab, probe):
    """A template of the user's own that says another secret than its boot has."""
    server = assigned(lab, probe)
    scripts = server.state_dir / "ipxe-scripts"
    scripts.mkdir()
    (scripts / "san.ipxe").write_text("#!ipxe\nset username {{user}}\nset password of-some-other-boot\nset initiator-iqn {{initiator}}\n"
                                      "{{#drives}}\nsanboot {{uri}} ||\n{{/drives}}\necho IT-DID-NOT-BOOT\nsleep 600\n")
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    pc.wait_serial(r"IT-DID-NOT-BOOT", 60)
    pc.wait_serial(r"Could not open SAN device: Operation not permitted", 5)
    boot = wait_verdict(server, "wrong-secret", 20)
    assert boot["state"] == "failed"


@pytest.mark.parametrize("where", ("on the server", "on the way"))
def test_tftp_is_blocked(lab, probe, where):
    server = assigned(lab, probe)
    drop(server.namespace, "udp dport 69") if where == "on the server" else drop_on_the_way(lab, "udp dport 69")
    pc = lab.machine("bios-plain", mac=MAC).power_on()
    boot = wait_verdict(server, "tftp-firewall" if where == "on the server" else "no-boot-file", 60)
    assert "loader" not in steps(boot) and "address" in steps(boot)
    assert "69" in boot["reason"] + boot["mend"]
    pc.wait_serial(r"(TFTP|tftp|Next server|timed out|undionly)", 60)


@pytest.mark.parametrize("where", ("on the server", "on the way"))
def test_tftp_answers_are_blocked(lab, probe, where):
    """The request comes through to port 69; the answers, from a port of their own, do not."""
    server = assigned(lab, probe)
    answers = "udp sport 1024-65535 udp dport 1024-65535"
    drop(server.namespace, answers, hook="output") if where == "on the server" else drop_on_the_way(lab, answers)
    lab.machine("bios-plain", mac=MAC).power_on()
    boot = wait_verdict(server, "tftp-firewall" if where == "on the server" else "tftp-blocked", 120)
    assert "loader" not in steps(boot)


@pytest.mark.parametrize("where", ("on the server", "on the way"))
def test_http_is_blocked(lab, probe, where):
    server = assigned(lab, probe)
    drop(server.namespace, "tcp dport 8080") if where == "on the server" else drop_on_the_way(lab, "tcp dport 8080")
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    boot = wait_verdict(server, "http-firewall" if where == "on the server" else "http-blocked", 60)
    assert boot["stage"] == "ipxe" and "script" not in steps(boot)
    pc.wait_serial(r"http://10.99.0.1:8080/boot/", 60)


@pytest.mark.parametrize("where", ("on the server", "on the way"))
def test_iscsi_is_blocked(lab, probe, where):
    server = assigned(lab, probe)
    drop(server.namespace, "tcp dport 3260") if where == "on the server" else drop_on_the_way(lab, "tcp dport 3260")
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    boot = wait_verdict(server, "iscsi-firewall" if where == "on the server" else "iscsi-blocked", 90)
    assert boot["stage"] == "script" and "login" not in steps(boot)
    if where == "on the server":
        open_all(server.namespace)
        pc.wait_serial(r"BOOTFERRY-PROBE-DONE ", 120)
        done = wait_until("the verdict taken back", lambda: (b := last_boot(server)) and b["code"] is None and b, 10 * SLOW)
        assert done["id"] == boot["id"], "it was the same boot all the time"


def test_a_disk_without_a_boot_signature(lab):
    server = lab.serve("server")
    server.add_image("blank", images.make_blank(lab.folder / "blank.img", 8 << 20))
    server.set_client(MAC, [("blank", "master")], access="boot")
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    pc.wait_serial(r"could not boot from its disk", 60)
    boot = wait_verdict(server, "no-system", 20)
    assert "boot signature" in boot["reason"] and boot["bytes_written"] == 0
    pc.wait_serial(r"could not boot from its disk", 60, count=2)
    again = last_boot(server)
    assert again["id"] == boot["id"] and again["code"] == "no-system", "a retry of the same is no other boot, and no progress"
    told = [e for e in server.boot_log(MAC) if e["kind"] == "boot-stalled"]
    assert len(told) == 1, told


def test_a_script_template_is_broken(lab, probe):
    server = assigned(lab, probe)
    scripts = server.state_dir / "ipxe-scripts"
    scripts.mkdir()
    (scripts / "san.ipxe").write_text("#!ipxe\n{{#drives}}\nsanboot {{uri}}\n")
    pc = lab.machine("uefi-pxe", mac=MAC).power_on()
    pc.wait_serial(r"The template san.ipxe is not valid", 120)
    boot = wait_verdict(server, "template-broken", 20)
    assert "san.ipxe" in boot["reason"] and boot["firmware"].startswith("UEFI")
    (scripts / "san.ipxe").unlink()
    wait_until("the mended boot to log in", lambda: (b := last_boot(server)) and b["code"] is None and "login" in steps(server.json("boot", "show", str(b["id"]))), 60 * SLOW)
