# SPDX-License-Identifier: Apache-2.0
"""A wire in bad weather: an Ethernet relay in user space between one host and the segment, which delays each frame by a time of its
own (so that frames overtake each other), loses some and doubles some. For any protocol; what it does comes from a seed.

    host = host_relay.add_host(lab, "10.99.0.50", delay=(0.0, 0.02), loss=0.02, double=0.02)
"""
import argparse
import array
import fcntl
import heapq
import random
import select
import socket
import struct
import sys
import time
from pathlib import Path

from .processes import Child, run, wait_until

_SIOCETHTOOL = 0x8946
_ETHTOOL_STXCSUM = 0x17
_SOL_PACKET, _PACKET_ADD_MEMBERSHIP, _PACKET_MR_PROMISC, _PACKET_OUTGOING = 263, 1, 1, 4
_ETH_P_ALL = 3
_MTU_FRAME = 1514


def add_host(lab, address: str | None, delay=(0.0, 0.0), loss=0.0, double=0.0, seed=1) -> str:
    """One more host on the segment, behind a relay; returns its namespace."""
    network = lab.network
    host = network.add_host(address)
    near = f"v-{host.rsplit('-', 1)[1]}"  # the host's port of the switch becomes the relay's
    far, port = f"{near}f", f"{near}p"
    run(["ip", "-n", network.net, "link", "set", near, "nomaster"])
    run(["ip", "-n", network.net, "link", "add", far, "type", "veth", "peer", "name", port])
    run(["ip", "-n", network.net, "link", "set", port, "master", "br0", "up"])
    run(["ip", "-n", network.net, "link", "set", far, "up"])
    # A frame whose checksum is left to the receiving kernel, or that is several in one, would not survive the way through us.
    for namespace, device in ((host, "eth0"), (network.srv, "eth0"), (network.dhcp, "eth0")):
        run([sys.executable, "-c", f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r}); "
             f"from lab.host_relay import keep_frames_plain; keep_frames_plain({device!r})"], namespace=namespace)
    command = [sys.executable, "-m", "lab.host_relay", near, far, "--delay", *(str(part) for part in delay), "--loss", str(loss),
               "--double", str(double), "--seed", str(seed)]
    child = lab.add(Child("relay", command, lab.folder / "relay.log", network.net, env=_with_path()))
    wait_until("the relay", lambda: child.require_alive() or "ready" in child.tail())
    return host


def _with_path() -> dict:
    import os
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}


def keep_frames_plain(device: str):
    """No transmit checksum offload, and with it no segmentation offload (ethtool -K DEVICE tx off)."""
    value = array.array("B", struct.pack("II", _ETHTOOL_STXCSUM, 0))
    request = struct.pack("16sP", device.encode(), value.buffer_info()[0])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCETHTOOL, request)


def _open(device: str) -> socket.socket:
    made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ALL))
    made.bind((device, _ETH_P_ALL))
    made.setsockopt(_SOL_PACKET, _PACKET_ADD_MEMBERSHIP, struct.pack("IHH8s", socket.if_nametoindex(device), _PACKET_MR_PROMISC, 0, b""))
    return made


def relay(near: str, far: str, delay: tuple[float, float], loss: float, double: float, seed: int):
    weather = random.Random(seed)
    ends = {near: _open(near), far: _open(far)}
    other = {ends[near]: ends[far], ends[far]: ends[near]}
    waiting: list = []
    number = 0
    print("ready", flush=True)
    while True:
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, _, frame, to = heapq.heappop(waiting)
            to.send(frame)
        ready, _, _ = select.select(list(other), [], [], waiting[0][0] - now if waiting else None)
        for end in ready:
            frame, address = end.recvfrom(65536)
            if address[2] == _PACKET_OUTGOING or weather.random() < loss:
                continue
            if len(frame) > _MTU_FRAME:
                raise SystemExit(f"a frame of {len(frame)} bytes: segmentation offload is on")
            for _ in range(2 if weather.random() < double else 1):
                number += 1
                heapq.heappush(waiting, (time.monotonic() + weather.uniform(*delay), number, frame, other[end]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("near")
    parser.add_argument("far")
    parser.add_argument("--delay", nargs=2, type=float, default=(0.0, 0.0))
    parser.add_argument("--loss", type=float, default=0.0)
    parser.add_argument("--double", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    relay(options.near, options.far, tuple(options.delay), options.loss, options.double, options.seed)
