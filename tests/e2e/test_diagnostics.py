# SPDX-License-Identifier: Apache-2.0
"""The summary and the diagnostics of a server that has seen a few machines."""
import json
import re

import pytest
from lab.dhcp_raw import PXE_BIOS, DhcpClient
from lab.processes import wait_until

pytestmark = pytest.mark.product
MAC = "52:54:00:e2:e0:01"


def test_the_summary_is_flat_and_follows(lab):
    server = lab.serve("server")
    server.cli("image", "create", "dos", "--size", "8M")
    server.set_client(MAC, [("dos", "master")])
    DhcpClient(lab.network.add_host()).send(1, "52:54:00:e2:e0:02", PXE_BIOS)
    wait_until("the machine", lambda: server.json("summary")["clients_unknown"] == 1, 5)
    code, summary = server.api("GET", "/summary")
    assert code == 200 and all(not isinstance(value, (dict, list)) for value in summary.values()), summary
    assert summary["clients"] == 2 and summary["images"] == 1 and summary["sessions"] == 0 and summary["bytes_free"] > 0
    wait_until("the boot that fails", lambda: server.json("summary")["failed_boots_24h"] == 1, 45)
    failed = server.json("summary")
    assert failed["last_failed_boot_client"] == "52:54:00:e2:e0:02" and failed["last_failed_boot_reason"]
    assert "failed_boots_24h: 1" in server.cli("summary").stdout
    server.add_user("alice", "admin")
    assert server.api("GET", "/summary", token=None)[0] == 401


def test_diagnostics_may_be_shown_to_anybody(lab):
    server = lab.serve("server")
    server.add_user("annabel", "admin")
    server.cli("image", "create", "dos", "--size", "8M")
    (lab.folder / "chap").write_text("chap-secret-12\n")
    server.set_client(MAC, [("dos", "master")], name="annas-pc", access=["--auth", "chap", "--secret-file", str(lab.folder / "chap")])
    DhcpClient(lab.network.add_host()).lease(MAC, {**PXE_BIOS, 12: b"laptop-of-anna"})
    wait_until("its events", lambda: server.boot_log(MAC), 5)
    text = server.cli("diagnostics").stdout
    for needed in ("version: Bootferry", "# Self-test", "ok   tftp:", "# Loaders", "undionly.kpxe", "# The last", "client-A"):
        assert needed in text, text
    assert re.search(r"client-A \(52:54:00:[A-Z]\) was added", text), text
    for secret in ("e2:e0:01", "e2e001", "annas-pc", "annabel", "laptop-of-anna", "chap-secret-12", server.token):
        assert secret not in text, text
    assert json.loads(server.cli("diagnostics", "--json").stdout)["text"].startswith("Diagnostics of Bootferry")
    assert server.api("GET", "/diagnostics", token=None)[0] == 401
