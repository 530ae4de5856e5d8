# SPDX-License-Identifier: Apache-2.0
"""One test's lab: its network, its folder of logs, its wire, and everything it started. Leaving it removes all of that."""
import os
import shutil
import tempfile
from pathlib import Path

from .bootferry import BINARY, Bootferry
from .images import ROOT
from .machine import Machine
from .network import Network
from .peers import PeerStack, RouterDhcp
from .processes import Child
from .sniffer import Wire

RUNS = ROOT / "build" / "e2e"


class Lab:
    def __init__(self, name: str):
        self.folder = RUNS / name
        self.network = Network()
        self.children: list[Child] = []
        self.servers: list = []
        self.keep = bool(os.environ.get("BOOTFERRY_E2E_KEEP"))

    def __enter__(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.short = Path(tempfile.mkdtemp(prefix=f"bfe2e-{os.getpid()}-"))  # a Unix socket's path ends at 107 characters
        try:
            self.network.up()
            self.wire = Wire(self.network.net, self.folder)
            self.children.append(self.wire.child)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind, error, trace):
        for child in reversed(self.children):
            try:
                child.process.kill()
                child.process.wait(5)
            except Exception as problem:  # the rest must still be removed
                print(f"lab: {child.name} (pid {child.pid}) does not end: {problem}")
        for server in self.servers:
            if isinstance(server, PeerStack) and hasattr(server, "tgtd"):
                server.stop()
        self.network.down()
        if kind is None and not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)
        elif (self.short / "state").exists():
            shutil.move(self.short / "state", self.folder / "state")
        shutil.rmtree(self.short, ignore_errors=True)

    def add(self, child: Child) -> Child:
        self.children.append(child)
        return child

    def machine(self, path="bios-rom", **options) -> Machine:
        return Machine(self, path, **options)

    def router(self) -> RouterDhcp:
        return RouterDhcp(self).start()

    def serve(self, mode="server", kind=None, **options):
        """Starts the server under test; in proxy mode the router's DHCP comes first."""
        if mode == "proxy":
            self.router()
        made = make_server(self, mode, kind or server_kind(), **options)
        self.servers.append(made)
        return made.start()


def server_kind() -> str:
    """BOOTFERRY_E2E_SERVER=peers proves the lab itself, with dnsmasq + nginx + tgt in Bootferry's place."""
    return os.environ.get("BOOTFERRY_E2E_SERVER", "bootferry")


def make_server(lab: Lab, mode: str, kind: str, **options):
    if kind == "peers":
        return PeerStack(lab, mode, **options)
    if not BINARY.exists():
        raise FileNotFoundError(f"{BINARY} is missing: cmake --preset release && cmake --build build/release")
    return Bootferry(lab, mode, **options)
