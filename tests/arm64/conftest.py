# SPDX-License-Identifier: Apache-2.0
"""The laboratory of the end-to-end tests, with an ARM machine in the place of its boot server."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from lab.images import ROOT  # noqa: E402
from lab.lab import Lab  # noqa: E402
from lab.machine import Machine  # noqa: E402
from lab.network import remove_leftovers  # noqa: E402
from lab.peers import require_tools  # noqa: E402
from lab.processes import run  # noqa: E402


UNIT_TESTS = ROOT / "build" / "release-arm64" / "tests" / "unit"


class ArmServer(Machine):
    """A machine with the package in it, which sees this source tree."""

    def __init__(self, lab, kernel):
        super().__init__(lab, tap=5, mac="52:54:00:e2:e0:a1", memory=2048, name="server", isa="aarch64")
        self.kernel, self.asked = kernel, 0
        run(["ip", "-n", lab.network.net, "link", "set", "v-srv", "down"])  # the lab's own server has this address

    def _command(self):
        return ["qemu-system-aarch64", "-nodefaults", "-no-user-config", "-machine", "virt", "-accel", "tcg", "-cpu", "cortex-a72", "-smp", "2", "-m", str(self.memory),
                "-display", "none", "-no-reboot", "-serial", "stdio", "-qmp", f"unix:{self.qmp_path},server,nowait",
                "-kernel", f"{self.kernel}.vmlinuz", "-initrd", f"{self.kernel}.initrd", "-append", f"console=ttyAMA0 quiet panic=-1 tree={ROOT}",
                "-virtfs", f"local,path={ROOT},mount_tag=tree,security_model=none,readonly=on",
                "-netdev", f"tap,id=n0,ifname=tap{self.tap},script=no,downscript=no", "-device", f"virtio-net-pci,netdev=n0,mac={self.mac},romfile="]

    def ask(self, command: str, timeout=30) -> tuple[int, str]:
        """Runs it in the machine's shell; its status and output."""
        self.asked += 1
        self.type_serial(f"echo; echo BEGIN-{self.asked}; ({command}) 2>&1; status=$?; echo; echo END-{self.asked} $status\n")
        seen = self.wait_serial(rf"BEGIN-{self.asked}\n((?:.*\n)*?)END-{self.asked} (\d+)\n", timeout)
        return int(seen.group(2)), seen.group(1)

    def run(self, command: str, timeout=30) -> str:
        """The same for a command that has to succeed; its output."""
        status, text = self.ask(command, timeout)
        assert status == 0, f"exit {status}: {command}\n{text}"
        return text


@pytest.fixture(scope="session")
def lab():
    require_tools("qemu-system-aarch64", "qemu-system-x86_64", "lintian", "curl", "iscsi-ls")
    remove_leftovers()
    with Lab("arm64") as made:
        yield made


@pytest.fixture(scope="session")
def package():
    return ROOT / "build" / "deb" / "bootferry_arm64.deb"


@pytest.fixture(scope="session")
def server(lab, package):
    kernel = lab.short / "arm"
    run([ROOT / "tests" / "arm64" / "make-server", package, kernel], timeout=200)
    made = ArmServer(lab, kernel).power_on()
    made.wait_serial("ARM-UP aarch64", 120)
    # Landlock allows a child its program by its inode, and a shared folder has another one at each look.
    made.run(f"mkdir /tmp/units && cd {UNIT_TESTS} && cp unit_*[a-z0-9] incoming_* /tmp/units/ && mount --bind /tmp/units {UNIT_TESTS}", 120)
    return made
