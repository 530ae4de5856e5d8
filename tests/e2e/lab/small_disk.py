# SPDX-License-Identifier: Apache-2.0
"""A small file system in memory for a state folder, so that a full disk costs nothing and can be made bigger."""
import os
from pathlib import Path

from .processes import run


class SmallDisk:
    def __init__(self, folder: Path, megabytes: int):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "bfe2e", folder])

    def resize(self, megabytes: int):
        run(["mount", "-o", f"remount,size={megabytes}m", self.folder])

    def free(self) -> int:
        space = os.statvfs(self.folder)
        return space.f_bavail * space.f_frsize

    def fill(self, leave: int):
        """Takes all room but `leave` bytes, with a file of nobody's."""
        with open(self.folder / "ballast", "ab") as file:
            size = file.tell() + self.free() - leave
            os.posix_fallocate(file.fileno(), 0, size)

    def clear(self):
        (self.folder / "ballast").unlink(missing_ok=True)

    def remove(self):
        run(["umount", "-l", self.folder], check=False)
