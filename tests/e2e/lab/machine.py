# SPDX-License-Identifier: Apache-2.0
"""A virtual PC with no disk (or a disk of its own), under QEMU's TCG.

Firmware paths:  bios-rom    iPXE in the NIC's ROM
                 bios-plain  the same, disguised as a vendor PXE ROM until it has loaded undionly.kpxe
                 uefi-pxe    OVMF's own PXE stack
                 uefi-pxe6   the same over IPv6 only
                 uefi-http   OVMF's HTTP boot
                 uefi-rom    OVMF with the NIC's iPXE EFI ROM
                 bios-medium, uefi-medium   no network boot at all: starts from `medium`, a ("floppy", "cd" or "usb", file)
`isa`: "i386" or "aarch64" for UEFI machines of 32 bits or of ARM; they have a serial console only.
`secure_boot`: OVMF with Secure Boot on, and as its only keys those of Debian's "snakeoil" certificate.
KVM is not used: iPXE's ROM and OVMF do not run under nested KVM on common CI machines.
"""
import re
import shutil
import sys
import threading
import time
from pathlib import Path

from .processes import SLOW, Child, LabError, wait_until
from .qmp import Qmp

OVMF = Path("/usr/share/OVMF")
AAVMF = Path("/usr/share/AAVMF")
FIRMWARE = {  # the instruction set, or "secure" for x86_64 with Secure Boot: code and variables
    "x86_64": (OVMF / "OVMF_CODE_4M.fd", OVMF / "OVMF_VARS_4M.fd"),
    "secure": (OVMF / "OVMF_CODE_4M.secboot.fd", OVMF / "OVMF_VARS_4M.snakeoil.fd"),
    "i386": (OVMF / "OVMF32_CODE_4M.secboot.fd", OVMF / "OVMF32_VARS_4M.fd"),  # without keys: Secure Boot is off
    "aarch64": (AAVMF / "AAVMF_CODE.fd", AAVMF / "AAVMF_VARS.fd"),
}
_ANSI = re.compile(rb"\x1b(?:\[[0-9;?=]*[A-Za-z]|[c78=>])")


