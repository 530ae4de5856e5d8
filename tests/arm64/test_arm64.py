# SPDX-License-Identifier: Apache-2.0
"""The arm64 build runs: its unit tests and its package on an ARM machine, from which a PC boots."""
import re

import pytest
from lab.images import ROOT
from lab.network import SERVER
from lab.processes import run

UNIT_TESTS = ROOT / "build" / "release-arm64" / "tests" / "unit"
PC = "52:54:00:e2:e0:01"


def test_the_package_is_for_arm64_and_debian_has_what_it_needs(package):
    assert run(["dpkg-deb", "-f", package, "Architecture"]).stdout == "arm64\n"
    done = run(["lintian", "--allow-root", "--fail-on", "error", package], check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    planned = run(["apt-get", "--simulate", "install", "--no-install-recommends", package], check=False, timeout=120)
    assert re.search(r"^Inst bootferry:arm64", planned.stdout, re.MULTILINE), planned.stdout[-2000:] + planned.stderr


@pytest.mark.parametrize("room", (ROOT / "tests" / "arm64" / "units.txt").read_text().split())
def test_unit_tests_pass(server, room):
    said = server.run(f"cd /tmp && {UNIT_TESTS}/unit_{room} --gtest_brief=1", 1200)  # an emulated machine starts programs slowly
    assert int(re.search(r"\[  PASSED  \] (\d+) test", said).group(1)) > 5, said


def test_it_checks_settings(server):
    assert server.run("bootferry --version").startswith("bootferry 0.1.0")
    assert "The settings are good." in server.run("bootferry config check")


def test_it_serves_and_a_pc_boots_from_it(lab, server):
    server.run("bootferry serve --interface eth0 --dhcp-mode server --dhcp-range 10.99.0.100-10.99.0.199 >/tmp/log 2>&1 &")
    server.run("for i in $(seq 100); do bootferry health && exit; sleep 0.3; done; cat /tmp/log; exit 1", 60)
    status, checked = server.ask("bootferry check", 60)
    assert re.search(r"^ok .*TFTP sends undionly.kpxe whole", checked, re.MULTILINE) and "fail " not in checked, checked
    server.run("cd /tmp && gzip -c /usr/share/bootferry/demo.img >demo.img.gz && bootferry image add demo demo.img.gz", 60)
    server.run(f"bootferry client set {PC} --name pc1 --drive demo:master")

    client = lab.network.add_host("10.99.0.50")
    assert "<title>Bootferry" in run(["curl", "-sS", "--max-time", "20", f"http://{SERVER}:8080/"], namespace=client).stdout
    pc = lab.machine("bios-plain", mac=PC).power_on()
    pc.wait_serial(r"BOOTFERRY-PROBE drv=80 bios\n", 120)
    assert "write=OK read-back=OK" in pc.wait_serial(r"BOOTFERRY-PROBE-DONE (.*)\n", 60).group(1)
    assert lab.wire.events("tftp-done"), "the loader came by TFTP"
    assert "demo" in server.run("bootferry session list")
    assert "BOOTFERRY-WRITTEN" in server.run("strings -n 10 /var/lib/bootferry/images/demo.raw || grep -ao 'BOOTFERRY-WRITTEN' /var/lib/bootferry/images/demo.raw")
    assert not re.search(r" E [A-Z_]+", server.run("cat /tmp/log"))
