# SPDX-License-Identifier: Apache-2.0
"""CHAP (RFC 7143 section 12.1) for the raw initiator, and what a boot script says of a machine's credentials."""
import hashlib
import re
import struct

from .iscsi_raw import LOGIN

SECURITY_TO_OPERATIONAL, OPERATIONAL_TO_FULL = 0x81, 0x87
AUTHENTICATION_FAILURE, AUTHORIZATION_FAILURE = 0x0201, 0x0202
_HASHES = {5: hashlib.md5, 7: hashlib.sha256}


def request(link, stage: int, keys: dict) -> tuple[int, dict]:
    """One login request; (status, keys of the answer)."""
    text = b"".join(f"{key}={value}\0".encode() for key, value in keys.items())
    link.send(struct.pack("!BBBB4x6s2sIHHII16x", 0x40 | LOGIN, stage, 0, 0, link.isid, link.tsih, link.tag, 0, 0,
                          link.command_number, link.expected_status), text)
    pdu = link.receive()
    if pdu is None:
        return -1, {}
    link.expected_status = (int.from_bytes(pdu.header[24:28], "big") + 1) & 0xFFFFFFFF
    link.tsih = pdu.header[14:16]
    answer = dict(part.split("=", 1) for part in pdu.data.decode("latin-1").split("\0") if "=" in part)
    return int.from_bytes(pdu.header[36:38], "big"), answer


def chap_login(link, user: str, secret: str, algorithms="5", session_type="Normal") -> int:
    """The whole login with one-way CHAP, T set on every request as iPXE does; the status of its last answer."""
    names = {"InitiatorName": link.initiator, "SessionType": session_type, "AuthMethod": "CHAP,None"}
    if session_type == "Normal":
        names["TargetName"] = link.target
    status, answer = request(link, SECURITY_TO_OPERATIONAL, names)
    if status or answer.get("AuthMethod") != "CHAP":
        return status or -3
    status, challenge = request(link, SECURITY_TO_OPERATIONAL, {"CHAP_A": algorithms})
    if status:
        return status
    hashed = _HASHES[int(challenge["CHAP_A"])](bytes([int(challenge["CHAP_I"])]) + secret.encode() + bytes.fromhex(challenge["CHAP_C"][2:]))
    status, _ = request(link, SECURITY_TO_OPERATIONAL, {"CHAP_N": user, "CHAP_R": "0x" + hashed.hexdigest()})
    if status:
        return status
    return request(link, OPERATIONAL_TO_FULL, {"InitialR2T": "No", "MaxRecvDataSegmentLength": "262144"})[0]


def boot_credentials(server, mac: str) -> tuple[str, str]:
    """(user, secret) of the machine's boot script, fetched now."""
    script = server.curl(f"/boot/{mac}.ipxe").stdout
    user = re.search(r"^set username (\S+)$", script, re.MULTILINE)
    secret = re.search(r"^set password (\S+)$", script, re.MULTILINE)
    assert user and secret, script
    return user.group(1), secret.group(1)
