# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the end-to-end tests: `lab` gives each test a network of its own and keeps its logs when it fails."""
import os
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from lab import images  # noqa: E402
from lab.lab import Lab, server_kind  # noqa: E402
from lab.network import remove_leftovers  # noqa: E402
from lab.peers import require_tools  # noqa: E402

TOOLS = ("ip", "ss", "qemu-system-x86_64", "dnsmasq", "nginx", "tgtd", "tgtadm", "nasm", "mcopy", "mformat", "grub-mkimage", "sfdisk", "depmod",
         "cpio", "mke2fs", "busybox", "curl", "tftp", "atftp", "iscsi-ls", "iscsi-inq", "qemu-img", "qemu-io", "sqlite3",
         "nft", "perfdhcp", "radvd", "debugfs", "e2fsck", "fio", "sg_inq", "dmsetup", "sbsign", "objcopy", "openssl", "syslinux", "xorriso", "dh", "lintian", "setpriv", "systemd-nspawn", "crun")


def pytest_configure(config):
    config.addinivalue_line("markers", "product: needs Bootferry itself (not run with BOOTFERRY_E2E_SERVER=peers)")


def pytest_collection_modifyitems(items):
    if server_kind() != "peers":
        return
    for item in items:
        if item.get_closest_marker("product"):
            item.add_marker(pytest.mark.skip(reason="BOOTFERRY_E2E_SERVER=peers: only the lab is being proven"))


@pytest.fixture(scope="session", autouse=True)
def workshop():
    if os.geteuid() != 0:
        pytest.exit("the end-to-end tests make network namespaces: run them as root", returncode=1)
    require_tools(*TOOLS)
    remove_leftovers()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    setattr(item, f"report_{report.when}", report)


@pytest.fixture
def lab(request):
    made = Lab(re.sub(r"[^A-Za-z0-9_.-]+", "-", request.node.name))
    with made:
        yield made
        report = getattr(request.node, "report_call", None)
        if report is not None and report.failed:
            made.keep = True
            print(f"\nlogs kept in {made.folder}")
            for log in sorted(made.folder.glob("bootferry-*.log")):
                print(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}")


@pytest.fixture(scope="session")
def probe():
    return images.probe()


@pytest.fixture(scope="session")
def probe_efi():
    return images.probe_efi()
