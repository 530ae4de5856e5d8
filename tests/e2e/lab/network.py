# SPDX-License-Identifier: Apache-2.0
"""One LAN segment in three namespaces of our own: the switch with the PCs, the boot server, and the router.

    net : bridge br0, tap0..tap5 (QEMU and the sniffer)    srv : eth0 10.99.0.1 (boot server)    dhcp : eth0 10.99.0.2 (router)
Names carry our pid, so that two runs do not collide and what a killed run left behind can be told and removed.
"""
import ctypes
import itertools
import os
import re
import shutil
import socket
import tempfile
import threading
from pathlib import Path

from .cgroups import find_groups, remove_groups
from .processes import LabError, run, wait_until

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000
_count = itertools.count()

SERVER = "10.99.0.1"
ROUTER = "10.99.0.2"
TAPS = 6


def remove_leftovers():
    """Removes namespaces, control groups and temporary folders of runs whose process is gone."""
    for group in find_groups("bfe2e-*-*"):
        if not os.path.exists(f"/proc/{group.name.split('-')[1]}"):
            remove_groups(group.name)
    for folder in Path(tempfile.gettempdir()).glob("bfe2e-*-*"):
        if not os.path.exists(f"/proc/{folder.name.split('-')[1]}"):
            for place in re.findall(rf"^\S+ ({folder}\S*) ", Path("/proc/mounts").read_text(), re.MULTILINE):
                run(["umount", "-l", place], check=False)
            shutil.rmtree(folder, ignore_errors=True)
    for line in run(["ip", "netns", "list"]).stdout.splitlines():
        name = line.split()[0]
        parts = name.split("-")
        if parts[0] == "bfe2e" and len(parts) == 4 and not os.path.exists(f"/proc/{parts[1]}"):
            run(["ip", "netns", "delete", name], check=False)


class Network:
    def __init__(self):
        tag = f"bfe2e-{os.getpid()}-{next(_count)}"
        self.net, self.srv, self.dhcp = f"{tag}-net", f"{tag}-srv", f"{tag}-dhcp"

    def up(self):
        for name in (self.net, self.srv, self.dhcp):
            run(["ip", "netns", "add", name])
            run(["ip", "-n", name, "link", "set", "lo", "up"])
        # STP off and no forward delay: else the first DHCP packets are lost.
        run(["ip", "-n", self.net, "link", "add", "br0", "type", "bridge", "stp_state", "0", "forward_delay", "0"])
        run(["ip", "-n", self.net, "link", "set", "br0", "up"])
        for peer, port, address in ((self.srv, "v-srv", SERVER), (self.dhcp, "v-dhcp", ROUTER)):
            run(["ip", "-n", self.net, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", peer])
            run(["ip", "-n", self.net, "link", "set", port, "master", "br0", "up"])
            run(["ip", "-n", peer, "link", "set", "eth0", "up"])
            run(["ip", "-n", peer, "address", "add", f"{address}/24", "dev", "eth0"])
        for index in range(TAPS):
            run(["ip", "tuntap", "add", "dev", f"tap{index}", "mode", "tap"], namespace=self.net)
            run(["ip", "-n", self.net, "link", "set", f"tap{index}", "master", "br0", "up"])

    def add_host(self, address: str | None = None) -> str:
        """One more host on the segment, for protocol clients; returns its namespace."""
        name = f"{self.net[:-4]}-h{next(_count)}"
        port = f"v-{name.rsplit('-', 1)[1]}"
        run(["ip", "netns", "add", name])
        self._hosts.append(name)
        run(["ip", "-n", name, "link", "set", "lo", "up"])
        run(["ip", "-n", self.net, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", name])
        run(["ip", "-n", self.net, "link", "set", port, "master", "br0", "up"])
        run(["ip", "-n", name, "link", "set", "eth0", "up"])
        if address:
            run(["ip", "-n", name, "address", "add", f"{address}/24", "dev", "eth0"])
        # The bridge takes a moment to see the cable; what a client sends before is lost, and a raw one does not repeat it.
        wait_until(f"the port of {name} forwards",
                   lambda: "state forwarding" in run(["bridge", "-n", self.net, "link", "show", "dev", port]).stdout, 10)
        return name

    @property
    def _hosts(self) -> list:
        return self.__dict__.setdefault("_host_names", [])

    def down(self):
        for name in (*self._hosts, self.net, self.srv, self.dhcp):
            run(["ip", "netns", "delete", name], check=False)


def call_in_namespace(namespace: str, function):
    """Calls `function` in a thread of its own that has entered the namespace; sockets made there stay there."""
    result: list = [None, None]

    def body():
        try:
            with open(f"/run/netns/{namespace}") as handle:
                if _libc.setns(handle.fileno(), _CLONE_NEWNET) != 0:
                    raise LabError(f"cannot enter {namespace}: {os.strerror(ctypes.get_errno())}")
            result[0] = function()
        except BaseException as error:  # noqa: B902 - handed to the caller below
            result[1] = error

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    if result[1]:
        raise result[1]
    return result[0]


def make_socket(namespace: str, family=socket.AF_INET, kind=socket.SOCK_STREAM, protocol=0) -> socket.socket:
    made = call_in_namespace(namespace, lambda: socket.socket(family, kind, protocol))
    made.settimeout(10)
    return made


def connect(namespace: str, port: int, host=SERVER, timeout=10) -> socket.socket:
    made = make_socket(namespace, socket.AF_INET6 if ":" in host else socket.AF_INET)
    made.settimeout(timeout)
    made.connect((host, port))
    return made
