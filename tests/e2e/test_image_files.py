# SPDX-License-Identifier: Apache-2.0
"""The files inside images: a DOS disk's partition written by mtools, a CD made by xorriso, by the command line and by the API."""
import random

import pytest

from lab.bootferry import Bootferry
from lab.processes import run


@pytest.fixture
def server(lab):
    return Bootferry(lab, "proxy").start()


def test_a_disk_and_a_cd_are_looked_into(lab, server):
    data = random.Random(7).randbytes(300_000)
    tree = lab.folder / "tree"
    (tree / "A long folder").mkdir(parents=True)
    (tree / "A long folder" / "größe.bin").write_bytes(data)
    server.cli("image", "create", "dos", "--preset", "dos", "--size", "100M")
    run(["env", "LC_ALL=C.UTF-8", "mcopy", "-s", "-i", f"{server.image_path('dos')}@@32256", tree / "A long folder", "::"])
    disc = lab.folder / "disc.iso"
    run(["env", "LC_ALL=C.UTF-8", "xorriso", "-as", "mkisofs", "-quiet", "-J", "-R", "-o", disc, tree])
    server.add_image("disc", disc)

    assert [entry["name"] for entry in server.json("image", "files", "dos")["entries"]] == ["1"]
    folder = server.json("image", "files", "dos", "/1/a long folder")
    assert folder["file_system"] == "FAT16" and [(entry["name"], entry["size"]) for entry in folder["entries"]] == [("größe.bin", len(data))], folder
    assert "A long folder/" in server.cli("image", "files", "disc").stdout
    for image, path in (("dos", "/1/A long folder/größe.bin"), ("disc", "/A long folder/größe.bin")):
        kept = lab.folder / image
        server.cli("image", "cat", image, path, kept)
        assert kept.read_bytes() == data, image
    refused = server.cli("image", "cat", "disc", "/nothing", check=False)
    assert refused.returncode == 1 and "no /nothing" in refused.stderr, refused.stderr


def test_a_viewer_sees_names_and_no_content(server):
    server.cli("image", "create", "floppy", "--preset", "floppy-1440")
    run(["mmd", "-i", server.image_path("floppy"), "::DOS"])
    server.add_user("alice", "admin")
    token = server.json("token", "create", "look", "--scope", "read")["token"]
    writer = server.json("token", "create", "change", "--scope", "write")["token"]
    code, folder = server.api("GET", "/images/floppy/files", token=token)
    assert code == 200 and [entry["name"] for entry in folder["entries"]] == ["DOS"], folder
    for other in (token, writer):
        assert server.api("GET", "/images/floppy/files/content?path=/DOS", token=other)[0] == 403
    assert server.api("GET", "/images/floppy/files", token=None)[0] == 401
    code, problem = server.api("GET", "/images/floppy/files/content?path=/DOS")
    assert code == 409 and "folder" in problem["detail"], problem
