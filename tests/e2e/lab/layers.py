# SPDX-License-Identifier: Apache-2.0
"""The layers of a server's images: which there are by its database and on its disk, and what QEMU's tools say of them.

Read them while no client has them open: an overlay that is being written to is whole on the disk after a flush only."""
import sqlite3
from contextlib import closing
from pathlib import Path

from .processes import LabError, run, wait_until

OVERLAY = "SELECT layers.file FROM overlays JOIN layers ON layers.id = overlays.layer WHERE mac = ? AND image = ? AND mode = ?"
SNAPSHOT = "SELECT layers.file FROM snapshots JOIN layers ON layers.id = snapshots.layer WHERE mac = ? AND image = ? AND number = ?"
VERSION = "SELECT layers.file FROM versions JOIN layers ON layers.id = versions.layer WHERE image = ? AND number = ?"


class Layers:
    def __init__(self, server):
        self.server, self.folder = server, server.state_dir / "images"

    def _query(self, query: str, *values) -> list:
        with closing(sqlite3.connect(f"file:{self.server.state_dir}/bootferry.db?mode=ro", uri=True, timeout=10)) as database:
            return database.execute(query, values).fetchall()

    def _one(self, query: str, *values) -> Path:
        rows = self._query(query, *values)
        if len(rows) != 1:
            raise LabError(f"{len(rows)} layers of {values}")
        return self.folder / rows[0][0]

    def of_overlay(self, mac: str, image: str, mode="private") -> Path:
        return self._one(OVERLAY, mac, image, mode)

    def of_snapshot(self, mac: str, image: str, number: int) -> Path:
        return self._one(SNAPSHOT, mac, image, number)

    def of_version(self, image: str, number: int) -> Path:
        return self._one(VERSION, image, number)

    def known(self) -> set[Path]:
        return {self.folder / file for (file,) in self._query("SELECT file FROM layers WHERE file LIKE 'layers/%'")}

    def stored(self) -> set[Path]:
        """All that lies in the folder of layers, whatever it is."""
        return set((self.folder / "layers").glob("*"))

    def strays(self) -> list[Path]:
        """What no row knows; notes beside a layer (.NAME.notes0) belong to it."""
        known = self.known()
        return sorted(file for file in self.stored() if not any(file.name.removeprefix(".").startswith(one.name) for one in known))

    def check(self, flushed=True):
        """LabError when one of them is not as `qemu-img check` wants it, or is not there."""
        for file in sorted(self.known()):
            check(file, flushed)


def check(file: Path, flushed=True):
    """Before the flush of what was written to it, clusters may be taken that nothing points to yet (exit 3)."""
    done = run(["qemu-img", "check", "-U", "-f", "qcow2", file], check=False)
    if done.returncode not in ((0,) if flushed else (0, 3)):
        raise LabError(f"qemu-img check {file.name}: exit {done.returncode}\n{done.stdout[-1500:]}{done.stderr[-500:]}")


def content(file: Path, folder: Path) -> bytes:
    """The disk as QEMU reads it from the layer and, by the names in its header, all below."""
    return raw_copy(file, folder / "content.raw").read_bytes()


def raw_copy(file: Path, target: Path) -> Path:
    kind = "qcow2" if file.suffix == ".qcow2" else "raw"
    run(["qemu-img", "convert", "-U", "-f", kind, "-O", "raw", file, target], timeout=60)
    return target


def file_in(file: Path, path: str, folder: Path, offset=5 << 20) -> str:
    """A file in the ext4 that begins at `offset` of the layer's disk (the mini Debian's root); "" when there is none."""
    disk = raw_copy(file, folder / "content.raw")
    part = folder / "content.ext4"
    run(["dd", f"if={disk}", f"of={part}", "bs=1M", f"skip={offset >> 20}", "conv=sparse"])
    run(["e2fsck", "-fy", part], check=False)  # replays the journal, as a mount would
    return run(["debugfs", "-R", f"cat {path}", part], check=False).stdout


def let_go(server):
    """Ends what machines that were switched off have left behind."""
    for session in server.sessions():
        server.cli("session", "drop", str(session["id"]), check=False)
    wait_until("no session", lambda: not server.sessions(), 20)
