# SPDX-License-Identifier: Apache-2.0
"""The command line of another machine: over HTTP and HTTPS, with a token, and never with a server that is not the one that was meant."""
import hashlib
import json
import os
import random
import re
import signal
import time
from pathlib import Path

import pytest

from lab.bootferry import BINARY, Bootferry
from lab.iscsi_raw import leave, log_in
from lab.network import SERVER
from lab.processes import Child, run, wait_until

MAC = "52:54:00:e2:e0:01"
HTTP, HTTPS = f"http://{SERVER}:8080", f"https://{SERVER}:8443"


class Desk:
    """Somebody's own machine: no state folder, no socket, only the command line."""

    def __init__(self, lab, server):
        self.lab, self.server, self.namespace = lab, server, lab.network.add_host("10.99.0.50")

    def token(self, name, scope):
        made = json.loads(self.server.cli("token", "create", name, "--scope", scope, "--json").stdout)
        file = self.lab.folder / f"token-{name}"
        file.write_text(made["token"] + "\n")
        return file

    def ask(self, *words, url=HTTP, token=None, environment=None, check=True):
        options = ["--url", url] if url else []
        options += ["--token-file", token] if token else []
        clean = {key: value for key, value in os.environ.items() if not key.startswith("BOOTFERRY_")}
        return run([BINARY, *options, *words], namespace=self.namespace, check=check, timeout=20, env={**clean, **(environment or {})})

    def refused(self, *words, **how):
        done = self.ask(*words, check=False, **how)
        assert done.returncode != 0, done.stdout
        return done.stderr


@pytest.fixture
def server(lab):
    server = Bootferry(lab, "server").start()
    server.add_user("alice", "admin")
    server.cli("image", "create", "dos", "--size", "8M")
    return server


@pytest.fixture
def desk(lab, server):
    return Desk(lab, server)


def fingerprint(server):
    return re.search(r"sha256:[0-9a-f]{64}", server.log.read_text()).group()


def test_a_token_does_over_http_what_the_socket_does(server, desk):
    admin, viewer = desk.token("admin", "write"), desk.token("viewer", "read")
    assert "dos" in desk.ask("image", "list", token=admin).stdout
    desk.ask("client", "set", MAC, "--name", "pc1", "--drive", "dos:private", token=admin)
    assert server.clients()[0]["name"] == "pc1"
    environment = {"BOOTFERRY_URL": HTTP, "BOOTFERRY_TOKEN": viewer.read_text().strip()}
    assert json.loads(desk.ask("client", "list", "--json", url=None, environment=environment).stdout)["clients"][0]["mac"] == MAC

    refusal = desk.refused("client", "set", MAC, "--name", "eve", token=viewer)
    assert 'needs the right "write"' in refusal and str(viewer) in refusal, refusal
    assert server.clients()[0]["name"] == "pc1"
    assert "BOOTFERRY_TOKEN" in desk.refused("image", "list"), "nobody is told what to do"
    unknown = desk.lab.folder / "unknown"
    unknown.write_text("bf_nothing\n")
    assert f"--token-file {unknown}" in desk.refused("image", "list", token=unknown)
    assert "Unix socket" in desk.refused("image", "path", "dos", token=admin)
    assert "no Bootferry answers" in desk.refused("image", "list", url=f"http://{SERVER}:9", token=admin)


def test_https_asks_for_the_very_server_that_was_meant(server, desk):
    admin = desk.token("admin", "write")
    right = fingerprint(server)
    refusal = desk.refused("image", "list", url=HTTPS, token=admin)
    assert "is not trusted" in refusal and f"--fingerprint {right}" in refusal, refusal
    assert "dos" in desk.ask("--fingerprint", right, "image", "list", url=HTTPS, token=admin).stdout
    desk.ask("--fingerprint", right.removeprefix("sha256:").upper(), "client", "set", MAC, "--name", "pc2", url=HTTPS, token=admin)
    assert server.clients()[0]["name"] == "pc2"
    wrong = "sha256:" + "0" * 64
    assert "another one than --fingerprint" in desk.refused("--fingerprint", wrong, "image", "list", url=HTTPS, token=admin)

    own = server.state_dir / "https-certificate.pem"
    assert "dos" in desk.ask("--ca-file", own, "image", "list", url=HTTPS, token=admin).stdout
    stranger = desk.lab.folder / "stranger.pem"
    run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=stranger", "-keyout", desk.lab.folder / "stranger.key", "-out", stranger])
    assert "is not trusted" in desk.refused("--ca-file", stranger, "image", "list", url=HTTPS, token=admin)
    assert "is that the port of HTTPS" in desk.refused("image", "list", url=f"https://{SERVER}:8080", token=admin)


