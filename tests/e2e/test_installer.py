# SPDX-License-Identifier: Apache-2.0
"""Debian's own installer, started over the network with an iSCSI disk attached that it could install to."""
from pathlib import Path

import pytest
from lab import images

MAC = "52:54:00:e2:e0:01"
NETBOOT = Path("/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64")
pytestmark = pytest.mark.product


def test_debians_installer_starts_with_its_disk_attached(lab):
    server = lab.serve()
    server.cli("image", "create", "target", "--size", "1G")
    files = server.state_dir / "files" / "debian"
    files.mkdir(parents=True)
    for name in ("linux", "initrd.gz"):
        images.copy(NETBOOT / name, files / name)
    server.cli("client", "set", MAC, "--drive", "target:master", "--kernel", "debian/linux", "--initrd", "debian/initrd.gz",
               "--command-line", "console=ttyS0,115200n8 no_timer_check DEBIAN_FRONTEND=text hostname={{name}}", "--name", "new-pc")
    pc = lab.machine("bios-rom", mac=MAC, memory=1024).power_on()
    lab.wire.wait("iscsi-login", timeout=40)
    pc.wait_serial(r"Linux version ", 60)
    pc.wait_serial(r"iBFT found at", 20)
    pc.wait_serial(r"hostname=new-pc", 20)
    pc.wait_serial(r"(?i)choose language|select a language|language:", 120)
    login = lab.wire.events("iscsi-login")[0]
    assert login["target"].endswith("525400e2e001.80")
    served = [event for event in server.boot_log(MAC) if event["kind"] == "script-served"]
    assert served[-1]["fields"]["decision"] == "installer"
