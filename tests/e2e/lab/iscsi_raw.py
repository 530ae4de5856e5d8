# SPDX-License-Identifier: Apache-2.0
"""A small iSCSI initiator of our own (RFC 7143) for what no tool does: several sessions at will, a FIN without a logout,
a header without its data, listening for asynchronous messages. Lets the test see each PDU."""
import array
import fcntl
import socket
import struct
import termios
from dataclasses import dataclass

from .network import SERVER, connect
from .processes import wait_until

LOGIN, LOGIN_RESPONSE, COMMAND, RESPONSE, DATA_OUT, DATA_IN = 0x03, 0x23, 0x01, 0x21, 0x05, 0x25
LOGOUT, LOGOUT_RESPONSE, ASYNC, REJECT, NOP_IN, R2T = 0x06, 0x26, 0x32, 0x3F, 0x20, 0x31
ASYNC_LOGOUT_REQUEST = 1  # RFC 7143 section 11.9.1


@dataclass
class Pdu:
    header: bytes
    data: bytes

    @property
    def opcode(self):
        return self.header[0] & 0x3F

    @property
    def status(self):
        return self.header[3]


class Initiator:
    def __init__(self, namespace, target, initiator="iqn.2026-11.test.lab:initiator", isid=1, host=SERVER, block_size=512):
        self.socket = connect(namespace, 3260, host)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.target, self.initiator = target, initiator
        self.isid = b"\x80" + struct.pack("!I", isid)[1:] + b"\0\x01"
        self.tag, self.command_number, self.expected_status = 1, 1, 0
        self.tsih = b"\0\0"
        self.block_size = block_size

    def close(self):
        self.socket.close()

    def send(self, header: bytes, data: bytes = b""):
        assert len(header) == 48
        header = header[:4] + b"\0" + struct.pack("!I", len(data))[1:] + header[8:]
        self.socket.sendall(header + data + bytes(-len(data) % 4))

    def receive(self) -> Pdu | None:
        """The next PDU, or None when the target has closed."""
        header = self._exactly(48)
        if header is None:
            return None
        size = int.from_bytes(header[5:8], "big")
        body = self._exactly(4 * header[4] + size + (-size % 4)) or b""
        return Pdu(header, body[4 * header[4]:4 * header[4] + size])

    def _exactly(self, size: int) -> bytes | None:
        data = b""
        while len(data) < size:
            try:
                part = self.socket.recv(size - len(data))
            except ConnectionResetError:
                return None
            if not part:
                return None
            data += part
        return data

    def login(self, session_type="Normal", extra=None) -> tuple[int, dict]:
        """One login request straight to full-feature phase; returns (status class * 256 + detail, keys)."""
        keys = {"InitiatorName": self.initiator, "SessionType": session_type, "HeaderDigest": "None", "DataDigest": "None",
                "InitialR2T": "No", "ImmediateData": "Yes", "MaxRecvDataSegmentLength": "262144", **(extra or {})}
        if session_type == "Normal":
            keys["TargetName"] = self.target
        text = b"".join(f"{key}={value}\0".encode() for key, value in keys.items())
        answers: dict = {}
        stage = 0x87  # transit, operational negotiation to full feature
        for _ in range(5):
            header = struct.pack("!BBBB4x6s2sIHHII16x", 0x40 | LOGIN, stage, 0, 0, self.isid, self.tsih, self.tag, 0, 0,
                                 self.command_number, self.expected_status)
            self.send(header, text)
            pdu = self.receive()
            if pdu is None:
                return -1, answers
            answers.update(part.split("=", 1) for part in pdu.data.decode("latin-1").split("\0") if "=" in part)
            status = int.from_bytes(pdu.header[36:38], "big")
            self.expected_status = (int.from_bytes(pdu.header[24:28], "big") + 1) & 0xFFFFFFFF
            self.tsih = pdu.header[14:16]
            if status or pdu.header[1] & 0x83 == 0x83:
                return status, answers
            text = b""
        return -2, answers

    def command_header(self, cdb: bytes, length: int, read=False, write=False, lun=0) -> bytes:
        flags = 0x80 | (0x40 if read else 0) | (0x20 if write else 0) | 1
        self.tag += 1
        header = struct.pack("!BBHIHHIIIII16s", COMMAND, flags, 0, 0, lun, 0, 0, self.tag, length, self.command_number,
                             self.expected_status, cdb)
        self.command_number += 1
        return header

    def command(self, cdb: bytes, length=0, data=b"", lun=0) -> tuple[int, bytes]:
        """Runs one command with immediate data; returns (SCSI status, data in or sense)."""
        self.send(self.command_header(cdb, len(data) or length, read=length > 0 and not data, write=bool(data), lun=lun), data)
        return self.finish()

    def finish(self) -> tuple[int, bytes]:
        got = b""
        while True:
            pdu = self.receive()
            if pdu is None:
                raise ConnectionError("the target closed in the middle of a command")
            if pdu.opcode == DATA_IN:
                got += pdu.data
                if pdu.header[1] & 1:
                    self._note(pdu)
                    return pdu.status, got
            elif pdu.opcode == RESPONSE:
                self._note(pdu)
                return pdu.status, pdu.data if pdu.status else got
            elif pdu.opcode not in (NOP_IN, ASYNC):
                raise ConnectionError(f"unexpected PDU {pdu.opcode:#x}: {pdu.header.hex()}")

    def _note(self, pdu: Pdu):
        self.expected_status = (int.from_bytes(pdu.header[24:28], "big") + 1) & 0xFFFFFFFF

    def test_ready(self) -> int:
        """TEST UNIT READY until the power-on unit attention is over."""
        status, _ = self.command(bytes(16))
        return self.command(bytes(16))[0] if status == 2 else status

    def read(self, lba: int, blocks=1) -> bytes:
        status, data = self.command(struct.pack("!BBIBHB6x", 0x28, 0, lba, 0, blocks, 0), length=blocks * self.block_size)
        if status:
            raise OSError(f"READ(10) status {status:#x}, sense {data.hex()}")
        return data

    def write(self, lba: int, data: bytes):
        status, sense = self.command(struct.pack("!BBIBHB6x", 0x2A, 0, lba, 0, len(data) // self.block_size, 0), data=data)
        if status:
            raise OSError(f"WRITE(10) status {status:#x}, sense {sense.hex()}")

    def flush(self):
        status, sense = self.command(struct.pack("!BBIBHB6x", 0x35, 0, 0, 0, 0, 0))
        if status:
            raise OSError(f"SYNCHRONIZE CACHE status {status:#x}, sense {sense.hex()}")

    def logout(self) -> Pdu | None:
        self.tag += 1
        self.send(struct.pack("!BBHIQIHHII16x", 0x40 | LOGOUT, 0x80, 0, 0, 0, self.tag, 0, 0, self.command_number, self.expected_status))
        while True:
            pdu = self.receive()
            if pdu is None or pdu.opcode == LOGOUT_RESPONSE:
                return pdu

    def unacknowledged(self) -> int:
        """Bytes sent that the target's TCP has not acknowledged yet."""
        count = array.array("i", [0])
        fcntl.ioctl(self.socket, termios.TIOCOUTQ, count)
        return count[0]


def log_in(server, namespace, mac="52:54:00:e2:e0:01", **options) -> Initiator:
    """From a namespace to the first target of that client, ready for commands. `options`: Initiator's."""
    link = Initiator(namespace, next(client for client in server.clients() if client["mac"] == mac)["targets"][0], **options)
    status, _ = link.login()
    assert status == 0, f"login status {status:#06x}"
    assert link.test_ready() == 0
    return link


def leave(server, link: Initiator):
    """Logs out, and waits until the server has let the disk go."""
    assert link.logout() is not None
    link.close()
    wait_until("its session's end", lambda: not any(session["target"] == link.target for session in server.sessions()), 20)
