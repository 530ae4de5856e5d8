# SPDX-License-Identifier: Apache-2.0
"""Long lists page by page, as a program reads them, and how full the DHCP pool is, on a real server."""
import re

import pytest

from lab.bootferry import Bootferry

MACS = [f"52:54:00:e2:e0:{number:02x}" for number in range(1, 8)]


@pytest.fixture
def server(lab):
    server = Bootferry(lab, "server", dhcp_range="10.99.0.100-10.99.0.109").start()
    for mac in MACS:
        server.set_client(mac, name=mac[-2:])
    return server


def walk(server, path):
    """All pages, by their Link headers."""
    pages = []
    while path:
        answer = server.curl(path, "-i", "-H", f"Authorization: Bearer {server.token}").stdout
        head, _, body = answer.replace("\r\n", "\n").partition("\n\n")
        assert head.startswith("HTTP/1.1 200"), answer
        pages.append(body)
        link = re.search(r'^Link: <([^>]+)>; rel="next"$', head, re.MULTILINE)
        path = link and link.group(1)
    return pages


def test_pages_together_are_the_list(server):
    pages = walk(server, "/api/v1/clients?limit=3")
    assert [re.findall(r'\{"mac":"([^"]+)"', page) for page in pages] == [MACS[:3], MACS[3:6], MACS[6:]]
    assert len(walk(server, "/api/v1/clients")) == 1, "without a limit the list is whole"
    ids = [int(number) for page in walk(server, "/api/v1/events?after=0&limit=2") for number in re.findall(r'"id":(\d+)', page)]
    assert len(ids) >= len(MACS) and ids == sorted(set(ids)), ids
    changes = [int(number) for page in walk(server, "/api/v1/audit?limit=2") for number in re.findall(r'\{"id":(\d+)', page)]
    assert len(changes) >= len(MACS) and changes == sorted(set(changes), reverse=True), changes
    assert server.status("/api/v1/clients?limit=0", "-H", f"Authorization: Bearer {server.token}") == 400


def test_the_pool_tells_how_full_it_is(server):
    server.cli("client", "set", MACS[0], "--address", "10.99.0.105")
    pool = server.json("network", "show")["pool"]
    assert (pool["size"], pool["reserved"], pool["free"], pool["warning"]) == (10, 1, 9, None)
    for number, mac in enumerate(MACS):
        server.cli("client", "set", mac, "--address", f"10.99.0.{100 + number}")
    server.cli("client", "set", "52:54:00:e2:e0:10", "--address", "10.99.0.107")
    server.cli("client", "set", "52:54:00:e2:e0:11", "--address", "10.99.0.108")
    text = server.cli("network", "show").stdout
    assert "pool: 10.99.0.100-10.99.0.109: 1 of 10 free, 0 leased, 9 reserved, 0 declined" in text, text
    assert "Warning: Only 1 of the 10 addresses" in text and "dhcp.range" in text, text


def test_a_client_is_called_by_its_name(server):
    server.cli("client", "set", MACS[0], "--name", "kitchen-1", "--local")
    assert MACS[0] in server.cli("client", "show", "kitchen-1").stdout
    server.cli("client", "set", "kitchen-1", "--name", "kitchen")
    assert "kitchen" in server.cli("client", "show", MACS[0]).stdout
    assert "exit" in server.cli("client", "script", "kitchen").stdout
    assert server.cli("boot", "list", "kitchen").returncode == 0
    told = server.cli("client", "show", "../images", check=False)
    assert told.returncode == 1 and "neither a MAC address nor the name of a client" in told.stderr, told.stderr
