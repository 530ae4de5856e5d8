# SPDX-License-Identifier: Apache-2.0
"""`bootferry demo`: a newcomer without a spare PC sees it work, and nothing is left behind."""
from pathlib import Path

import pytest
from lab.bootferry import BINARY
from lab.processes import run

pytestmark = pytest.mark.product


def traces() -> dict:
    links = run(["ip", "-o", "link", "show"]).stdout
    return {"links": {line.split(": ")[1] for line in links.splitlines()},
            # but for those of tests that run beside this one
            "namespaces": {line.split()[0] for line in run(["ip", "netns", "list"]).stdout.splitlines() if not line.startswith("bfe2e-")},
            "folders": {path.name for path in Path("/tmp").glob("bootferry-demo-*")}}


def test_the_demo_boots_a_virtual_pc_and_leaves_nothing(lab):
    before = traces()
    done = run([BINARY, "demo"], timeout=60, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "BOOTFERRY-PROBE-DONE" in done.stdout and "Welcome aboard" in done.stdout
    assert traces() == before


def test_the_demo_boots_a_disk_of_your_own_named_as_the_shell_has_it(lab, tmp_path, monkeypatch):
    (tmp_path / "blank.img").write_bytes(bytes(1 << 20))
    monkeypatch.chdir(tmp_path)
    done = run([BINARY, "demo", "--image", "blank.img", "--seconds", "8"], timeout=60, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "The demo's 8 seconds are over" in done.stdout