@pytest.mark.parametrize("way", ["socket", "url"])
def test_watch_shows_what_changes_until_it_is_interrupted(server, desk, way):
    options = ["--state-dir", server.state_dir] if way == "socket" else ["--url", HTTP, "--token-file", desk.token("viewer", "read")]
    log = desk.lab.folder / f"watch-{way}.log"
    watcher = desk.lab.add(Child(f"watch-{way}", [BINARY, *options, "client", "list", "--watch", "--json"], log,
                                 server.namespace if way == "socket" else desk.namespace))

    def lines():
        watcher.require_alive()
        return [json.loads(line)["clients"] for line in log.read_text().splitlines(keepends=True) if line.endswith("\n")]

    assert wait_until("the list as it is", lines) == [[]]
    server.cli("client", "set", MAC, "--name", "pc1")
    wait_until("the new client", lambda: lines()[-1] and lines()[-1][0]["name"] == "pc1")
    server.cli("client", "set", MAC, "--name", "pc2")
    wait_until("the new name", lambda: lines()[-1][0]["name"] == "pc2")
    server.stop()
    server.start()
    server.cli("client", "set", MAC, "--name", "pc3")
    wait_until("a name of after the restart", lambda: "pc3" in log.read_text(), 20)
    watcher.process.send_signal(signal.SIGINT)
    assert watcher.wait(5) == 0


def make_disk(path, size):
    """Nothing in it repeats, so that a piece in the wrong place is seen."""
    noise = random.Random(7)
    with path.open("wb") as file:
        for _ in range(size >> 20):
            file.write(noise.randbytes(1 << 20))
    return path


def sending(desk, token, disk, name, url=HTTP, more=()):
    """`image add` as it runs, its words in a log."""
    log = desk.lab.folder / f"send-{name}-{time.monotonic_ns()}.log"
    return desk.lab.add(Child(f"send-{name}", [BINARY, "--url", url, "--token-file", token, *more, "image", "add", name, disk], log,
                              desk.namespace))


def arrived(server, name):
    """What the server has of the upload: in the file, which is ahead of what the API tells while it is written."""
    for note in (server.state_dir / "uploads").glob("*.json"):
        if json.loads(note.read_text())["name"] == name:
            return note.with_suffix(".part").stat().st_size
    return 0


def same_bytes(server, name, disk):
    run(["cmp", disk, server.image_path(name)], timeout=60)


def test_an_image_is_sent_and_survives_the_death_of_the_server(server, desk):
    admin, disk = desk.token("admin", "write"), make_disk(desk.lab.folder / "win.img", 300 << 20)
    sender = sending(desk, admin, disk, "win")
    wait_until("a third of it on the server", lambda: sender.require_alive() or arrived(server, "win") > 100 << 20, 60)
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{sender.pid}/status").read_text()).group(1))
    assert peak < 64 << 10, "the file is read as it is sent, never whole"
    server.kill()
    wait_until("the command's word of it", lambda: "trying again" in sender.tail(), 10)
    sender.require_alive()
    assert arrived(server, "win") < 300 << 20, "the server died too late for this test"
    server.start()
    assert sender.wait(90) == 0, sender.tail()
    same_bytes(server, "win", disk)
    assert hashlib.sha256(disk.read_bytes()).hexdigest() in sender.tail()
    wait_until("nothing of the upload is left", lambda: not os.listdir(server.state_dir / "uploads"), 10)


def test_a_command_that_was_interrupted_goes_on_when_it_is_given_again(server, desk):
    admin, disk = desk.token("admin", "write"), make_disk(desk.lab.folder / "win.img", 300 << 20)
    first = sending(desk, admin, disk, "win")
    wait_until("a part of it on the server", lambda: first.require_alive() or arrived(server, "win") > 20 << 20, 60)
    first.process.send_signal(signal.SIGINT)
    assert first.wait(5) == 130
    assert "give the same command again" in first.tail(), first.tail()
    there = wait_until("what came", lambda: [one for one in server.api("GET", "/uploads")[1]["uploads"] if one["offset"] > 0])
    assert there[0]["image"] == "win" and there[0]["offset"] < 300 << 20
    other = desk.lab.folder / "other" / "win.img"
    other.parent.mkdir()
    make_disk(other, 2 << 20)
    second = sending(desk, admin, disk, "win", url=HTTPS, more=("--fingerprint", fingerprint(server)))
    assert second.wait(90) == 0, second.tail()
    assert "going on with what the server has" in second.tail(), second.tail()
    same_bytes(server, "win", disk)
    third = sending(desk, admin, other, "win2")
    assert third.wait(30) == 0 and "going on" not in third.tail()
    same_bytes(server, "win2", other)


