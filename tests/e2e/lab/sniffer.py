# SPDX-License-Identifier: Apache-2.0
"""What was said on the wire, as JSON lines: DHCP, TFTP, HTTP requests, iSCSI logins, router solicitations and advertisements.

Runs as a process of its own (`python3 -m lab.sniffer br0 OUT.jsonl`) in the switch's namespace; `Wire` is the reader's side.
Tests assert on this and not on any server's log, so the same assertions hold for every server.
Times are CLOCK_MONOTONIC, the same clock as time.monotonic() in the tests.
"""
import ctypes
import json
import signal
import socket
import struct
import sys
import time
from pathlib import Path
from urllib.parse import unquote

from .processes import Child, wait_until

DHCP_TYPES = {1: "discover", 2: "offer", 3: "request", 4: "decline", 5: "ack", 6: "nak", 7: "release", 8: "inform"}
ISCSI_PORT = 3260
HTTP_PORTS = (80, 8080)


class Wire:
    """Starts the sniffer and answers questions about what it saw."""

    def __init__(self, namespace: str, folder: Path):
        self.path = folder / "wire.jsonl"
        self.path.touch()
        self._asked = 0
        root = Path(__file__).resolve().parent.parent
        self.child = Child("sniffer", ["env", f"PYTHONPATH={root}", sys.executable, "-m", "lab.sniffer", "br0", self.path],
                           folder / "sniffer.log", namespace)
        wait_until("the sniffer's first line", lambda: self.path.stat().st_size > 0 or self.child.require_alive())

    def events(self, kind: str | None = None, **wanted) -> list[dict]:
        """What was on the wire up to now: the sniffer first writes down all that it has received."""
        self._settle()
        return self._seen(kind, **wanted)

    def _settle(self):
        if not self.child.alive():
            return
        self._asked += 1
        self.child.process.send_signal(signal.SIGUSR1)
        wait_until("the sniffer to catch up", lambda: self._seen("settled", number=self._asked) or not self.child.alive(), 10)

    def _seen(self, kind: str | None = None, **wanted) -> list[dict]:
        text = self.path.read_text(errors="replace")
        lines = text.splitlines() if text.endswith("\n") else text.splitlines()[:-1]
        found = (json.loads(line) for line in lines)
        return [event for event in found if (event["kind"] == kind if kind else event["kind"] != "settled")
                and all(event.get(key) == value for key, value in wanted.items())]

    def wait(self, kind: str, timeout=20, **wanted) -> dict:
        return wait_until(f"{kind} {wanted} on the wire", lambda: self._seen(kind, **wanted), timeout)[0]

    def dhcp(self, type: str, **wanted) -> list[dict]:
        return self.events("dhcp", type=type, **wanted)

    def stop(self):
        self.child.stop(1)


# -- the sniffing process ------------------------------------------------------------------------------------------------


def _mac(raw: bytes) -> str:
    return ":".join(f"{byte:02x}" for byte in raw)


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode("latin-1")


def decode_dhcp(payload: bytes) -> dict | None:
    if len(payload) < 240 or payload[236:240] != b"\x63\x82\x53\x63":
        return None
    options: dict[int, bytes] = {}

    def walk(area: bytes):
        at = 0
        while at < len(area) and area[at] != 255:
            if area[at] == 0:
                at += 1
                continue
            if at + 2 > len(area):
                return
            code, size = area[at], area[at + 1]
            options[code] = options.get(code, b"") + area[at + 2:at + 2 + size]
            at += 2 + size

    walk(payload[240:])
    overload = options.get(52, b"\0")[0]
    file, sname = payload[108:236], payload[44:108]
    if overload & 1:
        walk(file)
        file = b""
    if overload & 2:
        walk(sname)
        sname = b""
    return {
        "op": payload[0], "type": DHCP_TYPES.get(options.get(53, b"\0")[0], "bootp"), "mac": _mac(payload[28:34]),
        "xid": payload[4:8].hex(), "secs": int.from_bytes(payload[8:10], "big"), "flags": payload[10:12].hex(),
        "ciaddr": socket.inet_ntoa(payload[12:16]), "yiaddr": socket.inet_ntoa(payload[16:20]),
        "siaddr": socket.inet_ntoa(payload[20:24]), "giaddr": socket.inet_ntoa(payload[24:28]),
        "file": _text(file), "sname": _text(sname),
        "vendor": _text(options.get(60, b"")), "user_class": options.get(77, b"").decode("latin-1"),
        "arch": int.from_bytes(options[93], "big") if 93 in options else None,
        "server_id": socket.inet_ntoa(options[54]) if len(options.get(54, b"")) == 4 else None,
        "bootfile": _text(options.get(67, b"")),
        "options": {str(code): value.hex() for code, value in options.items()},
    }


