# SPDX-License-Identifier: Apache-2.0
"""Each kind of boot with a machine that really boots by it: floppies, CDs, several drives, files over HTTP, power off."""
import pytest
from lab import images
from lab.network import SERVER
from lab.processes import wait_until

MAC = "52:54:00:e2:e0:01"
pytestmark = pytest.mark.product


def put_file(server, name, source):
    target = server.state_dir / "files" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    images.copy(source, target)


@pytest.mark.parametrize("path", ("bios-rom", "bios-plain"))
def test_a_floppy_is_written_to_and_read_back(lab, path):
    server = lab.serve()
    floppy = server.add_image("floppy", images.copy(images.probe_floppy(), lab.folder / "floppy.img"))
    server.cli("client", "set", MAC, "--floppy", "floppy:master")
    pc = lab.machine(path, mac=MAC).power_on()
    pc.wait_serial(r"FLOPPY-BOOTED drive=00 read=OK +write=OK +cd=NONE", 40)
    assert images.floppy_boots(floppy) == (b"WROT", 1), "what the machine wrote is in the image"
    assert [login["target"] for login in lab.wire.events("iscsi-login")][0].endswith(".00")


def test_a_floppy_in_memory_boots_and_forgets(lab):
    server = lab.serve()
    floppy = server.add_image("floppy", images.copy(images.probe_floppy(), lab.folder / "floppy.img"))
    server.cli("client", "set", MAC, "--floppy", "floppy", "--memdisk")
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    pc.wait_serial(r"FLOPPY-BOOTED drive=00 read=OK +write=OK", 60)
    assert images.floppy_boots(floppy)[0] != b"WROT"
    assert not lab.wire.events("iscsi-login")
    assert server.status(f"/boot/{MAC}/floppy.img?entry=0") == 200
    assert server.status(f"/boot/{MAC}/floppy.img?entry=1") == 404
    assert server.status("/boot/52:54:00:e2:e0:02/floppy.img?entry=0") == 404, "of no machine that is not offered it"


def test_a_cd_is_a_cd_drive(lab):
    server = lab.serve()
    server.add_image("disc", images.copy(images.boot_cd(), lab.folder / "boot.img"))
    server.cli("client", "set", MAC, "--cd", "disc")
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    pc.wait_serial(r"CD-BOOTED drive=E0 read=OK", 40)


def test_a_cd_that_emulates_a_floppy_boots_from_it_with_the_cd_beside_it(lab):
    server = lab.serve()
    server.add_image("disc", images.copy(images.probe_floppy_cd(), lab.folder / "cd.iso"))
    server.cli("client", "set", MAC, "--cd", "disc")
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    pc.wait_serial(r"FLOPPY-BOOTED drive=00 read=OK +write=FAIL cd=OK", 40)
    assert {login["target"][-3:] for login in lab.wire.events("iscsi-login") if login["target"]} == {".00", ".e0"}


def test_four_drives_of_which_not_all_fit_into_the_ibft(lab, probe):
    server = lab.serve()
    names = ["one", "two", "three", "four"]
    disks = [server.add_image(name, images.copy(probe, lab.folder / f"{name}.img")) for name in names]
    server.set_client(MAC, [(name, "master") for name in names], access="boot")
    script = server.json("client", "script", MAC)["script"]
    assert script.count("--no-describe") == 2, script
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    pc.wait_serial(r"BOOTFERRY-PROBE-DONE drives=4 .*write=OK", 60)
    assert [images.probe_boots(disk) for disk in disks] == [(f"BOOTFERRY-WRITTEN drv={0x80 + i:02X}", 1) for i in range(4)]


def test_a_cd_image_over_http_is_read_block_by_block(lab):
    server = lab.serve()
    put_file(server, "cds/boot.iso", images.boot_cd())
    server.cli("client", "set", MAC, "--iso", "cds/boot.iso")
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    pc.wait_serial(r"CD-BOOTED drive=E0 read=OK", 40)
    assert not lab.wire.events("iscsi-login")


def test_an_efi_program_runs_and_a_bios_is_told_why_not(lab):
    server = lab.serve()
    put_file(server, "hello.efi", images.efi_program("EFI-PROGRAM-RAN", lab.folder / "hello.efi"))
    server.cli("client", "set", MAC, "--efi", "hello.efi")
    lab.machine("uefi-pxe", mac=MAC).power_on().wait_serial(r"EFI-PROGRAM-RAN", 90)
    other = "52:54:00:e2:e0:02"
    server.cli("client", "set", other, "--efi", "hello.efi")
    pc = lab.machine("bios-rom", mac=other, tap=1).power_on()
    pc.wait_serial(r"BIOS, which cannot run an EFI program", 40)


def test_another_ipxe_script_goes_on(lab):
    server = lab.serve()
    (server.state_dir / "files").mkdir(exist_ok=True)
    (server.state_dir / "files" / "mine.ipxe").write_text("#!ipxe\necho OTHER-SCRIPT-RAN\nsleep 60\n")
    server.cli("client", "set", MAC, "--ipxe", f"http://{SERVER}:8080/files/mine.ipxe")
    lab.machine("bios-rom", mac=MAC).power_on().wait_serial(r"OTHER-SCRIPT-RAN", 40)


def test_a_missing_file_is_told_and_tried_again(lab):
    server = lab.serve()
    server.cli("client", "set", MAC, "--iso", "gone.iso")
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    pc.wait_serial(r"could not boot the CD image", 40)
    put_file(server, "gone.iso", images.boot_cd())
    pc.wait_serial(r"CD-BOOTED", 40)


@pytest.mark.parametrize("path", ("bios-rom", "uefi-pxe"))
def test_a_machine_is_switched_off_or_told_that_it_cannot(lab, path):
    """Debian's iPXE has no poweroff for some firmware: then the screen asks for the button."""
    server = lab.serve()
    server.cli("client", "set", MAC, "--poweroff")
    pc = lab.machine(path, mac=MAC).power_on()
    pc.wait_serial(r"is switched off", 90)
    wait_until("the machine to be off, or to say why not",
               lambda: not pc.qemu.alive() or "press its button" in pc.serial, 20)


def test_a_shell_has_a_prompt_and_asks_again_when_left(lab):
    server = lab.serve()
    server.cli("client", "set", MAC, "--shell")
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    pc.wait_serial(r"iPXE>", 40)
    server.set_boot(MAC, {"kind": "ipxe", "url": "x.ipxe"})
    (server.state_dir / "files").mkdir(exist_ok=True)
    (server.state_dir / "files" / "x.ipxe").write_text("#!ipxe\necho LEFT-THE-SHELL\nsleep 60\n")
    pc.type_keys("exit\n")
    pc.wait_serial(r"LEFT-THE-SHELL", 40)
