# SPDX-License-Identifier: Apache-2.0
"""Real firmware boots real disks: each firmware path, as the LAN's DHCP server and beside the router's."""
import pytest
from lab import images

MAC = "52:54:00:e2:e0:01"
BIOS_PATHS = ("bios-rom", "bios-plain")
MODES = ("server", "proxy")
BANNER = {"bios": r"BOOTFERRY-PROBE drv=80 bios\n", "uefi": r"BOOTFERRY-PROBE efi"}
ALL_OK = "chs-read=OK lba-read=OK last-read=OK write=OK read-back=OK"


def first_loader(wire):
    done = wire.events("tftp-done")
    return done[0]["file"] if done else None


def assert_path_on_the_wire(wire, path, mode):
    """The machine came by the way that the test is about, and not by a shorter one."""
    if path == "bios-rom":
        assert not wire.events("tftp-rrq"), "an iPXE ROM needs no loader"
    elif path in ("bios-plain", "uefi-pxe"):
        assert first_loader(wire), "a plain PXE client must have loaded iPXE by TFTP"
        first = wire.dhcp("discover", mac=MAC)[0]
        assert first["vendor"].startswith("PXEClient") and "175" not in first["options"] and first["user_class"] == ""
    if mode == "proxy":
        addresses = {offer["yiaddr"] for offer in wire.dhcp("offer", src="10.99.0.1")}
        assert addresses == {"0.0.0.0"}, f"a proxyDHCP server must never offer an address: {addresses}"
        assert wire.dhcp("offer", src="10.99.0.2"), "the router's DHCP gave no address"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("path", BIOS_PATHS)
def test_bios_machine_boots_the_probe_and_writes(lab, probe, path, mode):
    server = lab.serve(mode)
    disk = server.add_image("probe", images.copy(probe, lab.folder / "probe.img"))
    server.set_client(MAC, [("probe", "master")], access="boot")
    pc = lab.machine(path, mac=MAC).power_on()
    pc.wait_serial(BANNER["bios"], 40)
    done = pc.wait_serial(r"BOOTFERRY-PROBE-DONE (.*)\n", 20).group(1)
    assert done == f"drives=1 {ALL_OK} boots=1"
    assert images.probe_boots(disk) == ("BOOTFERRY-WRITTEN drv=80", 1)
    assert_path_on_the_wire(lab.wire, path, mode)


@pytest.mark.parametrize("mode", MODES)
def test_uefi_machine_boots_the_probe_and_writes(lab, probe_efi, mode):
    server = lab.serve(mode)
    disk = server.add_image("probe", images.copy(probe_efi, lab.folder / "probe.img"))
    server.set_client(MAC, [("probe", "master")], access="boot")
    pc = lab.machine("uefi-pxe", mac=MAC).power_on()
    pc.wait_serial(BANNER["uefi"], 80)
    done = pc.wait_serial(r"BOOTFERRY-PROBE-DONE (.*?) before=(\w+)\n", 20)
    assert "file-read=OK write=OK read-back=OK" in done.group(1) and done.group(2) == "none"
    assert "state=written" in images.probe_efi_state(disk)
    assert_path_on_the_wire(lab.wire, "uefi-pxe", mode)


@pytest.mark.parametrize("path", BIOS_PATHS)
def test_two_drives_under_bios(lab, probe, path):
    server = lab.serve("server")
    first = server.add_image("first", images.copy(probe, lab.folder / "first.img"))
    second = server.add_image("second", images.copy(probe, lab.folder / "second.img"))
    server.set_client(MAC, [("first", "master"), ("second", "master")], access="boot")
    pc = lab.machine(path, mac=MAC).power_on()
    assert pc.wait_serial(r"BOOTFERRY-PROBE-DRIVE (.*)\n", 40).group(1) == f"drv=81 {ALL_OK} boots=1"
    assert pc.wait_serial(r"BOOTFERRY-PROBE-DONE (.*)\n", 20).group(1) == f"drives=2 {ALL_OK} boots=1"
    assert images.probe_boots(first) == ("BOOTFERRY-WRITTEN drv=80", 1)
    assert images.probe_boots(second) == ("BOOTFERRY-WRITTEN drv=81", 1)


def test_two_drives_under_uefi(lab, probe_efi, probe):
    server = lab.serve("server")
    first = server.add_image("first", images.copy(probe_efi, lab.folder / "first.img"))
    server.add_image("second", images.copy(probe, lab.folder / "second.img"))
    server.set_client(MAC, [("first", "master"), ("second", "master")], access="boot")
    pc = lab.machine("uefi-pxe", mac=MAC).power_on()
    pc.wait_serial(BANNER["uefi"], 80)
    pc.wait_serial(r"\(hd1\)", 10)
    pc.wait_serial(r"BOOTFERRY-PROBE-DONE .*write=OK", 20)
    assert "state=written" in images.probe_efi_state(first)


def test_uefi_http_boot(lab, probe_efi):
    server = lab.serve("server")
    server.add_image("probe", images.copy(probe_efi, lab.folder / "probe.img"))
    server.set_client(MAC, [("probe", "master")], access="boot")
    pc = lab.machine("uefi-http", mac=MAC).power_on()
    pc.wait_serial(BANNER["uefi"], 80)
    assert not lab.wire.events("tftp-rrq"), "HTTP boot must not fall back to TFTP"
    asked = [event["method"] for event in lab.wire.events("http") if event["agent"].startswith("UefiHttpBoot")]
    assert asked[:2] == ["HEAD", "GET"]
    for kind in ("offer", "ack"):  # finding 6: without it in both, the firmware drops the answer
        answers = [m for m in lab.wire.dhcp(kind, src="10.99.0.1") if m["bootfile"].endswith(".efi")]
        assert answers and all(m["vendor"] == "HTTPClient" and m["bootfile"].startswith("http://") for m in answers), (kind, answers)


def test_uefi_machine_with_an_ipxe_rom(lab, probe_efi):
    server = lab.serve("server")
    server.add_image("probe", images.copy(probe_efi, lab.folder / "probe.img"))
    server.set_client(MAC, [("probe", "master")], access="boot")
    lab.machine("uefi-rom", mac=MAC).power_on().wait_serial(BANNER["uefi"], 80)


@pytest.mark.parametrize("nic", ("e1000", "rtl8139"))
def test_other_network_cards_under_bios(lab, probe, nic):
    server = lab.serve("server")
    server.add_image("probe", images.copy(probe, lab.folder / "probe.img"))
    server.set_client(MAC, [("probe", "master")], access="boot")
    pc = lab.machine("bios-plain", mac=MAC, nic=nic).power_on()
    assert ALL_OK in pc.wait_serial(r"BOOTFERRY-PROBE-DONE (.*)\n", 60).group(1)


def test_a_second_boot_finds_what_the_first_wrote(lab, probe):
    server = lab.serve("server")
    disk = server.add_image("probe", images.copy(probe, lab.folder / "probe.img"))
    server.set_client(MAC, [("probe", "master")], access="boot")
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    pc.wait_serial(r"BOOTFERRY-PROBE-DONE .* boots=1\n", 40)
    pc.power_off()
    pc.power_on()
    pc.wait_serial(r"BOOTFERRY-PROBE-DONE .* boots=2\n", 40)
    assert images.probe_boots(disk) == ("BOOTFERRY-WRITTEN drv=80", 2)