def test_what_cannot_be_sent_says_why(server, desk):
    admin, viewer = desk.token("admin", "write"), desk.token("viewer", "read")
    disk = make_disk(desk.lab.folder / "win.img", 1 << 20)
    assert "nothing was sent" in desk.refused("image", "add", "win", disk, "--sha256", "0" * 64, token=admin)
    assert 'needs the right "write"' in desk.refused("image", "add", "win", disk, token=viewer)
    assert "dos" in desk.refused("image", "add", "dos", disk, token=admin), "the name is taken"
    empty = desk.lab.folder / "empty.img"
    empty.touch()
    assert "it is empty" in desk.refused("image", "add", "win", empty, token=admin)
    run(["qemu-img", "create", "-f", "qcow2", "-b", "/etc/passwd", "-F", "raw", desk.lab.folder / "evil", "1M"])
    assert "never opened" in desk.refused("image", "add", "evil", desk.lab.folder / "evil", token=admin)
    assert json.loads(desk.ask("image", "add", "win", disk, "--json", "--format", "raw", token=admin).stdout)["source"]["recognised"] == "raw"
    assert server.api("GET", "/uploads")[1]["uploads"] == []


def test_a_backup_is_fetched_and_brought_back(server, desk):
    admin = desk.token("all", "admin")
    file = desk.lab.folder / "lab.backup"
    desk.ask("client", "set", MAC, "--name", "pc1", token=admin)
    assert "1 clients" in desk.ask("backup", file, token=admin).stdout
    assert file.stat().st_mode & 0o777 == 0o600
    assert "choose another name" in desk.refused("backup", file, token=admin)
    server.cli("client", "set", MAC, "--name", "pc2")
    assert "Would restore" in desk.ask("restore", "--dry-run", file, token=admin).stdout
    assert server.clients()[0]["name"] == "pc2"
    torn = desk.lab.folder / "torn.backup"
    torn.write_bytes(file.read_bytes()[:-5000])
    desk.refused("restore", torn, token=admin)
    assert "Restored" in desk.ask("restore", file, token=admin).stdout
    wait_until("the server that began anew", lambda: "pc1" in server.cli("client", "list", check=False).stdout, 20)


def test_templates_of_the_server_are_checked_there(server, desk):
    admin = desk.token("all", "admin")
    own = desk.lab.folder / "san.ipxe"
    own.write_text(desk.ask("template", "show", "san", token=admin).stdout)
    assert "no templates" in desk.ask("template", "check", token=admin).stdout
    desk.ask("template", "set", "san", own, token=admin)
    assert "san: good" in desk.ask("template", "check", token=admin).stdout


# -- disks that are brought here --------------------------------------------------------------------------------------------------


def make_spread_disk(path, size):
    """As make_disk, with a hole in the middle."""
    make_disk(path, size)
    with path.open("r+b") as file:
        file.truncate(2 * size)
        file.seek(2 * size - (1 << 20))
        file.write(random.Random(8).randbytes(1 << 20))
    return path


def fetching(desk, token, *words, url=HTTP, more=()):
    log = desk.lab.folder / f"fetch-{time.monotonic_ns()}.log"
    return desk.lab.add(Child("fetch", [BINARY, "--url", url, "--token-file", token, *more, *words], log, desk.namespace))


def is_taken(path):
    """What the file takes of the disk."""
    return path.stat().st_blocks * 512 if path.exists() else 0


def hold_in_the_middle(receiver, part, size):
    """Stopped as a process, so that the rest of the disk waits at the server, however fast the line is."""
    wait_until("a part of it here", lambda: receiver.require_alive() or is_taken(part) > size, 60, pause=0.002)
    receiver.process.send_signal(signal.SIGSTOP)


def downloads(server):
    return [change["note"] for change in server.json("audit")["changes"] if change["path"].endswith("/content")]


def test_a_disk_is_fetched_and_survives_the_death_of_the_server(server, desk):
    admin, disk = desk.token("all", "admin"), make_spread_disk(desk.lab.folder / "win.img", 200 << 20)
    server.add_image("win", disk)
    file, part = desk.lab.folder / "here.raw", desk.lab.folder / "here.raw.part"
    receiver = fetching(desk, admin, "image", "export", "win", file)
    hold_in_the_middle(receiver, part, 40 << 20)
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{receiver.pid}/status").read_text()).group(1))
    assert peak < 64 << 10, "the disk is written as it comes, never whole"
    assert part.stat().st_mode & 0o777 == 0o600
    server.kill()
    receiver.process.send_signal(signal.SIGCONT)
    wait_until("the command's word of it", lambda: "trying again" in receiver.tail(), 10)
    receiver.require_alive()
    assert not file.exists() and is_taken(part) < 200 << 20, "the server died too late for this test"
    server.start()
    assert receiver.wait(90) == 0, receiver.tail()
    run(["cmp", disk, file], timeout=60)
    assert is_taken(file) < 250 << 20, "zeros take no space"
    assert not part.exists()
    notes = wait_until("both in the audit log", lambda: [note for note in downloads(server) if "version 1 of image win" in note])
    assert len(notes) == 2 and "400" in notes[1] and "from byte 0" in notes[1] and "from byte 0" not in notes[0], notes


