# SPDX-License-Identifier: Apache-2.0
"""Makes QEMU's iPXE ROM look like a plain vendor PXE ROM on the wire.

`python3 -m lab.disguise TAP QEMU_SOCKET OUR_SOCKET` sits between QEMU (netdev dgram) and a tap. Until one TFTP download has
finished it takes options 77 (user class) and 175 (iPXE) out of the client's DHCP packets; then the loader speaks for itself.
"""
import fcntl
import os
import select
import socket
import struct
import sys

HIDDEN = (77, 175)


def checksum(data: bytes) -> int:
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def hide_options(frame: bytes) -> bytes:
    """A DHCP request without the hidden options, its lengths and checksums mended; any other frame unchanged."""
    if frame[12:14] != b"\x08\x00" or len(frame) < 42 or frame[23] != 17:
        return frame
    head = 14 + (frame[14] & 15) * 4
    sport, dport, size = struct.unpack("!HHH", frame[head:head + 6])
    payload = frame[head + 8:head + size]
    if dport not in (67, 4011) or len(payload) < 240 or payload[0] != 1:
        return frame
    kept, at = bytearray(payload[:240]), 240
    while at < len(payload) and payload[at] != 255:
        if payload[at] == 0:
            at += 1
            continue
        end = at + 2 + payload[at + 1]
        if payload[at] not in HIDDEN:
            kept += payload[at:end]
        at = end
    kept += b"\xff"
    kept += bytes(max(0, 300 - len(kept)))
    ip = bytearray(frame[14:head])
    ip[2:4] = struct.pack("!H", len(ip) + 8 + len(kept))
    ip[10:12] = b"\0\0"
    ip[10:12] = struct.pack("!H", checksum(bytes(ip)))
    udp = struct.pack("!HHHH", sport, dport, 8 + len(kept), 0) + kept
    pseudo = bytes(ip[12:20]) + struct.pack("!BBH", 0, 17, len(udp))
    udp = udp[:6] + struct.pack("!H", checksum(pseudo + udp) or 0xFFFF) + udp[8:]
    return frame[:14] + bytes(ip) + udp


class TftpWatch:
    """Tells when the first TFTP download that the client took to its end is over."""

    def __init__(self):
        self.block, self.last, self.over = 512, None, False

    def on_frame(self, frame: bytes, from_client: bool):
        if self.over or frame[12:14] != b"\x08\x00" or len(frame) < 46 or frame[23] != 17:
            return
        head = 14 + (frame[14] & 15) * 4
        dport, size = struct.unpack("!HH", frame[head + 2:head + 6])
        body = frame[head + 8:head + size]
        op = int.from_bytes(body[:2], "big")
        if from_client and dport == 69 and op == 1:
            self.block, self.last = 512, None
        elif not from_client and op == 6:
            fields = body[2:].lower().split(b"\0")
            if b"blksize" in fields:
                self.block = int(fields[fields.index(b"blksize") + 1])
        elif not from_client and op == 3 and dport not in (67, 68) and len(body) - 4 < self.block:
            self.last = body[2:4]
        elif from_client and op == 4 and self.last is not None and body[2:4] == self.last:
            self.over = True


def main(tap: str, qemu_path: str, our_path: str):
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, 0x400454CA, struct.pack("16sH", tap.encode(), 0x0002 | 0x1000))  # TUNSETIFF, IFF_TAP | IFF_NO_PI
    wire = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    wire.bind(our_path)
    watch = TftpWatch()
    while True:
        ready, _, _ = select.select([tun, wire], [], [])
        if wire in ready:
            frame = wire.recv(65536)
            watch.on_frame(frame, True)
            os.write(tun, frame if watch.over else hide_options(frame))
        if tun in ready:
            frame = os.read(tun, 65536)
            watch.on_frame(frame, False)
            try:
                wire.sendto(frame, socket.MSG_DONTWAIT, qemu_path)
            except (FileNotFoundError, ConnectionRefusedError, BlockingIOError):
                pass  # the PC is off, or slow: a wire loses frames


if __name__ == "__main__":
    main(*sys.argv[1:4])
