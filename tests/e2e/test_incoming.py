# SPDX-License-Identifier: Apache-2.0
"""Images that come in: packed and foreign files, an upload that outlives the server, and files that mean harm."""
import base64
import hashlib
import http.client
import json
import os
import random
import subprocess

import pytest
from lab.network import SERVER, connect
from lab.processes import run, wait_until

pytestmark = pytest.mark.product
FOREIGN = {"qcow2": ["-O", "qcow2"], "vmdk": ["-O", "vmdk"], "vdi": ["-O", "vdi"], "vhdx": ["-O", "vhdx"],
           "vhd": ["-O", "vpc", "-o", "force_size"]}
PACK = {"gzip": "gzip -c", "xz": "xz -c", "zstd": "zstd -qc", "bzip2": "bzip2 -c"}


def make_disk(path, size=8 << 20, seed=1):
    """Data at both ends, a hole between."""
    noise = random.Random(seed)
    with path.open("wb") as file:
        file.write(noise.randbytes(min(size, 1 << 20)))
        file.seek(max(0, size - 4096))
        file.write(noise.randbytes(4096))
        file.truncate(size)
    return path


def shell(command, folder):
    subprocess.run(command, shell=True, check=True, cwd=folder, capture_output=True, timeout=60)


def library(server):
    return sorted(file.name for file in (server.state_dir / "images").iterdir() if file.is_file())


def test_every_foreign_format_becomes_the_same_raw_disk(lab):
    server = lab.serve("proxy")
    disk = make_disk(lab.folder / "disk.img")
    for name, options in FOREIGN.items():
        run(["qemu-img", "convert", *options, "-f", "raw", disk, lab.folder / name])
        added = server.json("image", "add", name, lab.folder / name)
        assert added["source"]["recognised"] == name and added["format"] == "raw"
        assert added["source"]["sha256"] == hashlib.sha256((lab.folder / name).read_bytes()).hexdigest()
        run(["qemu-img", "compare", "-f", "raw", "-F", "raw", disk, server.image_path(name)])
        assert server.image_path(name).stat().st_blocks * 512 < 3 << 20, "holes stay holes"


@pytest.mark.parametrize("size", [1474560, 8 << 20], ids=["floppy", "disk"])
def test_packed_files_are_unpacked(lab, size):
    server = lab.serve("proxy")
    disk = make_disk(lab.folder / "disk.img", size)
    for name, command in PACK.items():
        shell(f"{command} disk.img > {name}.packed", lab.folder)
        source = server.json("image", "add", name, lab.folder / f"{name}.packed")["source"]
        assert source["packing"] == name
        assert source["recognised"] == ("floppy" if size == 1474560 else "raw")
        assert server.image_path(name).read_bytes() == disk.read_bytes()
    shell("qemu-img convert -O qcow2 disk.img win.qcow2 && xz win.qcow2", lab.folder)
    server.cli("image", "add", "win", lab.folder / "win.qcow2.xz")
    assert server.image_path("win").read_bytes() == disk.read_bytes()


def test_files_that_mean_harm_leave_nothing(lab):
    server = lab.serve("proxy")
    shell("echo the-secret > secret && qemu-img create -f qcow2 -b $PWD/secret -F raw backing 1M &&"
          "qemu-img create -f qcow2 -o data_file=$PWD/data data_file 1M && qemu-img create -f qcow2 bomb 1P &&"
          "qemu-img create -f vmdk -o subformat=monolithicFlat extents.vmdk 1M && head -c 3M /dev/urandom | gzip > cut &&"
          "truncate -s 1M cut && gzip -c backing > backing.gz", lab.folder)
    for name in ("backing", "data_file", "bomb", "extents.vmdk", "cut", "backing.gz"):
        refused = server.cli("image", "add", "evil", lab.folder / name, check=False)
        assert refused.returncode == 1 and refused.stderr, name
        assert "secret" not in refused.stderr
    refused = server.cli("image", "add", "evil", make_disk(lab.folder / "d"), "--sha256", "0" * 64, check=False)
    assert refused.returncode == 1 and "SHA-256" in refused.stderr
    assert library(server) == [] and server.json("image", "list")["images"] == []


def test_a_disk_that_gets_full_has_nothing_of_it(lab):
    state = lab.short / "state"
    state.mkdir(parents=True, exist_ok=True)
    run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", state])
    try:
        server = lab.serve("proxy")
        (lab.folder / "noise").write_bytes(random.Random(3).randbytes(60 << 20))
        shell("gzip -1 -c noise > noise.gz && qemu-img convert -O qcow2 noise noise.qcow2", lab.folder)
        for name in ("noise", "noise.gz", "noise.qcow2"):
            refused = server.cli("image", "add", "big", lab.folder / name, check=False)
            assert refused.returncode == 1, name
            assert library(server) == [], name
        server.cli("image", "create", "small", "--size", "1M")
        server.stop()
    finally:
        run(["umount", "-l", state])


