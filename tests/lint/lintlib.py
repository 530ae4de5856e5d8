# SPDX-License-Identifier: Apache-2.0
"""What the lint scripts share: where the tree is, which files it tracks, and how a finding is told.
A script calls `run(check)`; `check(tree)` yields (path, line, message). `--root DIR` looks at another tree (the self-test does)."""
import pathlib
import subprocess
import sys


class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        listed = subprocess.run(["git", "-C", str(self.root), "ls-files", "-z"], check=True, capture_output=True, timeout=60)
        names = listed.stdout.decode().split("\0")
        self.files = sorted(name for name in names if name and (self.root / name).is_file())

    def text(self, name):
        """The file's text, or None for a binary file."""
        data = (self.root / name).read_bytes()
        if b"\0" in data:
            return None
        return data.decode("utf-8", "replace")

    def lines(self, name):
        return (self.text(name) or "").splitlines()


def run(check):
    arguments = sys.argv[1:]
    if arguments[:1] == ["--root"] and len(arguments) == 2:
        root = arguments[1]
    elif not arguments:
        root = pathlib.Path(__file__).resolve().parents[2]
    else:
        sys.exit(f"usage: {sys.argv[0]} [--root DIR]")
    findings = 0
    for path, line, message in check(Tree(root)):
        print(f"{path}:{line}: {message}")
        findings += 1
    if findings:
        print(f"{findings} finding(s)")
    sys.exit(1 if findings else 0)
