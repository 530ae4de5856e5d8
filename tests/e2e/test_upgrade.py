# SPDX-License-Identifier: Apache-2.0
"""A newer Bootferry keeps a copy of the database before it changes it, and an older one goes back to that copy."""
import re
import shlex
import sqlite3

import pytest
from lab.bootferry import BINARY, Bootferry
from lab.images import ROOT
from lab.processes import Child, run, wait_until
from lab.small_disk import SmallDisk

MIGRATIONS = sorted((ROOT / "db" / "migrations").glob("*.sql"))
NEWEST = len(MIGRATIONS)
HOLD_ISCSI = "import socket, time\ns = socket.socket()\ns.bind(('', 3260))\ns.listen()\nprint('held', flush=True)\ntime.sleep(60)"
MAC = "52:54:00:e2:e0:01"
pytestmark = pytest.mark.product


@pytest.fixture
def small(lab):
    disk = SmallDisk(lab.short / "small", 24)
    yield disk
    for child in reversed(lab.children):
        child.stop()
    disk.remove()


def make_old_database(file, version: int):
    """As a Bootferry of that version left it, with some megabytes of history."""
    database = sqlite3.connect(file)
    for migration in MIGRATIONS[:version]:
        database.executescript(migration.read_text())
    database.execute(f"PRAGMA user_version = {version}")
    database.execute("INSERT INTO clients (mac, name, known, architecture) VALUES (?, 'pc1', 1, 'bios')", [MAC])
    rows = [(number, "x" * 1000) for number in range(1, 4000)]
    database.executemany("INSERT INTO events VALUES (?, 1700000000000, 'dhcp-ack', NULL, NULL, ?, '')", rows)
    database.commit()
    database.close()


def version_of(file) -> int:
    database = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return database.execute("PRAGMA user_version").fetchone()[0]
    finally:
        database.close()


def refusal(server) -> str:
    done = run([BINARY, *server.serve_command()[1:]], namespace=server.namespace, check=False, timeout=20)
    assert done.returncode == 1, done.stdout
    return done.stderr


def test_the_database_is_copied_before_an_upgrade_and_gone_back_to(lab, small):
    server = Bootferry(lab, "server", state_dir=small.folder / "state")
    server.state_dir.mkdir()
    database = server.state_dir / "bootferry.db"
    make_old_database(database, NEWEST - 1)
    copy = server.state_dir / f"bootferry.db.before-{NEWEST - 1:04}-to-{NEWEST:04}"

    small.fill(leave=2 << 20)
    told = refusal(server)
    assert "is full; free some space" in told and "Nothing was changed" in told, told
    assert version_of(database) == NEWEST - 1 and not list(server.state_dir.glob("*.before-*")), told
    small.clear()

    # A start that fails behind the migration has changed nothing either: the older version may be installed again.
    holder = lab.add(Child("holder", ["/usr/bin/python3", "-c", HOLD_ISCSI], lab.folder / "holder.log", server.namespace))
    wait_until("the port is held", lambda: "held" in holder.tail())
    told = refusal(server)
    assert "3260" in told and "MIGRATION_UNDONE" in told, told
    assert version_of(database) == NEWEST - 1 and not list(server.state_dir.glob("*.before-*")), told
    holder.stop()

    server.start()
    events = server.api("GET", "/events")[1]["events"]
    started = next(event for event in events if event["kind"] == "server-started")
    assert started["fields"]["copy"] == str(copy), started
    assert server.clients()[0]["name"] == "pc1"
    server.cli("client", "set", MAC, "--name", "changed", "--local")
    assert server.stop() == 0
    assert version_of(database) == NEWEST and version_of(copy) == NEWEST - 1
    assert copy.stat().st_mode & 0o777 == 0o600

    # Now as if this program were the older one: its database, and the copy that a newer one kept.
    newer = sqlite3.connect(database)
    newer.execute(f"PRAGMA user_version = {NEWEST + 2}")
    newer.close()
    told = refusal(server)
    command = re.search(r'"bootferry (--state-dir .*?)"', told).group(1)
    assert "newer Bootferry" in told and str(copy) in command, told
    run([BINARY, *shlex.split(command)], namespace=server.namespace)
    server.start()
    assert server.clients()[0]["name"] == "pc1", "as it was before the upgrade"
    assert server.stop() == 0