class _Flow:
    """One iSCSI connection, client to server or back, until its login is over (later data could look like PDUs)."""

    def __init__(self, sequence: int):
        self.next, self.pending, self.data, self.done = sequence, {}, b"", False

    def feed(self, sequence: int, payload: bytes):
        if self.done or not payload:
            return
        self.pending[sequence] = payload
        while self.next in self.pending:
            chunk = self.pending.pop(self.next)
            self.data += chunk
            self.next = (self.next + len(chunk)) & 0xFFFFFFFF

    def take_pdus(self):
        while not self.done and len(self.data) >= 48:
            size = 48 + 4 * self.data[4] + ((int.from_bytes(self.data[5:8], "big") + 3) & ~3)
            if len(self.data) < size:
                return
            pdu, self.data = self.data[:size], self.data[size:]
            yield pdu


class Sniffer:
    def __init__(self, out):
        self.out = out
        self.flows: dict[tuple, _Flow] = {}
        self.http: dict[tuple, bytes] = {}
        self.tftp: dict[tuple, dict] = {}
        self.now = 0.0

    def emit(self, kind: str, **fields):
        self.out.write(json.dumps({"t": round(self.now, 4), "kind": kind, **fields}) + "\n")
        self.out.flush()

    def on_frame(self, frame: bytes):
        if len(frame) < 34:
            return
        ether_type = frame[12:14]
        if ether_type == b"\x08\x06" and len(frame) >= 42:
            self.emit("arp", op=frame[21], sender=socket.inet_ntoa(frame[28:32]), target=socket.inet_ntoa(frame[38:42]),
                      mac=_mac(frame[22:28]))
        elif ether_type == b"\x08\x42":
            self.on_wake("ethernet", _mac(frame[0:6]), frame[14:])
        elif ether_type == b"\x86\xdd":
            self.on_ipv6(frame)
        elif ether_type == b"\x08\x00":
            self.on_ipv4(frame)

    def on_ipv6(self, frame: bytes):
        if len(frame) < 58 or frame[20] != 58 or frame[54] not in (133, 134):
            return
        self.emit("rs" if frame[54] == 133 else "ra", mac=_mac(frame[6:12]), to=_mac(frame[0:6]),
                  dst=socket.inet_ntop(socket.AF_INET6, frame[38:54]), body=frame[54:].hex())

    def on_ipv4(self, frame: bytes):
        head = (frame[14] & 15) * 4
        total = int.from_bytes(frame[16:18], "big")
        source, target = socket.inet_ntoa(frame[26:30]), socket.inet_ntoa(frame[30:34])
        body = frame[14 + head:14 + total]
        if len(body) < 8 or int.from_bytes(frame[20:22], "big") & 0x1FFF:
            return
        sport, dport = struct.unpack("!HH", body[:4])
        if frame[23] == 17:
            self.on_udp(frame, source, sport, target, dport, body[8:])
        elif frame[23] == 6 and len(body) >= 20:
            self.on_tcp(source, sport, target, dport, body)

    def on_wake(self, way, to, payload):
        """A magic packet: six bytes of 0xFF and sixteen times one address, wherever they lie."""
        at = payload.find(b"\xff" * 6)
        mac = payload[at + 6:at + 12]
        if at >= 0 and len(mac) == 6 and payload[at + 6:at + 102] == mac * 16:
            self.emit("wake", way=way, to=to, mac=_mac(mac))

    def on_udp(self, frame, source, sport, target, dport, payload):
        if dport == 9:
            self.on_wake("udp", target, payload)
            return
        if {sport, dport} & {67, 68, 4011}:
            message = decode_dhcp(payload)
            if message:
                self.emit("dhcp", src=source, dst=target, sport=sport, dport=dport, frame_to=_mac(frame[0:6]), **message)
        elif len(payload) >= 2:
            self.on_tftp(source, sport, target, dport, payload)

    def on_tftp(self, source, sport, target, dport, payload):
        op = int.from_bytes(payload[:2], "big")
        if dport == 69 and op in (1, 2):
            fields = payload[2:].split(b"\0")
            options = {fields[i].decode("latin-1"): fields[i + 1].decode("latin-1") for i in range(2, len(fields) - 1, 2)}
            self.tftp[(source, sport)] = {"file": fields[0].decode("latin-1"), "bytes": 0, "block": 512, "last": 0}
            self.emit("tftp-rrq" if op == 1 else "tftp-wrq", client=source, file=fields[0].decode("latin-1"), options=options)
            return
        transfer = self.tftp.get((target, dport))
        if transfer and op == 6:
            fields = payload[2:].split(b"\0")
            options = {fields[i].decode("latin-1").lower(): fields[i + 1].decode("latin-1") for i in range(0, len(fields) - 1, 2)}
            transfer["block"] = int(options.get("blksize", 512))
            self.emit("tftp-oack", client=target, file=transfer["file"], options=options)
        elif transfer and op == 3:
            self.on_tftp_blocks(target, transfer, payload)
        elif op == 5 and (transfer or (source, sport) in self.tftp):
            self.emit("tftp-error", src=source, dst=target, code=int.from_bytes(payload[2:4], "big"), text=_text(payload[4:]))

    def on_tftp_blocks(self, client, transfer, payload):
        """A window that the server's kernel was given at once is seen here before it is cut (UDP_SEGMENT): several blocks in one."""
        size = transfer["block"] + 4
        for begin in range(0, len(payload), size):
            block = payload[begin:begin + size]
            number = int.from_bytes(block[2:4], "big")
            if number != (transfer["last"] + 1) & 0xFFFF:
                continue
            transfer["last"] = number
            transfer["bytes"] += len(block) - 4
            if len(block) < size:
                self.emit("tftp-done", client=client, file=transfer["file"], bytes=transfer["bytes"])

    def on_tcp(self, source, sport, target, dport, body):
        sequence = int.from_bytes(body[4:8], "big")
        flags, payload = body[13], body[(body[12] >> 4) * 4:]
        key = (source, sport, target, dport)
        if ISCSI_PORT in (sport, dport):
            if flags & 2:
                self.flows[key] = _Flow((sequence + 1) & 0xFFFFFFFF)
            for bit, name in ((2, "syn"), (1, "fin"), (4, "rst")):
                if flags & bit and not (bit == 2 and flags & 16):
                    self.emit(f"iscsi-{name}", src=source, sport=sport, dst=target, dport=dport,
                              by="client" if dport == ISCSI_PORT else "server")
            if key in self.flows:
                self.on_iscsi(key, sequence, payload)
        elif dport in HTTP_PORTS and payload:
            self.on_http(key, payload)

    def on_iscsi(self, key, sequence, payload):
        flow = self.flows[key]
        if sequence == (flow.next - 1) & 0xFFFFFFFF and not payload:
            return
        flow.feed(sequence, payload)
        for pdu in flow.take_pdus():
            opcode = pdu[0] & 0x3F
            if opcode not in (0x03, 0x23):
                flow.done = True
                return
            size = int.from_bytes(pdu[5:8], "big")
            keys = dict(part.split("=", 1) for part in pdu[48:48 + size].decode("latin-1").split("\0") if "=" in part)
            if opcode == 0x03:
                self.emit("iscsi-login", client=key[0], port=key[1], stage=pdu[1], isid=pdu[8:14].hex(), tsih=pdu[14:16].hex(),
                          keys=keys, initiator=keys.get("InitiatorName"), target=keys.get("TargetName"))
            else:
                self.emit("iscsi-login-response", client=key[2], port=key[3], stage=pdu[1], status=pdu[36:38].hex(), keys=keys)
                if pdu[1] & 0x83 == 0x83:
                    flow.done = True
                    other = self.flows.get((key[2], key[3], key[0], key[1]))
                    if other:
                        other.done = True

    def on_http(self, key, payload):
        data = self.http.get(key, b"") + payload
        end = data.find(b"\r\n\r\n")
        if end < 0:
            self.http[key] = data[-16384:]
            return
        self.http.pop(key, None)
        lines = data[:end].decode("latin-1").split("\r\n")
        words = lines[0].split()
        if len(words) == 3 and words[2].startswith("HTTP/"):
            headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            path, _, query = words[1].partition("?")
            self.emit("http", client=key[0], method=words[0], path=unquote(path), query=query, agent=headers.get("user-agent", ""), headers=headers)