class Uploader:
    """A tus client that is as simple as can be."""

    def __init__(self, lab, server):
        self.lab, self.server = lab, server
        self.token = (server.state_dir / "admin-token").read_text().strip()

    def ask(self, method, path, headers=None, body=None, token=None):
        link = http.client.HTTPConnection(SERVER, 8080, timeout=20)
        link.sock = connect(self.lab.network.srv, 8080)
        wanted = {"Authorization": f"Bearer {token or self.token}", "Tus-Resumable": "1.0.0", **(headers or {})}
        link.request(method, path, body, wanted)
        answer = link.getresponse()
        answer.text = answer.read()
        link.close()
        return answer

    def create(self, length, **metadata):
        words = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in metadata.items())
        return self.ask("POST", "/api/v1/uploads", {"Upload-Length": str(length), "Upload-Metadata": words})

    def append(self, path, offset, body):
        headers = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        return self.ask("PATCH", path, headers, body)

    def offset(self, path):
        return int(self.ask("HEAD", path).headers["Upload-Offset"])

    def wait_for_job(self, image):
        def ended():
            jobs = [job for job in json.loads(self.ask("GET", "/api/v1/jobs").text)["jobs"] if job["image"] == image]
            return jobs[-1] if jobs and jobs[-1]["ended"] else None
        return wait_until(f"the job of {image}", ended, 60)


def test_an_upload_goes_on_after_kill_9_in_its_middle(lab):
    server = lab.serve("proxy")
    data = random.Random(4).randbytes(100 << 20)
    sum_of_it = hashlib.sha256(data).hexdigest()
    up = Uploader(lab, server)
    made = up.create(len(data), name="big", filename="big.img", sha256=sum_of_it)
    assert made.status == 201
    path = made.headers["Location"]
    # The first 70 MiB of one PATCH over all of it, then the server dies.
    link = connect(lab.network.srv, 8080)
    link.sendall((f"PATCH {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {up.token}\r\nTus-Resumable: 1.0.0\r\n"
                  f"Upload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: {len(data)}\r\n\r\n"
                  ).encode() + data[:70 << 20])
    note = server.state_dir / "uploads" / (path.rsplit("/", 1)[1] + ".json")
    wait_until("64 MiB on the disk", lambda: json.loads(note.read_text())["durable"] >= 64 << 20, 30)
    server.kill()
    link.close()
    server.start()
    offset = up.offset(path)
    assert 64 << 20 <= offset <= 70 << 20
    assert up.append(path, 0, b"x").status == 409, "only where it is"
    assert up.append(path, offset, data[offset:]).status == 204
    job = up.wait_for_job("big")
    assert job["state"] == "done" and job["source"]["sha256"] == sum_of_it
    assert hashlib.sha256(server.image_path("big").read_bytes()).hexdigest() == sum_of_it
    wait_until("the upload's files are gone", lambda: not os.listdir(server.state_dir / "uploads"), 10)


def test_an_upload_is_unpacked_converted_and_refused_like_a_file(lab):
    server = lab.serve("proxy")
    disk = make_disk(lab.folder / "disk.img")
    shell("qemu-img convert -O qcow2 disk.img win.qcow2 && xz -k win.qcow2 && "
          "qemu-img create -f qcow2 -b /etc/passwd -F raw evil 1M", lab.folder)
    up = Uploader(lab, server)
    packed = (lab.folder / "win.qcow2.xz").read_bytes()
    path = up.create(len(packed), name="win").headers["Location"]
    assert up.append(path, 0, packed[:1000]).headers["Upload-Offset"] == "1000"
    assert up.append(path, 1000, packed[1000:]).status == 204
    assert up.wait_for_job("win")["source"] | {"sha256": 0} == {"recognised": "qcow2", "packing": "xz", "sha256": 0}
    assert server.image_path("win").read_bytes() == disk.read_bytes()
    evil = (lab.folder / "evil").read_bytes()
    path = up.create(len(evil), name="evil").headers["Location"]
    assert up.append(path, 0, evil).status == 204
    job = up.wait_for_job("evil")
    assert job["state"] == "failed" and "never opened" in job["error"] and "passwd" not in job["error"]
    assert up.create(10, name="win").status == 409, "the name is taken"
    assert up.create(1 << 60, name="huge").status == 507
    path = up.create(10, name="stopped").headers["Location"]
    assert up.ask("PATCH", path, {"Upload-Offset": "0"}, b"x", token="wrong").status == 401
    assert up.ask("DELETE", path).status == 204
    assert up.ask("HEAD", path).status == 404
    assert library(server) == ["win.raw"]


def test_a_job_is_shown_and_cancelled(lab):
    server = lab.serve("proxy")
    shell("head -c 6G /dev/zero | zstd -q > many.packed", lab.folder)
    up = Uploader(lab, server)
    packed = lab.folder / "many.packed"
    path = up.create(packed.stat().st_size, name="many").headers["Location"]
    assert up.append(path, 0, packed.read_bytes()).status == 204

    def running():
        return next((job for job in server.json("job", "list")["jobs"] if job["state"] in ("running", "waiting")), None)
    job = wait_until("a job that runs", running, 20)
    server.cli("job", "cancel", str(job["id"]))
    assert up.wait_for_job("many")["state"] == "cancelled"
    assert library(server) == []
    kinds = [event["kind"] for event in server.api("GET", "/events")[1]["events"]]
    assert "job-started" in kinds and "job-progress" in kinds and "job-ended" in kinds