def test_a_fetch_that_was_interrupted_goes_on_when_it_is_given_again(server, desk):
    admin, disk = desk.token("all", "admin"), make_disk(desk.lab.folder / "win.img", 200 << 20)
    server.add_image("win", disk)
    file, part = desk.lab.folder / "here.raw", desk.lab.folder / "here.raw.part"
    first = fetching(desk, admin, "image", "export", "win", file)
    hold_in_the_middle(first, part, 40 << 20)
    assert "another command is writing" in desk.refused("image", "export", "win", file, token=admin)
    first.process.send_signal(signal.SIGINT)
    first.process.send_signal(signal.SIGCONT)
    assert first.wait(5) == 130
    assert f"{part}; give the same command again" in first.tail(), first.tail()
    assert part.exists() and not file.exists()
    second = fetching(desk, admin, "image", "export", "win", file, url=HTTPS, more=("--fingerprint", fingerprint(server)))
    assert second.wait(90) == 0, second.tail()
    assert "going on with what is here" in second.tail() and "anew" not in second.tail(), second.tail()
    run(["cmp", disk, file], timeout=60)
    assert "choose another name" in desk.refused("image", "export", "win", file, token=admin)


def test_a_machines_own_disk_is_fetched_while_it_is_off_and_anew_when_it_has_changed(server, desk):
    admin, disk = desk.token("all", "admin"), make_disk(desk.lab.folder / "win.img", 100 << 20)
    server.add_image("win", disk)
    server.set_client(MAC, [("win", "private")])
    machine = log_in(server, desk.namespace)
    machine.write(3, b"by the machine".ljust(512))
    file, part = desk.lab.folder / "here.raw", desk.lab.folder / "here.raw.part"
    refusal = desk.refused("overlay", "export", MAC, "win", file, token=admin)
    assert f"of pc1 ({MAC}) on image win is being written to; shut that machine down first" in refusal, refusal
    assert not part.exists() and not file.exists()
    leave(server, machine)

    first = fetching(desk, admin, "overlay", "export", MAC, "win", file)
    hold_in_the_middle(first, part, 20 << 20)
    first.process.send_signal(signal.SIGINT)
    first.process.send_signal(signal.SIGCONT)
    assert first.wait(5) == 130
    machine = wait_until("the disk is free", lambda: try_to_log_in(server, desk), 20)
    machine.write(9, b"later".ljust(512))
    leave(server, machine)
    second = fetching(desk, admin, "overlay", "export", MAC, "win", file)
    assert second.wait(60) == 0, second.tail()
    assert "another one now; beginning anew" in second.tail(), second.tail()

    own, packed = desk.lab.folder / "own.raw", desk.lab.folder / "here.qcow2"
    assert server.cli("overlay", "export", MAC, "win", own).stdout == f"{own}\n"
    run(["cmp", own, file], timeout=60)
    assert own.read_bytes()[9 * 512:].startswith(b"later") and own.read_bytes()[3 * 512:].startswith(b"by the machine")
    assert desk.ask("overlay", "export", MAC, "win", packed, "--format", "qcow2", token=admin).stdout == f"{packed}\n"
    run(["qemu-img", "check", packed])
    run(["qemu-img", "compare", "-f", "raw", "-F", "qcow2", own, packed], timeout=60)
    assert sorted(path.name for path in desk.lab.folder.glob("here*")) == ["here.qcow2", "here.raw"]


def try_to_log_in(server, desk):
    try:
        return log_in(server, desk.namespace)
    except AssertionError:
        return None  # the server has not yet seen that nobody reads any more


def test_a_disk_is_given_to_admins_alone(server, desk):
    for scope in ("read", "write"):
        assert 'needs the right "admin"' in desk.refused("image", "export", "dos", desk.lab.folder / "x", token=desk.token(scope, scope))
    assert "BOOTFERRY_TOKEN" in desk.refused("image", "export", "dos", desk.lab.folder / "x")
    admin = desk.token("all", "admin")
    assert "no version 7" in desk.refused("image", "export", "dos", desk.lab.folder / "x", "--from", "7", token=admin)
    assert "no folder" in desk.refused("image", "export", "dos", desk.lab.folder / "none" / "x", token=admin)
    assert not list(desk.lab.folder.glob("x*")) and not downloads(server)
    assert json.loads(desk.ask("image", "export", "dos", desk.lab.folder / "x", "--json", token=admin).stdout) == {"path": str(desk.lab.folder / "x")}
    assert (desk.lab.folder / "x").stat().st_size == 8 << 20
