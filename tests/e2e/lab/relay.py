# SPDX-License-Identifier: Apache-2.0
"""A bad cable: delays, reorders and loses Ethernet frames between a virtual PC and the switch.

`python3 -m lab.relay TAP QEMU_SOCKET OUR_SOCKET DELAY_MS JITTER_MS LOSS_PERCENT` sits between QEMU (netdev dgram) and a tap. Each
frame waits DELAY_MS and up to JITTER_MS more, by its own throw of the dice: so frames overtake one another.
"""
import fcntl
import heapq
import itertools
import os
import random
import select
import socket
import struct
import sys
import time


def open_tap(name: str) -> int:
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, 0x400454CA, struct.pack("16sH", name.encode(), 0x0002 | 0x1000))  # TUNSETIFF, IFF_TAP | IFF_NO_PI
    return tun


def main(tap: str, qemu_path: str, our_path: str, delay_ms: str, jitter_ms: str, loss_percent: str):
    delay, jitter, loss = float(delay_ms) / 1000, float(jitter_ms) / 1000, float(loss_percent) / 100
    dice, numbers = random.Random(tap), itertools.count()
    tun, wire = open_tap(tap), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    wire.bind(our_path)
    waiting: list = []

    def put(frame: bytes, to_switch: bool):
        if dice.random() >= loss:
            heapq.heappush(waiting, (time.monotonic() + delay + dice.random() * jitter, next(numbers), to_switch, frame))

    while True:
        pause = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        ready, _, _ = select.select([tun, wire], [], [], pause)
        if wire in ready:
            put(wire.recv(65536), True)
        if tun in ready:
            put(os.read(tun, 65536), False)
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, to_switch, frame = heapq.heappop(waiting)
            try:
                os.write(tun, frame) if to_switch else wire.sendto(frame, socket.MSG_DONTWAIT, qemu_path)
            except (FileNotFoundError, ConnectionRefusedError, BlockingIOError):
                pass  # the PC is off, or slow: a wire loses frames


if __name__ == "__main__":
    main(*sys.argv[1:7])
