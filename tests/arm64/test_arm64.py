# SPDX-License-Identifier: Apache-2.0
"""The arm64 build runs: its unit tests by emulating the processor, the package on an ARM machine that boots a PC."""
import re

import pytest
from conftest import ROOT
from lab.machine import Machine
from lab.network import SERVER
from lab.processes import run

TREE = ROOT / "build" / "release-arm64"
PC = "52:54:00:e2:e0:01"
UNITS = (ROOT / "tests" / "arm64" / "units.txt").read_text().split()


def emulated(*command, timeout=300, check=True):
    return run(["qemu-aarch64-static", *command], timeout=timeout, check=check)


@pytest.mark.parametrize("room", UNITS)
def test_unit_tests_pass(room):
    done = emulated(TREE / "tests" / "unit" / f"unit_{room}", "--gtest_brief=1", check=False)
    assert done.returncode == 0 and "[  PASSED  ]" in done.stdout, done.stdout[-3000:] + done.stderr[-1000:]


def test_it_tells_its_version_and_checks_settings():
    assert emulated(TREE / "bootferry", "--version").stdout.startswith("bootferry 0.1.0")
    settings = ROOT / "packaging" / "bootferry.toml"
    assert emulated(TREE / "bootferry", "config", "check", "--config", settings).stdout == "The settings are good.\n"


def test_the_package_is_for_arm64(package):
    assert run(["dpkg-deb", "-f", package, "Architecture"]).stdout == "arm64\n"
    done = run(["lintian", "--allow-root", "--fail-on", "error", package], check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    planned = run(["apt-get", "--simulate", "install", "--no-install-recommends", package], check=False, timeout=120)
    assert re.search(r"^Inst bootferry", planned.stdout, re.MULTILINE), "its dependencies are Debian's:\n" + planned.stdout[-2000:] + planned.stderr


class ArmServer(Machine):
    """An ARM machine of QEMU's that holds the package, in the place of the lab's boot server."""

    def __init__(self, lab, kernel):
        super().__init__(lab, tap=5, mac="52:54:00:e2:e0:a1", memory=1024, name="server", isa="aarch64")
        self.kernel = kernel
        run(["ip", "-n", lab.network.net, "link", "set", "v-srv", "down"])  # the lab's own server has this address

    def _command(self):
        return ["qemu-system-aarch64", "-nodefaults", "-no-user-config", "-machine", "virt", "-accel", "tcg", "-cpu", "cortex-a72", "-m", str(self.memory),
                "-display", "none", "-no-reboot", "-serial", "stdio", "-qmp", f"unix:{self.qmp_path},server,nowait",
                "-kernel", f"{self.kernel}.vmlinuz", "-initrd", f"{self.kernel}.initrd", "-append", "console=ttyAMA0 quiet panic=-1",
                "-netdev", f"tap,id=n0,ifname=tap{self.tap},script=no,downscript=no", "-device", f"virtio-net-pci,netdev=n0,mac={self.mac},romfile="]

    def run(self, command: str, timeout=30, check=True) -> str:
        """Runs it in the machine's shell; its output."""
        self.asked = getattr(self, "asked", 0) + 1
        self.type_serial(f"echo; echo BEGIN-{self.asked}; {command}; echo END-{self.asked} $?\n")
        seen = self.wait_serial(rf"BEGIN-{self.asked}\n((?:.*\n)*?)END-{self.asked} (\d+)\n", timeout)
        assert not check or seen.group(2) == "0", f"{command}: {seen.group(1)}"
        return seen.group(1)


def test_an_arm_machine_serves_and_a_pc_boots_from_it(lab, package):
    kernel = lab.folder / "arm"
    run([ROOT / "tests" / "arm64" / "make-server", package, kernel], timeout=200)
    server = ArmServer(lab, kernel).power_on()
    server.wait_serial(r"ARM-UP aarch64", 120)
    server.run("bootferry serve --interface eth0 --dhcp-mode server --dhcp-range 10.99.0.100-10.99.0.199 >/tmp/log 2>&1 &")
    server.run("for i in $(seq 100); do bootferry health && break; sleep 0.3; done", 60)
    checked = server.run("bootferry check", 60, check=False)
    for line in ("loaders", "tftp", "http"):
        assert re.search(rf"^ok\b.*{line}", checked, re.MULTILINE | re.IGNORECASE), checked

    server.run("bootferry image add demo /usr/share/bootferry/demo.img", 60)
    server.run(f"bootferry client set {PC} --name pc1 --drive demo:master")
    client = lab.network.add_host("10.99.0.50")
    assert "<title>Bootferry" in run(["curl", "-sS", "--max-time", "20", f"http://{SERVER}:8080/"], namespace=client).stdout
    pc = lab.machine("bios-plain", mac=PC).power_on()
    pc.wait_serial(r"BOOTFERRY-PROBE drv=80 bios\n", 120)
    assert "write=OK read-back=OK" in pc.wait_serial(r"BOOTFERRY-PROBE-DONE (.*)\n", 60).group(1)
    assert lab.wire.events("tftp-done"), "the loader came by TFTP"
    assert PC in server.run("bootferry session list")
    assert server.run("grep -ciE 'error|fault' /tmp/log", check=False).strip() == "0", server.run("cat /tmp/log")
