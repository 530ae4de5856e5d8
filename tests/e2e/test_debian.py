# SPDX-License-Identifier: Apache-2.0
"""A small Debian with its root on iSCSI: log in, write a file, reboot over the network, find it again."""
import shutil

import pytest
from lab import images

MAC = "52:54:00:e2:e0:01"
FIRST_DHCP_TO_LOGIN = 120


def log_in(pc, count=1):
    pc.wait_serial(r"mini-debian login:", FIRST_DHCP_TO_LOGIN, count)
    pc.type_serial("root\n")
    pc.wait_serial(r"\n\S+ # ", 20, count)


@pytest.mark.parametrize("path", ("bios-rom", "uefi-pxe"))
def test_debian_boots_writes_a_file_and_finds_it_after_a_reboot(lab, path):
    server = lab.serve("server")
    server.add_image("mini", images.copy(images.mini_debian(), lab.folder / "mini.img"))
    server.add_image("data", images.make_blank(lab.folder / "data.img", 16 << 20))
    server.set_client(MAC, [("mini", "master"), ("data", "master")], access="boot")
    pc = lab.machine(path, mac=MAC, reboots=True).power_on()

    up = pc.wait_serial(r"MINI-OS-UP root=sda2 boots=(\d+) ibft=(\S+)\n", FIRST_DHCP_TO_LOGIN)
    assert up.group(1) == "1" and up.group(2).startswith("iqn.")
    pc.wait_serial(r"MINI-DISK sdb sectors=32768\n", 10)  # finding 11: both targets are in the iBFT
    log_in(pc)
    pc.type_serial("echo carried over the wire > /root/note; sync; reboot -f\n")

    up = pc.wait_serial(r"MINI-OS-UP root=sda2 boots=2 ", FIRST_DHCP_TO_LOGIN)
    log_in(pc, count=2)
    pc.type_serial("cat /root/note; dd if=/root/note of=/dev/sdb bs=512 conv=sync; sync; echo synced-$((6*7))\n")
    pc.wait_serial(r"\ncarried over the wire\n", 20)
    pc.wait_serial(r"\nsynced-42\n", 30)
    with open(server.image_path("data"), "rb") as disk:
        assert disk.read(21) == b"carried over the wire"


@pytest.mark.product
@pytest.mark.parametrize("path", ("bios-rom", "uefi-pxe"))
def test_kernel_initrd_and_command_line_boot(lab, path):
    server = lab.serve("server")
    kernel, initrd = images.mini_debian_kernel()
    files = server.state_dir / "files"
    files.mkdir(exist_ok=True)
    shutil.copy(kernel, files / "vmlinuz")
    shutil.copy(initrd, files / "initrd.gz")
    server.set_boot(MAC, {"kind": "kernel", "kernel": "vmlinuz", "initrds": ["initrd.gz"],
                          "command_line": "quiet no_timer_check bootferry.test=kernel-entry"})
    server.cli("client", "set", MAC, "--serial-console", "1")
    pc = lab.machine(path, mac=MAC, memory=768).power_on()
    pc.wait_serial(r"MINI-INITRD .*bootferry\.test=kernel-entry console=tty0 console=ttyS0", FIRST_DHCP_TO_LOGIN)
    assert {event["method"] for event in lab.wire.events("http", path="/files/vmlinuz")} & {"GET"}
