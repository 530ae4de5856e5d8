# SPDX-License-Identifier: Apache-2.0
"""What a machine may be told to do: wait, boot its own disk, boot what it is assigned while it waits."""
import pytest
from lab import images
from lab.processes import wait_until

MAC = "52:54:00:e2:e0:01"
pytestmark = pytest.mark.product


@pytest.mark.parametrize("path,mode", (("bios-rom", "server"), ("bios-plain", "proxy")))
def test_an_unknown_machine_waits_is_assigned_and_boots(lab, probe, path, mode):
    server = lab.serve(mode)
    server.add_image("probe", images.copy(probe, lab.folder / "probe.img"))
    pc = lab.machine(path, mac=MAC).power_on()
    lab.wire.wait("http", timeout=40, path=f"/boot/{MAC}.ipxe")
    pc.wait_serial(rf"waits to be assigned[^/]*MAC address: +{MAC}", 20)
    seen = wait_until("the machine in the client list", lambda: [c for c in server.clients() if c["mac"] == MAC])[0]
    assert seen["known"] is False and seen["boot"]["kind"] == "wait"
    server.set_client(MAC, [("probe", "master")], access="boot")
    pc.wait_serial(r"BOOTFERRY-PROBE-DONE .*write=OK", 40)
    kinds = [event["kind"] for event in server.boot_log(MAC)]
    assert "script-served" in kinds and "session-opened" in kinds, kinds


def test_an_unknown_uefi_machine_waits_is_assigned_and_boots(lab, probe_efi):
    server = lab.serve("server")
    server.add_image("probe", images.copy(probe_efi, lab.folder / "probe.img"))
    pc = lab.machine("uefi-pxe", mac=MAC).power_on()
    lab.wire.wait("http", timeout=60, path=f"/boot/{MAC}.ipxe")
    pc.wait_serial(rf"waits to be assigned[^/]*MAC address: +{MAC}", 20)
    server.set_client(MAC, [("probe", "master")], access="boot")
    pc.wait_serial(r"BOOTFERRY-PROBE efi", 60)


def test_a_machine_is_told_to_boot_its_own_disk(lab, probe):
    server = lab.serve("server")
    own = images.copy(probe, lab.folder / "own.img")
    server.set_boot(MAC, {"kind": "local"})
    pc = lab.machine("bios-rom", mac=MAC, disks=[own]).power_on()
    pc.wait_serial(r"BOOTFERRY-PROBE-DONE .*write=OK", 60)
    assert images.probe_boots(own) == ("BOOTFERRY-WRITTEN drv=80", 1)
    assert not lab.wire.events("iscsi-login")
    assert lab.wire.events("http", path=f"/boot/{MAC}.ipxe"), "it must have been told by its script"


def test_a_uefi_machine_is_told_to_boot_its_own_disk(lab):
    """iPXE hands back with an error, and the firmware goes on with its next boot entry (OVMF's next ones take minutes)."""
    server = lab.serve("server")
    server.set_boot(MAC, {"kind": "local"})
    pc = lab.machine("uefi-pxe", mac=MAC).power_on()
    pc.wait_serial(r"boots its own disk", 90)
    pc.wait_serial(r"BdsDxe: failed to start Boot\w+ \"UEFI PXEv4", 30)
    assert not lab.wire.events("iscsi-login")


def test_a_read_only_drive_boots_and_refuses_writes(lab, probe):
    server = lab.serve("server")
    disk = server.add_image("probe", images.copy(probe, lab.folder / "probe.img"))
    server.set_client(MAC, [("probe", "readonly")], access="boot")
    before = disk.read_bytes()
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    done = pc.wait_serial(r"BOOTFERRY-PROBE-DONE (.*)\n", 40).group(1)
    assert "chs-read=OK lba-read=OK last-read=OK write=REFUSED" in done
    assert disk.read_bytes() == before


def test_two_machines_share_a_read_only_image(lab, probe):
    server = lab.serve("server")
    server.add_image("probe", images.copy(probe, lab.folder / "probe.img"))
    macs = ["52:54:00:e2:e0:01", "52:54:00:e2:e0:02"]
    for index, mac in enumerate(macs):
        server.set_client(mac, [("probe", "readonly")], name=f"pc{index}", access="boot")
    pcs = [lab.machine("bios-rom", mac=mac, tap=index).power_on() for index, mac in enumerate(macs)]
    for pc in pcs:
        pc.wait_serial(r"BOOTFERRY-PROBE-DONE .*lba-read=OK", 40)
    assert {session["mac"] for session in server.sessions()} == set(macs)
