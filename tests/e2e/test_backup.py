# SPDX-License-Identifier: Apache-2.0
"""A backup is taken from a server that runs, and brings all that was set back to one that lost it."""
import json
import shutil

import pytest
from lab import images
from lab.bootferry import Bootferry
from lab.processes import wait_until

MAC = "52:54:00:e2:e0:01"
pytestmark = pytest.mark.product


def test_a_server_that_lost_its_state_is_what_it_was(lab, probe):
    server = lab.serve("server")
    image = server.add_image("probe", images.copy(probe, lab.folder / "probe.img"))
    server.set_client(MAC, [("probe", "master")], name="pc1", access="boot")
    scripts = server.state_dir / "ipxe-scripts"
    scripts.mkdir(exist_ok=True)
    shutil.copy(images.ROOT / "ipxe-scripts" / "wait.ipxe", scripts / "wait.ipxe")
    backup = lab.folder / "bootferry.backup"
    assert "1 clients, the list of 1 images" in server.cli("backup", str(backup)).stdout
    assert backup.stat().st_mode & 0o777 == 0o600
    refused = server.cli("restore", str(backup), check=False)
    assert refused.returncode == 1 and "already runs" in refused.stderr, refused.stderr
    server.stop()

    kept = lab.folder / "probe.raw"
    shutil.copy(image, kept)
    shutil.rmtree(server.state_dir)
    server.cli("restore", str(backup), "--dry-run")
    assert not server.state_dir.exists(), "a dry run changes nothing"
    server.cli("restore", str(backup))
    image.parent.mkdir(exist_ok=True)
    shutil.copy(kept, image)  # disks are no part of a backup
    server.start()
    client = next(c for c in server.clients() if c["mac"] == MAC)
    assert client["name"] == "pc1" and client["boot"]["drives"][0]["image"] == "probe"
    assert (scripts / "wait.ipxe").exists()
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    pc.wait_serial(r"BOOTFERRY-PROBE-DONE .*write=OK", 60)


def test_over_the_api_a_running_server_goes_back_and_begins_anew(lab):
    server = lab.serve("server")
    server.cli("image", "create", "dos", "--size", "8M")
    server.set_client(MAC, [("dos", "master")], name="pc1")
    bearer = ["-H", f"Authorization: Bearer {server.token}"]
    backup = lab.folder / "api.backup"
    assert server.status("/api/v1/backup") == 401
    server.curl("/api/v1/backup", *bearer, "-o", str(backup), check=True)
    assert backup.read_bytes().startswith(b"SQLite format 3")

    server.cli("client", "set", MAC, "--name", "changed", "--local")
    server.add_user("alice", "admin")
    body = ["-X", "POST", "-H", "Content-Type: application/octet-stream", "--data-binary", f"@{backup}"]
    assert server.status("/api/v1/restore", *body) == 401
    look = json.loads(server.curl("/api/v1/restore?dry_run=true", *bearer, *body).stdout)
    assert (look["clients"], look["images"], look["dry_run"]) == (1, 1, True), look
    assert client_of(server)["name"] == "changed", "a dry run changes nothing"

    (lab.folder / "no.backup").write_bytes(backup.read_bytes()[:20_000])
    broken = [*body[:-1], f"@{lab.folder / 'no.backup'}"]
    assert server.status("/api/v1/restore", *bearer, *broken) == 400
    started = server.json("health")["started"]
    assert server.status("/api/v1/restore", *bearer, *body) == 200
    wait_until("the server begins anew", lambda: health_of(server).get("started", started) != started, 20)
    assert server.child.alive(), "in the same process"
    assert client_of(server)["name"] == "pc1" and client_of(server)["boot"]["drives"][0]["image"] == "dos"
    assert server.json("user", "list")["users"] == [], "as it was then"
    assert (server.state_dir / "bootferry.db.before-restore").exists()

    code = server.json("first-visit")["code"]
    first = "/api/v1/first-visit/restore"
    assert server.status(first, *bearer, *body) == 401, "the code alone opens it"
    assert server.status(f"{first}?dry_run=true", "-H", f"X-First-Visit-Code: {code}", *body) == 200
    assert server.stop() == 0


def test_what_was_exported_is_applied_to_another_server(lab):
    server = lab.serve("server")
    server.cli("image", "create", "dos", "--size", "8M")
    server.cli("group", "entry", "add", "lab", "DOS", "--drive", "dos:private")
    server.set_client(MAC, [("dos", "master")], name="pc1", access="boot")
    server.cli("rule", "add", "--mac", "52:54:00:*", "--group", "lab")
    exported = lab.folder / "lab.json"
    server.cli("export", str(exported))
    assert "8388608" not in exported.read_text(), "no sizes"
    assert {one["change"] for one in server.json("apply", str(exported), "--dry-run")["changes"]} == {"same"}
    server.stop()

    other = Bootferry(lab, "server", state_dir=lab.short / "other").start()
    refused = other.cli("apply", str(exported), check=False)
    assert refused.returncode == 1 and "bootferry image add dos" in refused.stdout and "nothing was changed" in refused.stderr
    assert other.clients() == []
    other.cli("image", "create", "dos", "--size", "16M")
    assert "would be created" in other.cli("apply", str(exported), "--dry-run").stdout
    assert other.clients() == []
    assert "created" in other.cli("apply", str(exported)).stdout
    assert client_of(other)["name"] == "pc1"
    again = other.json("apply", str(exported))
    assert {one["change"] for one in again["changes"]} == {"same"}, again
    assert other.cli("export").stdout == exported.read_text()
    assert other.stop() == 0


def client_of(server) -> dict:
    return next(client for client in server.clients() if client["mac"] == MAC)


def health_of(server) -> dict:
    done = server.cli("health", "--json", check=False)
    return json.loads(done.stdout) if done.returncode == 0 else {}
