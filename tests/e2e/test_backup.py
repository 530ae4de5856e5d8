# SPDX-License-Identifier: Apache-2.0
"""A backup is taken from a server that runs, and brings all that was set back to one that lost it."""
import shutil

import pytest
from lab import images

MAC = "52:54:00:e2:e0:01"
pytestmark = pytest.mark.product


def test_a_server_that_lost_its_state_is_what_it_was(lab, probe):
    server = lab.serve("server")
    image = server.add_image("probe", images.copy(probe, lab.folder / "probe.img"))
    server.set_client(MAC, [("probe", "master")], name="pc1", access="boot")
    scripts = server.state_dir / "ipxe-scripts"
    scripts.mkdir(exist_ok=True)
    shutil.copy(images.ROOT / "ipxe-scripts" / "wait.ipxe", scripts / "wait.ipxe")
    backup = lab.folder / "bootferry.backup"
    assert "1 clients, the list of 1 images" in server.cli("backup", str(backup)).stdout
    assert backup.stat().st_mode & 0o777 == 0o600
    refused = server.cli("restore", str(backup), check=False)
    assert refused.returncode == 1 and "already runs" in refused.stderr, refused.stderr
    server.stop()

    kept = lab.folder / "probe.raw"
    shutil.copy(image, kept)
    shutil.rmtree(server.state_dir)
    server.cli("restore", str(backup), "--dry-run")
    assert not server.state_dir.exists(), "a dry run changes nothing"
    server.cli("restore", str(backup))
    image.parent.mkdir(exist_ok=True)
    shutil.copy(kept, image)  # disks are no part of a backup
    server.start()
    client = next(c for c in server.clients() if c["mac"] == MAC)
    assert client["name"] == "pc1" and client["boot"]["drives"][0]["image"] == "probe"
    assert (scripts / "wait.ipxe").exists()
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    pc.wait_serial(r"BOOTFERRY-PROBE-DONE .*write=OK", 60)
