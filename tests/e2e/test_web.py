# SPDX-License-Identifier: Apache-2.0
"""A person at the dashboard: an unknown PC appears, is given an image by mouse, and boots it (tests/web/e2e, Playwright).

Chromium runs in the server's namespace. The spec asks for power by touching a file; this process is the PC's power button.
"""
import os
import time

import pytest
from lab import images
from lab.images import ROOT
from lab.network import SERVER
from lab.processes import SLOW, Child, run

MAC = "52:54:00:e2:e0:01"
pytestmark = pytest.mark.product


def test_a_machine_appears_is_assigned_by_mouse_and_boots(lab, probe):
    runner = ROOT / "tests" / "web" / "run"
    run([runner, "--prepare"], timeout=200)
    server = lab.serve("server")
    server.add_image("probe", images.copy(probe, lab.folder / "probe.img"))
    pc = lab.machine("bios-rom", mac=MAC)
    button, first_dhcp, banner = lab.folder / "power", lab.folder / "first-dhcp", lab.folder / "pc0.serial.log"
    environment = {**os.environ, "BOOTFERRY_URL": f"http://{SERVER}:8080/", "BOOTFERRY_TOKEN": server.token, "BOOTFERRY_MAC": MAC,
                   "BOOTFERRY_IMAGE": "probe", "BOOTFERRY_POWER_ON": f"touch {button}", "BOOTFERRY_FIRST_DHCP_FILE": str(first_dhcp),
                   "BOOTFERRY_BANNER_FILE": str(banner), "BOOTFERRY_BOOT_SECONDS": "120"}
    browser = lab.add(Child("browser", [runner, lab.folder / "web.xml", "--project=e2e"], lab.folder / "browser.log",
                            lab.network.srv, env=environment))
    end = time.monotonic() + 120 * SLOW
    while browser.alive() and time.monotonic() < end:
        if button.exists() and pc.qemu is None:
            pc.power_on()
        if pc.qemu and not first_dhcp.exists():
            heard = lab.wire.dhcp("discover", mac=MAC)
            if heard:
                wall = time.time() - (time.monotonic() - heard[0]["t"])
                part = first_dhcp.with_suffix(".part")
                part.write_text(str(round(wall * 1000)))
                part.rename(first_dhcp)
        time.sleep(0.02)
    assert not browser.alive(), f"the browser did not come to an end:\n{browser.tail()}"
    assert browser.process.returncode == 0, browser.tail(6000)
