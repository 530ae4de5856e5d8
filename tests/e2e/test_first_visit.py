# SPDX-License-Identifier: Apache-2.0
"""The first visit: the QR code on the console opens the page with the code, and the self-test can be read before there is a password."""
import json
import re

import pytest
import zbar
from lab.bootferry import Bootferry
from lab.network import SERVER

GOOD = "correct horse battery"
pytestmark = pytest.mark.product
BLOCKS = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
SCALE = 6


def read_qr_code(log: str) -> str:
    """What a camera would read: light blocks on a dark ground, as a terminal or a journal shows them."""
    lines = [line for line in log.splitlines() if line and set(line) <= set(BLOCKS) and "█" in line]
    assert len(lines) >= 15 and len({len(line) for line in lines}) == 1, log
    rows = [[255 * BLOCKS[letter][half] for letter in line] for line in lines for half in (0, 1)]
    pixels = b"".join(bytes(value for value in row for _ in range(SCALE)) * SCALE for row in rows)
    image = zbar.Image(len(rows[0]) * SCALE, len(rows) * SCALE, "Y800", pixels)
    zbar.ImageScanner().scan(image)
    return [symbol.data for symbol in image][0]


def test_the_qr_code_of_the_console_opens_the_page_with_the_code(lab):
    server = Bootferry(lab, "proxy").start()
    code = server.json("first-visit")["code"]
    assert server.cli("first-visit").stdout == f"{code}\n", "a script reads the code alone"
    url = read_qr_code(server.log.read_text())
    assert url == f"http://{SERVER}:8080/#code={code}" == server.json("first-visit")["url"]
    assert server.stop() == 0
    # Where everybody must come by HTTPS, so must he.
    settings = lab.folder / "bootferry.toml"
    settings.write_text("[http]\nrequire_https = true\n")
    server = Bootferry(lab, "proxy", ["--config", str(settings)]).start()
    assert re.fullmatch(rf"https://{SERVER}:8443/#code=[0-9A-Z-]+", read_qr_code(server.log.read_text()))
    server.add_user("alice", "admin")
    server.stop()
    server.start()
    assert "█" not in server.log.read_text(), "it was for the first visit"


def test_the_self_test_is_read_with_the_code_until_there_is_an_admin(lab):
    server = Bootferry(lab, "proxy").start()
    code = server.json("first-visit")["code"]

    def check(*headers: str) -> tuple[int, dict]:
        more = [part for header in headers for part in ("-H", header)]
        text, _, status = server.curl("/api/v1/first-visit/check", "-X", "POST", "-w", "\n%{http_code}", *more).stdout.rpartition("\n")
        return int(status), json.loads(text)

    assert check()[0] == 401 and check("X-First-Visit-Code: AAAA-BBBB-CCCC")[0] == 401
    status, found = check(f"X-First-Visit-Code: {code}")
    lines = {line["id"]: line for line in found["lines"]}
    assert status == 200 and {"interface", "raw-sockets", "ports", "firewall", "other-servers"} <= set(lines), found
    assert "HTTPS (tcp 8443)" in lines["ports"]["text"], lines["ports"]
    evil = check(f"X-First-Visit-Code: {code}", "Origin: https://evil.example")
    assert evil[0] == 403, "another page, in a visitor's browser"
    assert server.api("POST", "/first-visit", {"code": code, "name": "alice", "password": GOOD}, token=None)[0] == 201
    assert check(f"X-First-Visit-Code: {code}")[0] == 409
