# SPDX-License-Identifier: Apache-2.0
"""A root of our own (own_root.py) that a real systemd runs as PID 1, on the lab's network: systemd-nspawn boots it.

Services of other packages that this machine has are not started in it.
"""
from pathlib import Path

from .cgroups import make_groups, remove_groups
from .own_root import OwnRoot
from .processes import Child, run, wait_until

# Bound once more without what an OwnRoot mounts below itself: nspawn brings a /proc, /sys, /dev and /run of the guest's own.
PREPARE = "mount -t tmpfs tmpfs /run && mkdir {at}/booted && mount --bind {at}/root {at}/booted"


class BootedRoot:
    def __init__(self, lab, root: OwnRoot):
        self.lab, self.root = lab, root
        self.child = None
        root.shell("rm -rf /usr/sbin/policy-rc.d /etc/systemd/system/*.wants; systemctl -q mask console-getty")
        run(self._beside("sh", "-c", PREPARE.format(at=root.at)))

    def _beside(self, *command) -> list[str]:
        return ["nsenter", "--mount", f"--target={self.root.holder.pid}", *command]

    def boot(self):
        joins = "".join(f"echo $$ >{group}/cgroup.procs && " for group in make_groups(self.lab.short.name))
        nspawn = f"exec systemd-nspawn --directory {self.root.at}/booted --boot --register=no --keep-unit --link-journal=no --console=pipe"
        self.child = self.lab.add(Child("systemd", self._beside("sh", "-c", joins + nspawn), self.lab.folder / "systemd.log", self.lab.network.srv))
        wait_until("systemd as PID 1", self._is_running, 30)

    def _is_running(self) -> bool:
        self.child.require_alive()
        born = Path(f"/proc/{self.child.pid}/task/{self.child.pid}/children").read_text().split()
        self.init = born[0] if born else None
        return bool(born) and self.run("systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded")

    def shut_down(self):
        self.child.stop(20)

    def remove(self):
        if self.child:
            self.shut_down()
        remove_groups(self.lab.short.name)

    def run(self, *command, check=True, timeout=60):
        return run(["nsenter", f"--target={self.init}", "--all", *command], check=check, timeout=timeout)

    def unit(self, name: str, what: str) -> str:
        return self.run("systemctl", "show", "--value", "--property", what, name).stdout.strip()

    def journal(self, unit: str) -> str:
        return self.run("journalctl", "--no-pager", "--output", "cat", "--unit", unit).stdout
