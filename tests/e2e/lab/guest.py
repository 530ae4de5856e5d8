# SPDX-License-Identifier: Apache-2.0
"""Linux' own iSCSI initiator: a small Debian guest in QEMU (TCG) whose agent runs commands for us and tells output and status.

The guest has no network boot and no disk of ours but its read-only root; what it does on iSCSI it does because a test says so.
"""
import base64
import re
import socket
import time
from typing import NamedTuple

from . import images
from .network import SERVER
from .processes import SLOW, Child, LabError, run, wait_until

BOOT = 60
BAD_NEWS = re.compile(r"I/O error|Aborting journal|EXT4-fs error|EXT4-fs warning|critical \w+ error|rejecting I/O|Remounting filesystem read-only|hung_task|BUG:|Oops")

# A busy host may let the emulated timer tick too late for the kernel's check of it, which then stops.
NO_TIMER_CHECK = "no_timer_check"


class Answer(NamedTuple):
    status: int
    text: str


class Guest:
    def __init__(self, lab, number=1):
        self.lab, self.number, self.name = lab, number, f"guest{number}"
        self.address = f"10.99.0.{60 + number}"
        self.iqn = f"iqn.2026-11.test.lab:guest{number}"
        self.tap = f"tap{number}"
        self.console = lab.folder / f"{self.name}.console.log"
        self._boots = self._asked = self._started = 0
        self.qemu = self._link = None

    # -- power -----------------------------------------------------------------------------------------------------------

    def power_on(self):
        root, kernel, initrd = images.initiator_guest()
        self._boots += 1
        path = self.lab.short / f"{self.name}.agent{self._boots}"
        command = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-machine", "pc,graphics=off", "-accel", "tcg", "-cpu", "max",
                   "-m", "384", "-display", "none", "-no-reboot", "-serial", f"file:{self.console}", "-kernel", kernel, "-initrd", initrd,
                   "-append", f"console=ttyS0 quiet panic=-1 {NO_TIMER_CHECK} guest.ip={self.address}/24 guest.iqn={self.iqn}",
                   "-drive", f"if=virtio,format=raw,snapshot=on,file={root}", "-device", "virtio-serial-pci",
                   "-chardev", f"socket,id=agent,path={path},server=on,wait=on", "-device", "virtserialport,chardev=agent",
                   "-netdev", f"tap,id=n0,ifname={self.tap},script=no,downscript=no",
                   "-device", f"virtio-net-pci,netdev=n0,mac=52:54:00:e2:e0:{0x60 + self.number:02x},romfile="]
        self.plug(True)
        self.qemu = self.lab.add(Child(self.name, command, self.lab.folder / f"{self.name}.qemu.log", self.lab.network.net))
        wait_until("the agent's socket", lambda: path.exists() or self.qemu.require_alive())
        self._link = socket.socket(socket.AF_UNIX)
        wait_until("the agent's line", lambda: self._link.connect_ex(str(path)) == 0 or self.qemu.require_alive())
        self._buffer = b""
        if self._read_line(BOOT) != "READY":
            raise LabError(f"{self.name}: the agent says something else than READY")
        return self

    def power_off(self):
        """As a power cut does it: nothing is said to the server."""
        if self.qemu:
            self.qemu.kill()
            self._link.close()
            self.qemu = None

    def running(self) -> bool:
        return self.qemu is not None and self.qemu.alive()

    def plug(self, connected: bool):
        """Puts the network cable in, or takes it out."""
        run(["ip", "-n", self.lab.network.net, "link", "set", self.tap, "up" if connected else "down"])

    # -- commands --------------------------------------------------------------------------------------------------------

    def ask(self, command: str, timeout=30) -> Answer:
        """Runs the command in a shell; its status (137 when it did not end in time) and all that it printed."""
        self._asked += 1
        seconds = int(timeout * SLOW)
        self._link.sendall(f"{self._asked} {seconds} {base64.b64encode(command.encode()).decode()}\n".encode())
        words = self._read_line(timeout + 5, command).split()
        if words[:2] != ["ANSWER", str(self._asked)]:
            raise LabError(f"{self.name}: not an answer to {command!r}: {words}")
        return Answer(int(words[2]), self._read(int(words[3]), 10).decode(errors="replace"))

    def run(self, command: str, timeout=30) -> str:
        """The same for a command that has to succeed; its output."""
        answer = self.ask(command, timeout)
        if answer.status != 0:
            raise LabError(f"{self.name}: exit {answer.status}: {command}\n{answer.text}\nkernel:\n{self.kernel_log()[-2000:]}")
        return answer.text

    def start(self, command: str) -> "Job":
        """Runs the command in the background."""
        self._started += 1
        job = Job(self, self._started, command)
        self.run(f"setsid sh -c '({command}); echo $? >{job.path}.part; mv {job.path}.part {job.path}.status' >{job.path}.log 2>&1 </dev/null &")
        return job

    def kernel_log(self) -> str:
        return self.ask("dmesg").text

    def bad_news(self) -> list[str]:
        """Lines of the kernel's log that say that an error got as far as a file system, since the last forget_news()."""
        return [line for line in self.kernel_log().splitlines() if BAD_NEWS.search(line)]

    def forget_news(self):
        self.run("dmesg -c >/dev/null")

    def _read_line(self, timeout, command="boot") -> str:
        while b"\n" not in self._buffer:
            self._more(timeout, command)
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode()

    def _read(self, size, timeout) -> bytes:
        while len(self._buffer) < size:
            self._more(timeout, "the rest of an answer")
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def _more(self, timeout, command):
        self._link.settimeout(timeout * SLOW)
        try:
            data = self._link.recv(65536)
        except TimeoutError:
            data = b""
        if not data:
            console = self.console.read_bytes()[-2000:].decode(errors="replace") if self.console.exists() else ""
            state = "running" if self.running() else "QEMU ended"
            self.power_off()  # it cannot be asked any more; the next test gets a new one
            raise LabError(f"{self.name} ({state}) did not answer within {timeout * SLOW:.0f} s: {command}\nconsole:\n{console}")
        self._buffer += data

    # -- open-iscsi ------------------------------------------------------------------------------------------------------

    def add_node(self, target: str, settings: dict | None = None, portal=SERVER) -> str:
        """A record for iscsiadm, settings by their names without `node.`; the command that names the record."""
        node = f"iscsiadm -m node -T {target} -p {portal}"
        updates = [f"{node} -o update -n 'node.{name}' -v '{value}'" for name, value in (settings or {}).items()]
        self.run(" && ".join([f"{node} -o new >/dev/null", *updates]))
        return node

    def log_in(self, target: str, settings: dict | None = None, portal=SERVER) -> str:
        """Logs in and returns the disk, e.g. /dev/sda."""
        self.run(f"{self.add_node(target, settings, portal)} -l")
        return wait_until(f"a disk of {target}", lambda: self.disks(target, portal))[0]

    def log_out(self, target: str):
        self.run(f"iscsiadm -m node -T {target} -u")
        self.run(f"iscsiadm -m node -T {target} -o delete")

    def disks(self, target: str, portal=None) -> list[str]:
        """The disks of the target's sessions, whole paths, as iscsiadm's session report names them."""
        answer = self.ask("iscsiadm -m session -P 3")
        found = []
        for part in answer.text.split("Target: ")[1:]:
            for session in part.split("Current Portal: ")[1:] if part.split()[0] == target else ():
                if portal is None or session.startswith(portal):
                    found += [f"/dev/{name}" for name in re.findall(r"Attached scsi disk (\w+)\s+State: running", session)]
        return found

    def generic(self, disk: str) -> str:
        """The SCSI generic device of a disk: /dev/sda -> /dev/sg0."""
        return "/dev/" + self.run(f"ls /sys/block/{disk.removeprefix('/dev/')}/device/scsi_generic").strip()

    def tidy(self):
        """Leaves nothing of a test behind; a guest that cannot do that is switched off."""
        if not self.running():
            return
        try:
            self.plug(True)
            self.run("ip link show eth0 >/dev/null; for p in $(cat /tmp/job-*.pid 2>/dev/null); do kill -9 $p 2>/dev/null; done; "
                     "umount -l /mnt 2>/dev/null; DM_DISABLE_UDEV=1 dmsetup remove_all --force >/dev/null 2>&1; "
                     "iscsiadm -m session >/dev/null 2>&1 && timeout 20 iscsiadm -m session -u >/dev/null 2>&1; "
                     "rm -rf /etc/iscsi/nodes /etc/iscsi/send_targets /tmp/job-*; ! iscsiadm -m session >/dev/null 2>&1")
        except LabError as problem:
            print(f"lab: {self.name} is switched off, as it cannot be tidied: {problem}")
            self.power_off()


class Job:
    """A command that runs in the background of a guest."""

    def __init__(self, guest: Guest, number: int, command: str):
        self.guest, self.command, self.path = guest, command, f"/tmp/job-{number}"
        self.since = time.monotonic()

    def log(self) -> str:
        return self.guest.ask(f"cat {self.path}.log").text

    def status(self) -> int | None:
        answer = self.guest.ask(f"cat {self.path}.status 2>/dev/null")
        return int(answer.text) if answer.status == 0 else None

    def ended(self) -> bool:
        return self.status() is not None

    def wait(self, timeout) -> str:
        """Waits for a good end; the output."""
        wait_until(f"the end of {self.command}", self.ended, timeout, 0.3)
        status = self.status()
        if status != 0:
            raise LabError(f"{self.guest.name}: exit {status}: {self.command}\n{self.log()}\nkernel:\n{self.guest.kernel_log()[-3000:]}")
        return self.log()
