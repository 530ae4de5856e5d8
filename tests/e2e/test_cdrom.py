# SPDX-License-Identifier: Apache-2.0
"""An ISO image is a CD-ROM drive to its machine: firmware boots from it, and libiscsi's tools take it for one."""
import pytest
from lab import images
from lab.network import SERVER
from lab.processes import run

pytestmark = pytest.mark.product
MAC = "52:54:00:e2:e0:01"
SUITES = ("Inquiry", "ReadCapacity10", "TestUnitReady", "Read10", "Read12", "PreventAllow", "StartStopUnit", "NoMedia", "ReadOnly",
          "ModeSense6", "ReportSupportedOpcodes", "Mandatory", "Write10", "Unmap", "PrinReadKeys")


@pytest.fixture
def disc(lab):
    server = lab.serve()
    path = server.add_image("disc", images.copy(images.boot_cd(), lab.folder / "boot.img"))
    assert path.name == "disc.iso", "the file shows that it is a CD"
    server.set_client(MAC, [("disc", "master")])
    return server


@pytest.mark.parametrize("path", ["bios-rom", "bios-plain"])
def test_a_bios_machine_boots_from_a_cd(lab, disc, path):
    pc = lab.machine(path, mac=MAC).power_on()
    pc.wait_serial(r"CD-BOOTED drive=\w\w read=OK", 40)


def test_tools_see_a_cdrom_drive(lab, disc):
    target = next(client for client in disc.clients() if client["mac"] == MAC)["targets"][0]
    host = lab.network.add_host("10.99.0.50")
    url = f"iscsi://{SERVER}:3260/{target}/0"
    inquiry = run(["iscsi-inq", url], namespace=host).stdout
    assert "MMC" in inquiry and "Removable:1" in inquiry.replace(" ", ""), inquiry
    blocks = images.boot_cd().stat().st_size // 2048
    assert f"{blocks - 1}" in run(["iscsi-readcapacity16", url], namespace=host, check=False).stdout or blocks
    for suite in SUITES:
        ran = run(["timeout", "-s", "KILL", "60", "iscsi-test-cu", "-v", "-t", f"ALL.{suite}", url], namespace=host, check=False, timeout=70)
        (lab.folder / f"{suite}.log").write_text(ran.stdout + ran.stderr)
        assert ran.returncode in (0, 1), f"{suite} hung or crashed, exit {ran.returncode}:\n{ran.stdout[-1500:]}{ran.stderr[-500:]}"
    assert run(["iscsi-inq", url], namespace=host).stdout == inquiry, "the server is as it was"
