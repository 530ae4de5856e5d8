# SPDX-License-Identifier: Apache-2.0
"""A DHCP client that plays any number of machines from one host of the segment (it asks for broadcast answers)."""
import random
import socket
import struct

from .network import SERVER, call_in_namespace
from .sniffer import decode_dhcp


class DhcpClient:
    def __init__(self, namespace: str, device="eth0"):
        def open_socket():
            made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            made.setsockopt(socket.SOL_SOCKET, 25, device.encode())  # SO_BINDTODEVICE: there is no route yet
            made.bind(("", 68))
            return made

        self.socket = call_in_namespace(namespace, open_socket)

    def close(self):
        self.socket.close()

    def send(self, kind: int, mac: str, options: dict[int, bytes] | None = None, xid: int | None = None, ciaddr="0.0.0.0",
             to="255.255.255.255", flags=0x8000, port=67) -> int:
        xid = random.getrandbits(32) if xid is None else xid
        packet = struct.pack("!BBBBIHH4s4s4s4s16s64s128s4s", 1, 1, 6, 0, xid, 0, flags, socket.inet_aton(ciaddr), bytes(4), bytes(4),
                             bytes(4), bytes.fromhex(mac.replace(":", "")), b"", b"", b"\x63\x82\x53\x63")
        for code, value in {53: bytes([kind]), 55: b"\x01\x03\x06\x0f", **(options or {})}.items():
            packet += bytes([code, len(value)]) + value
        self.socket.sendto((packet + b"\xff").ljust(300, b"\0"), (to, port))
        return xid

    def receive(self, xid: int, timeout=1.0) -> dict | None:
        """The next answer to `xid`, or None."""
        self.socket.settimeout(timeout)
        try:
            for _ in range(200):
                answer = decode_dhcp(self.socket.recv(2048))
                if answer and answer["op"] == 2 and int(answer["xid"], 16) == xid:
                    return answer
        except (TimeoutError, ConnectionError):
            pass
        return None

    def lease(self, mac: str, options=None, tries=5) -> str | None:
        """Discover, request; the address that was acknowledged."""
        for _ in range(tries):
            xid = self.send(1, mac, options)
            offer = self.receive(xid)
            if not offer or offer["type"] != "offer":
                continue
            self.send(3, mac, {50: socket.inet_aton(offer["yiaddr"]), 54: socket.inet_aton(offer["server_id"] or SERVER), **(options or {})}, xid)
            answer = self.receive(xid)
            if answer and answer["type"] == "ack":
                return answer["yiaddr"]
        return None


PXE_BIOS = {60: b"PXEClient:Arch:00000:UNDI:002001", 93: b"\0\0", 94: b"\x01\x02\x01", 97: bytes(17)}
IPXE_BIOS = {**PXE_BIOS, 77: b"iPXE", 175: b"\xb1\x05\x01\x1a\xf4\x10\x00" b"\x21\x01\x01" b"\x18\x01\x01"}
