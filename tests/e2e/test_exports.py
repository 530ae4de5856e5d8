# SPDX-License-Identifier: Apache-2.0
"""Disks that the server writes into files of its own, as jobs; and the files inside what a machine has made of an image."""
import os
import random
import signal

import pytest

from lab.bootferry import BINARY, Bootferry
from lab.iscsi_raw import leave, log_in
from lab.processes import Child, run, wait_until

MAC = "52:54:00:e2:e0:01"
MIB = 1 << 20


@pytest.fixture
def server(lab):
    return Bootferry(lab, "server").start()


def make_disk(path, size):
    """Quickly: a piece of noise over and over, each with its number."""
    noise = random.Random(7).randbytes(MIB - 8)
    with path.open("wb") as file:
        for number in range(size // MIB):
            file.write(number.to_bytes(8, "big") + noise)
    return path


def jobs(server):
    return server.json("job", "list")["jobs"]


def running(server, image):
    """The export of it that has begun to copy."""
    return next((job for job in jobs(server) if job["image"] == image and job["kind"] == "export-image" and 0 < job["done"] < job["total"]), None)


def test_an_export_is_a_job_that_can_be_cancelled_and_left(lab, server):
    disk = make_disk(lab.folder / "win.img", 1024 * MIB)
    server.add_image("win", disk)
    out = lab.folder / "out"
    out.mkdir()

    def export(name):
        log = lab.folder / f"{name}.log"
        return lab.add(Child(name, [BINARY, "--state-dir", server.state_dir, "image", "export", "win", out / name], log, server.namespace))

    first, second = export("first"), None
    job = wait_until("the export on its way", lambda: first.require_alive() or running(server, "win"), 20, pause=0.01)
    second = export("second")
    waiting = wait_until("another one behind it", lambda: next((one for one in jobs(server) if one["state"] == "waiting"), None))
    server.cli("job", "cancel", str(job["id"]))
    assert first.wait(5) == 1 and "cancelled" in first.tail(), first.tail()
    assert not (out / "first").exists()

    wait_until("the second on its way", lambda: second.require_alive() or running(server, "win"), 20, pause=0.01)
    second.process.send_signal(signal.SIGINT)
    assert second.wait(5) == 130
    assert f"job cancel {waiting['id']}" in second.tail(), second.tail()
    wait_until("the job's end without us", lambda: [one for one in jobs(server) if one["id"] == waiting["id"] and one["state"] == "done"], 60)
    run(["cmp", disk, out / "second"], timeout=60)
    assert os.listdir(out) == ["second"], "nothing half is left"
    assert server.cli("image", "export", "win", out / "second", check=False).returncode == 1, "what is there is not written over"


def test_a_server_that_stops_leaves_no_half_file(lab, server):
    server.add_image("win", make_disk(lab.folder / "win.img", 1024 * MIB))
    out = lab.folder / "out"
    out.mkdir()
    assert server.curl("/api/v1/images/win/export", "-X", "POST", "-H", f"Authorization: Bearer {server.token}", "-o", "/dev/null", "-w", "%{http_code}",
                       "--data", "{}").stdout == "403", "a path of the server's is no business of the network"
    run(["curl", "-sS", "--fail", "--unix-socket", server.state_dir / "control.sock", "-X", "POST", "-H", "Content-Type: application/json", "--data",
         f'{{"path": "{out}/win"}}', "http://localhost/api/v1/images/win/export"])
    wait_until("the export on its way", lambda: running(server, "win"), 20, pause=0.01)
    assert server.stop() == 0
    assert os.listdir(out) == []


def test_what_a_machine_has_is_looked_into_while_it_is_off(lab, server):
    server.cli("image", "create", "floppy", "--preset", "floppy-1440")
    run(["mcopy", "-i", server.image_path("floppy"), "-", "::OLD.TXT"], input="old")
    server.set_client(MAC, [("floppy", "private")])
    host = lab.network.add_host("10.99.0.50")
    own = lab.folder / "own.img"
    own.write_bytes(server.image_path("floppy").read_bytes())
    run(["mcopy", "-i", own, "-", "::NEW.TXT"], input="by the machine")
    machine = log_in(server, host)
    for lba in range(60):  # the file allocation tables, the root folder, the first clusters
        machine.write(lba, own.read_bytes()[lba * 512:(lba + 1) * 512])
    refused = server.cli("overlay", "files", MAC, "floppy", check=False)
    assert refused.returncode == 1 and f"of pc1 ({MAC}) on image floppy is being written to" in refused.stderr, refused.stderr
    leave(server, machine)
    assert [entry["name"] for entry in server.json("overlay", "files", MAC, "floppy")["entries"]] == ["NEW.TXT", "OLD.TXT"]
    assert [entry["name"] for entry in server.json("image", "files", "floppy")["entries"]] == ["OLD.TXT"], "the image is as it was"
    kept = lab.folder / "new.txt"
    server.cli("overlay", "cat", MAC, "floppy", "/NEW.TXT", kept)
    assert kept.read_text() == "by the machine"
