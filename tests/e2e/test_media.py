# SPDX-License-Identifier: Apache-2.0
"""PCs whose firmware cannot boot from the network start from the media that Bootferry makes, and reach their script."""
import pytest
from lab import images
from lab.network import SERVER

pytestmark = pytest.mark.product
MAC = "52:54:00:e2:e0:01"
WAITS = r"Its MAC address:\s+52:54:00:e2:e0:01"


def make(server, lab, kind):
    file = lab.folder / f"boot.{kind}"
    server.cli(f"make-boot-{kind}", str(file))
    return file


def assert_came_from_the_medium(lab):
    assert not lab.wire.events("tftp-rrq"), "nothing was netbooted"
    asked = [event["path"] for event in lab.wire.events("http")]
    assert any(path.startswith(f"/boot/{MAC}.ipxe") for path in asked), asked


@pytest.mark.parametrize("mode", ("server", "proxy"))
def test_a_bios_without_network_boot_starts_from_the_floppy(lab, mode):
    server = lab.serve(mode)
    pc = lab.machine("bios-medium", mac=MAC, medium=("floppy", make(server, lab, "floppy"))).power_on()
    pc.wait_serial(WAITS, 60)
    assert_came_from_the_medium(lab)


@pytest.mark.parametrize("kind,device", (("iso", "cd"), ("usb", "usb"), ("iso", "usb")))
def test_a_bios_without_network_boot_starts_from_cd_and_stick(lab, kind, device):
    server = lab.serve("server")
    pc = lab.machine("bios-medium", mac=MAC, medium=(device, make(server, lab, kind))).power_on()
    pc.wait_serial(WAITS, 60)
    assert_came_from_the_medium(lab)


@pytest.mark.parametrize("kind,device", (("iso", "cd"), ("usb", "usb")))
def test_a_uefi_pc_starts_from_cd_and_stick(lab, kind, device):
    server = lab.serve("server")
    pc = lab.machine("uefi-medium", mac=MAC, medium=(device, make(server, lab, kind))).power_on()
    pc.wait_serial(WAITS, 80)
    assert_came_from_the_medium(lab)


def test_a_floppy_boots_the_assigned_disk(lab, probe):
    server = lab.serve("proxy")
    server.add_image("probe", images.copy(probe, lab.folder / "probe.img"))
    server.set_client(MAC, [("probe", "master")], access="boot")
    pc = lab.machine("bios-medium", mac=MAC, nic="e1000", medium=("floppy", make(server, lab, "floppy"))).power_on()
    assert "write=OK" in pc.wait_serial(r"BOOTFERRY-PROBE-DONE (.*)\n", 60).group(1)


def test_the_screen_says_what_is_missing_and_the_pc_goes_on_by_itself(lab):
    server = lab.serve("proxy")
    floppy = make(server, lab, "floppy")
    assert server.stop() == 0
    pc = lab.machine("bios-medium", mac=MAC, medium=("floppy", floppy)).power_on()
    pc.wait_serial(rf"Bootferry does not answer at http://{SERVER}:8080", 90)
    server.start()
    pc.wait_serial(WAITS, 60)


def test_media_are_downloaded_and_never_overwrite(lab):
    server = lab.serve("server")
    head = server.curl("/api/v1/media/floppy", "-I", "-H", f"Authorization: Bearer {server.token}").stdout
    assert "Content-Length: 1474560" in head and 'filename="bootferry-floppy.img"' in head, head
    assert server.status("/api/v1/media/tape", "-H", f"Authorization: Bearer {server.token}") == 404
    there = lab.folder / "there.img"
    there.write_text("mine")
    refused = server.cli("make-boot-floppy", str(there), check=False)
    assert refused.returncode == 1 and "is there already" in refused.stderr and there.read_text() == "mine"