def _filter_bulk(sock: socket.socket):
    """Drops large TCP segments (disk and file data) in the kernel, so that Python keeps up; keeps SYN, FIN and RST."""
    code = [
        (0x28, 0, 0, 12), (0x15, 0, 8, 0x0800),  # ethertype; not IPv4: keep
        (0x30, 0, 0, 23), (0x15, 0, 6, 6),       # protocol; not TCP: keep
        (0xB1, 0, 0, 14),                        # X = IP header length
        (0x50, 0, 0, 27), (0x45, 3, 0, 7),       # TCP flags & (FIN|SYN|RST): keep
        (0x80, 0, 0, 0), (0x25, 0, 1, 1200),     # length > 1200: drop
        (0x06, 0, 0, 0), (0x06, 0, 0, 0x40000),
    ]
    program = b"".join(struct.pack("HBBI", *line) for line in code)
    buffer = ctypes.create_string_buffer(program)
    sock.setsockopt(socket.SOL_SOCKET, 26, struct.pack("HP", len(code), ctypes.addressof(buffer)))  # SO_ATTACH_FILTER


def main(interface: str, path: str):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    _filter_bulk(sock)
    sock.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)  # SO_RCVBUFFORCE
    sock.bind((interface, 0))
    index = socket.if_nametoindex(interface)
    sock.setsockopt(263, 1, struct.pack("iHH8s", index, 1, 0, b""))  # SOL_PACKET, ADD_MEMBERSHIP, PACKET_MR_PROMISC
    sock.setsockopt(socket.SOL_SOCKET, 35, 1)  # SO_TIMESTAMPNS: when it was on the wire, not when Python had time
    asked = answered = 0

    def on_ask(*_):
        nonlocal asked
        asked += 1

    signal.signal(signal.SIGUSR1, on_ask)
    sock.settimeout(0.02)
    with open(path, "a") as out:
        sniffer = Sniffer(out)
        sniffer.now = time.monotonic()
        sniffer.emit("start", interface=interface)
        while True:
            try:
                frame, extra, _, _ = sock.recvmsg(65536, 256)
            except TimeoutError:  # nothing is left to read
                while answered < asked:
                    answered += 1
                    sniffer.emit("settled", number=answered)
                continue
            sniffer.now = time.monotonic()
            for level, kind, data in extra:
                if level == socket.SOL_SOCKET and kind == 35:
                    seconds, nanos = struct.unpack("qq", data[:16])
                    sniffer.now -= max(0.0, time.time() - (seconds + nanos / 1e9))
            try:
                sniffer.on_frame(frame)
            except (IndexError, ValueError, struct.error) as error:
                sniffer.emit("unparsed", error=str(error), frame=frame[:200].hex())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
