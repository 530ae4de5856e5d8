# SPDX-License-Identifier: Apache-2.0
"""A root of our own (own_root.py) in a container, with the rights that a compose file gives a service: crun, which engines call too.

It ends with us: crun and all that it starts live in a PID namespace that ends with its first process. Its cgroups limit nothing, as
machines that may not change those run the tests too.
"""
import json
import resource
from pathlib import Path

from .own_root import OwnRoot
from .processes import Child, LabError, run, wait_until

# The root is bound once more without the /proc, /sys and /dev that an OwnRoot mounts below it. crun knows one form of cgroups only.
START = """mkdir {at}/bare && mount --bind {at}/root {at}/bare && mount -t proc proc /proc && mount -t tmpfs tmpfs /run &&
if mountpoint -q /sys/fs/cgroup; then umount --recursive --lazy /sys/fs/cgroup; fi && mount -t cgroup2 cgroup2 /sys/fs/cgroup &&
cd {at} && exec crun --cgroup-manager=disabled run bootferry
"""


class Container:
    def __init__(self, lab, root: OwnRoot, service: dict, command: list[str], volumes: dict[str, Path]):
        """`service` as in the compose file; `volumes`: what lies where in the container, in the place of those of the service."""
        (root.at / "config.json").unlink(missing_ok=True)
        run(["crun", "spec"], cwd=root.at)
        config = json.loads((root.at / "config.json").read_text())
        self._restrict(config, service)
        config["root"]["path"] = str(root.at / "bare")
        config["process"] |= {"args": command, "terminal": False}
        config["mounts"] += [{"destination": place, "type": "bind", "source": str(source), "options": ["rbind"]} for place, source in volumes.items()]
        (root.at / "config.json").write_text(json.dumps(config))
        self.program = Path(command[0]).name
        inside = ["nsenter", "--mount", f"--target={root.holder.pid}", "unshare", "--mount", "--pid", "--fork", "--kill-child",
                  "sh", "-c", START.format(at=root.at)]
        self.child = lab.add(Child("container", inside, lab.folder / "bootferry-container.log", lab.network.srv))
        wait_until("the container", self._is_up, 20)

    @staticmethod
    def _restrict(config: dict, service: dict):
        if service["network_mode"] != "host" or service["cap_drop"] != ["ALL"] or service["security_opt"] != ["no-new-privileges:true"]:
            raise LabError(f"this laboratory has no such container: {service}")
        rights = [f"CAP_{name}" for name in service["cap_add"]]
        files = min(service["ulimits"]["nofile"], resource.getrlimit(resource.RLIMIT_NOFILE)[1])
        config["process"] |= {
            "capabilities": {kind: rights for kind in ("bounding", "effective", "permitted")}, "noNewPrivileges": True,
            "rlimits": [{"type": "RLIMIT_NOFILE", "hard": files, "soft": files}]}
        config["root"]["readonly"] = service["read_only"]
        config["linux"] |= {"namespaces": [kind for kind in config["linux"]["namespaces"] if kind["type"] != "network"], "resources": {}}
        config["mounts"] = [mount for mount in config["mounts"] if mount["type"] != "cgroup"]
        config["mounts"] += [{"destination": place, "type": "tmpfs", "source": "tmpfs"} for place in service["tmpfs"]]

    def _is_up(self) -> bool:
        """crun is the child of unshare, and what runs in the container that of crun, once it has become that program."""
        self.child.require_alive()
        self.init = self.child.pid
        for _ in range(2):
            born = Path(f"/proc/{self.init}/task/{self.init}/children").read_text().split()
            if not born:
                return False
            self.init = born[0]
        return Path(f"/proc/{self.init}/comm").read_text().strip() == self.program

    def run(self, *command, check=True, timeout=60):
        return run(["nsenter", f"--target={self.init}", "--all", "--root", "--wd", *command], check=check, timeout=timeout)

    def stop(self):
        run(["kill", self.init])
        self.child.wait(10)
