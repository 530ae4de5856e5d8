# SPDX-License-Identifier: Apache-2.0
"""Block devices made of files (loop devices), and a file system on one that a test can take the power from."""
import shutil
import subprocess
from pathlib import Path

from .processes import LabError, run


class NoLoopDevices(LabError):
    """This machine's kernel or container has none: what needs them cannot be tried here."""


class LoopDisk:
    """`device` is a block device whose bytes are those of `file`."""

    def __init__(self, file: Path, megabytes: int):
        self.file = file
        with open(file, "ab") as made:
            made.truncate(megabytes << 20)
        self.attach()

    def attach(self):
        try:
            done = run(["losetup", "--find", "--show", self.file], check=False)
        except FileNotFoundError as error:
            raise NoLoopDevices(f"no losetup: {error}")
        if done.returncode != 0:
            raise NoLoopDevices(f"losetup: {done.stderr.strip()}")
        self.device = Path(done.stdout.strip())

    def grow(self, megabytes: int):
        with open(self.file, "ab") as made:
            made.truncate(megabytes << 20)
        run(["losetup", "--set-capacity", self.device])

    def detach(self):
        run(["losetup", "--detach", self.device], check=False)


class MortalDisk:
    """An ext4 at `folder` that loses, with its power, all that nobody flushed: nothing is written back by the clock, and what is in
    the kernel's memory only is gone after `cut_power`."""

    def __init__(self, folder: Path, megabytes: int):
        self.folder = folder
        self.file = folder.with_suffix(".disk")
        folder.mkdir()
        self.loop = LoopDisk(self.file, megabytes)
        run(["mke2fs", "-q", "-t", "ext4", self.loop.device])
        self._mount()

    def _mount(self):
        run(["mount", "-t", "ext4", "-o", "noatime,commit=600", self.loop.device, self.folder])

    def cut_power(self):
        """The processes on it are dead already, as they are when the power goes. The disk is what was written to it until now."""
        left = self.file.with_suffix(".left")
        run(["cp", "--sparse=always", self.file, left])
        run(["umount", "-l", self.folder])  # what this still writes, nobody sees: it is another file from now on
        self.loop.detach()
        left.rename(self.file)
        self.loop.attach()
        self._mount()  # replays its journal

    def remove(self):
        subprocess.run(["umount", "-l", self.folder], capture_output=True, timeout=30, check=False)
        self.loop.detach()
        self.file.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)
