# SPDX-License-Identifier: Apache-2.0
"""This machine's own root folder to install into: what is changed there is seen there only, and is gone afterwards.

An overlay in a mount namespace of its own, which a sleeping child holds: nothing outside can see into it, or remove through it.
"""
import shlex
from pathlib import Path

from .network import SERVER
from .processes import Child, run, wait_until

MOUNTS = """set -e
mkdir {at}/changes {at}/root
mount -t tmpfs -o mode=755 tmpfs {at}/changes  # this root may be an overlay itself, which holds no other one's changes
mkdir {at}/changes/upper {at}/changes/work
mount -t overlay overlay -o lowerdir=/,upperdir={at}/changes/upper,workdir={at}/changes/work {at}/root
for place in proc sys dev; do mount --rbind /$place {at}/root/$place; done
mount -t tmpfs -o mode=755 tmpfs {at}/root/run
touch {at}/ready
exec sleep infinity
"""


class OwnRoot:
    def __init__(self, lab, name="root"):
        self.lab, self.at = lab, lab.short / name
        self.at.mkdir()
        script = MOUNTS.format(at=shlex.quote(str(self.at)))
        self.holder = lab.add(Child(name, ["unshare", "--mount", "--propagation", "private", "sh", "-c", script], lab.folder / f"{name}.log"))
        wait_until(f"the mounts of {name}", lambda: self.holder.require_alive() or (self.at / "ready").exists(), 10)

    def inside(self, *command) -> list[str]:
        return ["nsenter", "--mount", f"--target={self.holder.pid}", "chroot", str(self.at / "root"), *[str(part) for part in command]]

    def run(self, *command, check=True, timeout=60, namespace=None, env=None):
        return run(self.inside(*command), namespace=namespace, check=check, timeout=timeout, env=env)

    def shell(self, script: str, check=True, namespace=None):
        return self.run("sh", "-c", script, check=check, namespace=namespace).stdout

    def exists(self, path: str) -> bool:
        return self.run("test", "-e", path, check=False).returncode == 0

    def curl(self, namespace, path: str, *options):
        return self.run("curl", "-sS", "--max-time", "10", *options, f"http://{SERVER}:8080{path}", namespace=namespace, check=False).stdout
