# SPDX-License-Identifier: Apache-2.0
"""The laboratory of the end-to-end tests, for tests of the arm64 build."""
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from lab.lab import Lab  # noqa: E402
from lab.network import remove_leftovers  # noqa: E402
from lab.peers import require_tools  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def workshop():
    require_tools("qemu-aarch64-static", "qemu-system-aarch64", "qemu-system-x86_64", "lintian", "iscsi-ls", "tftp")
    remove_leftovers()


@pytest.fixture
def lab(request):
    with Lab(request.node.name) as made:
        yield made


@pytest.fixture(scope="session")
def package():
    return ROOT / "build" / "deb" / "bootferry_arm64.deb"
