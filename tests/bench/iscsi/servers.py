# SPDX-License-Identifier: Apache-2.0
"""What the iSCSI benchmark times: Bootferry, tgt and a bare loop, in one namespace; and the link to its client."""
import itertools
import os
import shutil
import tempfile
from pathlib import Path

from lab.bootferry import BINARY
from lab.processes import Child, LabError, run, wait_until

SERVER, CLIENT = "10.98.0.1", "10.98.0.2"
MAC = "52:54:00:be:4c:01"


class Link:
    """Two namespaces and a veth pair of 1500-byte frames between them; and a folder in memory."""

    def __init__(self):
        self.server = f"bfe2e-{os.getpid()}-0-srv"
        self.peer = f"bfe2e-{os.getpid()}-0-cli"
        self.children: list[Child] = []
        self.memory = tempfile.mkdtemp(prefix=f"bfe2e-{os.getpid()}-", dir="/dev/shm")

    def up(self):
        for name in (self.server, self.peer):
            run(["ip", "netns", "add", name])
            run(["ip", "-n", name, "link", "set", "lo", "up"])
        run(["ip", "-n", self.server, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", self.peer])
        for name, address in ((self.server, SERVER), (self.peer, CLIENT)):
            run(["ip", "-n", name, "address", "add", f"{address}/24", "dev", "eth0"])
            run(["ip", "-n", name, "link", "set", "eth0", "mtu", "1500", "up"])

    def client(self, over: str) -> str:
        return self.server if over == "loopback" else self.peer

    def host(self, _over: str) -> str:
        return SERVER  # from its own namespace the way to it is the loopback interface

    def add(self, child: Child) -> Child:
        self.children.append(child)
        return child

    def listens(self, port: int) -> bool:
        return f":{port} " in run(["ss", "-Hltn"], namespace=self.server).stdout

    def down(self):
        for child in self.children:
            child.kill()
        for name in (self.server, self.peer):
            run(["ip", "netns", "delete", name], check=False)
        shutil.rmtree(self.memory, ignore_errors=True)


class BootferryTarget:
    """Two of it, because images live in its state folder: one on the disk, one in memory. Only one is at work at a time."""

    def __init__(self, link: Link, folder: Path, memory: Path, disk_image: Path, memory_image: Path):
        self.link, self.folder = link, folder
        self.sources = {"disk": disk_image, "memory": memory_image}
        self.states = {"disk": folder / "state", "memory": memory / "state"}
        self.ports = {"disk": 3260, "memory": 3261}
        self.pids: dict[str, int] = {}
        self.targets: dict[str, str] = {}

    def cli(self, medium: str, *arguments, check=True):
        return run([BINARY, "--state-dir", self.states[medium], *arguments], namespace=self.link.server, check=check)

    def start(self) -> dict[str, Path]:
        images = {}
        for index, medium in enumerate(self.states):
            command = [BINARY, "serve", "--interface", "eth0", "--state-dir", self.states[medium], "--dhcp-mode", "off", "--iscsi-port",
                       self.ports[medium], "--http-port", 8080 + index, "--tftp-port", 6900 + index, "--log-level", "info"]
            child = self.link.add(Child(f"bootferry-{medium}", command, self.folder / f"bootferry-{medium}.log", self.link.server))
            wait_until("bootferry's health", lambda: child.require_alive() or self.cli(medium, "health", check=False).returncode == 0)
            self.pids[medium] = child.pid
            self.cli(medium, "image", "add", medium, str(self.sources[medium]))
            self.cli(medium, "client", "set", MAC, "--name", "bench", "--drive", f"{medium}:master", "--auth", "none", "--initiator", "any")
            images[medium] = Path(self.cli(medium, "image", "path", medium).stdout.strip())
            self.sources[medium].unlink()
            self.targets[medium] = f"iqn.2026-11.org.bootferry:{MAC.replace(':', '')}.80"
        return images

    def address(self, row, host: str) -> dict:
        return {"host": host, "port": self.ports[row.medium], "target": self.targets[row.medium], "lun": 0, "pid": self.pids[row.medium]}


class Tgt:
    _numbers = itertools.count(os.getpid() % 20000 + 100)
    _ports = itertools.count(3270)
    TARGET = "iqn.2026-11.test.bench:tgt"

    def __init__(self, link: Link, folder: Path, images: dict[str, Path], flags: list[str]):
        self.link, self.folder, self.images, self.flags = link, folder, images, flags
        self.port = next(self._ports)

    def start(self):
        # tgtd's control sockets are shared by all network namespaces: a number of our own, and only while our child lives.
        os.makedirs("/var/run/tgtd", exist_ok=True)
        self.number = next(number for number in self._numbers if not os.path.exists(f"/var/run/tgtd/socket.{number}"))
        command = ["tgtd", "-f", "-C", self.number, *self.flags, "--iscsi", f"portal={SERVER}:{self.port}"]
        child = self.link.add(Child("tgtd", command, self.folder / f"tgtd-{self.port}.log", self.link.server))
        self.pid = child.pid
        wait_until("tgtd listening", lambda: self.link.listens(self.port) or child.require_alive())
        # One target without digests and one with: tgt takes what its target is told, not what the initiator offers.
        for number, digest in ((1, "None"), (2, "CRC32C")):
            self._adm(number, "target", "new", "-T", f"{self.TARGET}-{digest.lower()}")
            # As large as its initiators and Bootferry have them: tgt's own 8 KiB would hold its writes back.
            for name, value in (("MaxRecvDataSegmentLength", 262144), ("FirstBurstLength", 262144), ("MaxBurstLength", 1048576),
                                ("HeaderDigest", digest), ("DataDigest", digest)):
                self._adm(number, "target", "update", "--name", name, "--value", value)
            for lun, medium in ((1, "disk"), (2, "memory")):
                self._adm(number, "logicalunit", "new", "--lun", lun, "-b", self.images[medium])
            self._adm(number, "target", "bind", "-I", "ALL")

    def _adm(self, target: int, mode: str, operation: str, *arguments):
        run(["tgtadm", "-C", self.number, "--lld", "iscsi", "--mode", mode, "--op", operation, "--tid", target, *arguments],
            namespace=self.link.server)

    def address(self, row, host: str) -> dict:
        name = f"{self.TARGET}-{'crc32c' if row.words.get('digests') else 'none'}"
        return {"host": host, "port": self.port, "target": name, "lun": 1 if row.medium == "disk" else 2, "pid": self.pid}


class Floor:
    """What reads cost without any protocol, in one thread: 256 KiB pread and send over and over, or 4 KiB when asked."""

    ports = {"read": 3290, "ask": 3291}

    def __init__(self, link: Link, folder: Path, program: Path, image: Path):
        self.link, self.folder, self.program, self.image = link, folder, program, image
        self.pids: dict[str, int] = {}

    def start(self):
        for kind, port in self.ports.items():
            command = [self.program, "floor-serve", f"file={self.image}", f"port={port}", f"ask={int(kind == 'ask')}"]
            child = self.link.add(Child("floor", command, self.folder / f"floor-{kind}.log", self.link.server))
            self.pids[kind] = child.pid
            wait_until("the floor listening", lambda: self.link.listens(port) or child.require_alive())


__all__ = ["BootferryTarget", "Floor", "LabError", "Link", "Tgt"]
