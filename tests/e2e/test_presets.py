# SPDX-License-Identifier: Apache-2.0
"""Disks that `image create --preset` makes: SeaBIOS boots them through iPXE, mtools reads them, and `image check` knows them."""
from lab.processes import run

MAC = "52:54:00:e2:e0:01"
PARTITION = 63 * 512


def test_a_dos_disk_boots_as_far_as_its_own_words(lab):
    server = lab.serve("server")
    server.cli("image", "create", "dos", "--preset", "dos", "--size", "100M")
    server.set_client(MAC, [("dos", "master")], access="boot")
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    pc.wait_serial(r"This DOS disk has no system yet; install DOS on it\.", 40)


def test_dos_disks_are_checked_and_mended(lab):
    server = lab.serve("off")
    server.cli("image", "create", "dos", "--preset", "dos")
    disk = server.image_path("dos")
    report = server.json("image", "check", "dos")
    assert (report["kind"], report["worst"]) == ("dos", "note")
    text = lab.folder / "config.sys"
    text.write_bytes(b"DEVICE=C:\\DOS\\HIMEM.SYS\r\nDEVICE=C:\\DOS\\EMM386.EXE\r\n")
    run(["mcopy", "-i", f"{disk}@@{PARTITION}", text, "::CONFIG.SYS"])
    with open(disk, "r+b") as file:
        file.seek(PARTITION + 28)
        file.write(b"\0\0\0\0")
    failed = server.cli("image", "check", "dos", check=False)
    assert failed.returncode == 1
    assert "CONFIG.SYS line 2 loads EMM386.EXE" in failed.stdout and "sectors lie before it" in failed.stdout
    report = server.json("image", "check", "dos", "--repair")
    assert [finding["code"] for finding in report["mended"]] == ["fat-hidden-sectors"]
    assert report["worst"] == "warning", "no repair changes CONFIG.SYS"
    assert run(["mtype", "-i", f"{disk}@@{PARTITION}", "::CONFIG.SYS"]).stdout.count("DEVICE") == 2
    with open(disk, "rb") as file:
        file.seek(PARTITION + 28)
        assert file.read(4) == (63).to_bytes(4, "little")


def test_a_new_version_is_what_is_checked(lab):
    server = lab.serve("off")
    server.cli("image", "create", "dos", "--preset", "dos", "--size", "20M")
    server.cli("image", "publish", "dos", "--comment", "two")
    report = server.json("image", "check", "dos")
    assert (report["kind"], report["worst"]) == ("dos", "note"), "through both layers"
    assert server.json("image", "check", "dos", "--repair")["mended"] == []


def test_a_cd_is_checked_as_one(lab, tmp_path):
    server = lab.serve("off")
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "floppy.img").write_bytes(bytes(1440 << 10))
    run(["xorriso", "-as", "mkisofs", "-quiet", "-o", tmp_path / "dos.iso", "-b", "floppy.img", tmp_path / "tree"])
    server.cli("image", "add", "cd", tmp_path / "dos.iso")
    report = server.json("image", "check", "cd")
    assert report["kind"] == "cd"
    assert "cd-emulation" in [finding["code"] for finding in report["findings"]], "iPXE starts no floppy in a CD"
    assert server.cli("image", "check", "cd", "--repair", check=False).returncode == 1
