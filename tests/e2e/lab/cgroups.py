# SPDX-License-Identifier: Apache-2.0
"""Control groups of our own, at the top of each tree of them that a systemd uses. Named like the temporary folder of their lab."""
from pathlib import Path

_TREES = [Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup/systemd")]


def make_groups(name: str) -> list[Path]:
    """A process becomes theirs by its number in each one's cgroup.procs."""
    groups = [tree / name for tree in _TREES if (tree / "cgroup.procs").exists()]
    for group in groups:
        group.mkdir(exist_ok=True)
    return groups


def remove_groups(name: str):
    """Once nothing runs in them."""
    for group in find_groups(name):
        for inner in sorted(group.rglob("*/"), reverse=True):
            inner.rmdir()
        group.rmdir()


def find_groups(pattern: str) -> list[Path]:
    return [group for tree in _TREES for group in tree.glob(pattern)]