class Machine:
    def __init__(self, lab, path="bios-rom", mac="52:54:00:e2:e0:01", tap=0, nic="virtio-net-pci", memory=512,
                 disks=(), reboots=False, name=None, smbios="", relay=None, medium=None, secure_boot=False, cpu="max", isa="x86_64"):
        """`smbios`: "uuid=...,serial=..."; `relay`: (delay_ms, jitter_ms, loss_percent) of a bad cable, see lab/relay.py."""
        self.lab, self.path, self.mac, self.tap, self.nic = lab, path, mac, tap, nic
        self.memory, self.disks, self.reboots = memory, disks, reboots
        self.smbios, self.relay = smbios, relay
        self.medium, self.secure_boot, self.cpu, self.isa = medium, secure_boot, cpu, isa
        self.name = name or f"pc{tap}"
        self.folder = lab.folder
        self.qmp_path = lab.short / f"{self.name}.qmp"
        self.qemu = self.wire = None
        self._boots = 0
        self._changed = threading.Condition()
        self._raw = b""

    def power_on(self):
        """Starts the PC; `power_on_time` is when."""
        self._boots += 1
        self._raw = b""
        command = self._command()
        if self.path == "bios-plain":
            self._start_wire("lab.disguise")
        elif self.relay:
            self._start_wire("lab.relay", *self.relay)
        self.power_on_time = time.monotonic()
        self.qemu = self.lab.add(Child(self.name, command, self.folder / f"{self.name}.qemu.log", self.lab.network.net, pipe=True))
        self._reader = threading.Thread(target=self._read_serial, args=(self.qemu.process.stdout,), daemon=True)
        self._reader.start()
        return self

    def power_off(self):
        if self.qemu:
            self.qemu.kill()
        if self.wire:
            self.wire.kill()
            self.wire = None

    def _command(self):
        uefi = self.path.startswith("uefi")
        guarded = self.secure_boot or self.isa == "i386"  # this firmware's variables want the management mode
        board = "virt" if self.isa == "aarch64" else f"{'q35' if uefi else 'pc'},graphics=off{',smm=on' if guarded else ''}"
        command = [f"qemu-system-{self.isa}", "-nodefaults", "-no-user-config", "-machine", board,
                   "-accel", "tcg", "-cpu", self.cpu, "-m", str(self.memory), "-display", "none",
                   "-serial", "stdio", "-qmp", f"unix:{self.qmp_path},server,nowait"]
        if self.isa == "x86_64":
            command += ["-device", "VGA"]
        if self.smbios:
            command += ["-smbios", f"type=1,{self.smbios}"]
        if not self.reboots:
            command += ["-no-reboot"]
        if uefi:
            variables = self.folder / f"{self.name}.vars.fd"
            code, initial = FIRMWARE["secure" if self.secure_boot else self.isa]
            shutil.copy(initial, variables)
            if guarded:
                command += ["-global", "driver=cfi.pflash01,property=secure,value=on", "-global", "ICH9-LPC.disable_s3=1"]
            command += ["-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={code}",
                        "-drive", f"if=pflash,format=raw,unit=1,file={variables}", "-device", "virtio-rng-pci"]
        if self.path == "uefi-http":
            for protocol in ("IPv4PXESupport", "IPv6PXESupport"):
                command += ["-fw_cfg", f"name=opt/org.tianocore/{protocol},string=n"]
        if self.path == "uefi-pxe6":
            command += ["-fw_cfg", "name=opt/org.tianocore/IPv4PXESupport,string=n"]
        if self.path == "bios-plain" or self.relay:
            command += ["-netdev", f"dgram,id=n0,local.type=unix,local.path={self._socket('q')},"
                                   f"remote.type=unix,remote.path={self._socket('p')}"]
        else:
            command += ["-netdev", f"tap,id=n0,ifname=tap{self.tap},script=no,downscript=no"]
        rom = ",romfile=" if self.path in ("uefi-pxe", "uefi-pxe6", "uefi-http", "bios-medium", "uefi-medium") else ""
        first = "" if self.medium else ",bootindex=1"
        command += ["-device", f"{self.nic},netdev=n0,mac={self.mac}{first}{rom}"]
        if self.medium:
            command += self._medium_options(*self.medium)
        for index, disk in enumerate(self.disks):
            command += ["-drive", f"if=none,id=d{index},format=raw,file={disk}",
                        "-device", f"ide-hd,drive=d{index},bus=ide.{index // 2},unit={index % 2},bootindex={index + 2}" if not uefi
                        else f"virtio-blk-pci,drive=d{index},bootindex={index + 2}"]
        return command

    @staticmethod
    def _medium_options(kind, file) -> list:
        if kind == "floppy":
            return ["-drive", f"if=floppy,format=raw,readonly=on,file={file}", "-boot", "a"]
        drive = ["-drive", f"if=none,id=medium,format=raw,readonly=on,file={file}"]
        device = {"cd": ["-device", "ide-cd,drive=medium,bootindex=1"],
                  "usb": ["-device", "qemu-xhci", "-device", "usb-storage,drive=medium,bootindex=1"]}[kind]
        return drive + device

    def _socket(self, side: str) -> Path:
        return self.lab.short / f"{self.name}.{side}{self._boots}"

    def _start_wire(self, module: str, *words):
        root = Path(__file__).resolve().parent.parent
        ours = self._socket("p")
        self.wire = self.lab.add(Child(f"{self.name}-wire", ["env", f"PYTHONPATH={root}", sys.executable, "-m", module,
                                       f"tap{self.tap}", self._socket("q"), ours, *words],
                                       self.folder / f"{self.name}.wire.log", self.lab.network.net))
        wait_until("the wire's socket", lambda: ours.exists() or self.wire.require_alive())

    def _read_serial(self, stream):
        with open(self.folder / f"{self.name}.serial.log", "ab") as log:
            while chunk := stream.read(65536):
                log.write(chunk)
                log.flush()
                with self._changed:
                    self._raw += chunk
                    self._changed.notify_all()

    @property
    def serial(self) -> str:
        """What the PC has printed since power-on, without terminal escapes and carriage returns."""
        return _ANSI.sub(b"", self._raw).replace(b"\r", b"").decode("latin-1")

    def wait_serial(self, pattern: str, timeout: float, count=1) -> re.Match:
        """Waits for the pattern's `count`-th match; LabError with the last screenful and a picture if it never comes."""
        end = time.monotonic() + timeout * SLOW
        with self._changed:
            while True:
                found = list(re.finditer(pattern, self.serial))
                if len(found) >= count:
                    return found[count - 1]
                left = end - time.monotonic()
                if left <= 0 or (not self.qemu.alive() and not self._reader.is_alive()):
                    break
                self._changed.wait(min(left, 0.5))
        raise LabError(f"{self.name}: {pattern!r} not seen on the serial line within {timeout * SLOW:.0f} s "
                       f"({'running' if self.qemu.alive() else 'QEMU ended'}); last lines:\n{self.serial[-1500:]}\n"
                       f"screen: {self.screenshot()}\n{self.qemu.tail(500)}")

    def seconds_to(self, pattern: str, timeout: float) -> float:
        self.wait_serial(pattern, timeout)
        return time.monotonic() - self.power_on_time

    def type_serial(self, text: str):
        self.qemu.process.stdin.write(text.encode())

    def type_keys(self, text: str):
        """On the keyboard; "\\n" is the return key."""
        Qmp(self.qmp_path).type(text)

    def screenshot(self, name="failed") -> Path | None:
        path = self.folder / f"{self.name}.{name}.png"
        try:
            Qmp(self.qmp_path).screendump(path)
            return path
        except OSError:
            return None
