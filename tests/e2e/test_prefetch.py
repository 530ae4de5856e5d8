# SPDX-License-Identifier: Apache-2.0
"""What one boot reads of an image is read from the disk ahead of the next one, and machines still get the right bytes."""
import os
import re

import pytest
from lab import images
from lab.processes import wait_until

MAC = "52:54:00:e2:e0:01"
FIRST_DHCP_TO_UP = 120


def drop_cache(path):
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def metric(server, name):
    found = re.search(rf"^bootferry_{re.escape(name)} (\S+)$", server.curl("/metrics").stdout, re.M)
    return float(found.group(1)) if found else 0.0


def boot(lab, count):
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    pc.wait_serial(rf"MINI-OS-UP root=sda2 boots={count} ", FIRST_DHCP_TO_UP)
    pc.power_off()


@pytest.mark.product
def test_the_second_boot_is_read_ahead_what_the_first_read(lab):
    server = lab.serve("server")
    image = server.add_image("mini", images.copy(images.mini_debian(), lab.folder / "mini.img"))
    server.set_client(MAC, [("mini", "master")], access="boot")
    boot(lab, 1)
    assert metric(server, 'prefetched_bytes_total{from="disk"}') == 0
    assert server.stop() == 0  # keeps what was recorded so far
    trace = server.state_dir / "traces" / "mini@1.trace"
    assert trace.stat().st_size > 100

    server.start()
    drop_cache(image)
    boot(lab, 2)
    wait_until("the prefetch", lambda: metric(server, "prefetches_total") == 1, 20)
    disk, memory = (metric(server, f'prefetched_bytes_total{{from="{place}"}}') for place in ("disk", "memory"))
    assert disk + memory > 8 << 20, "kernel and initrd alone are more"
    assert disk > 1 << 20, "the page cache was dropped: what is in memory, the kernel read beside our reads"
    assert "BOOT_PREFETCHED image=mini version=1" in server.log.read_text()

    # Its reads were right, or the second boot would not have counted on from the first.
    assert server.stop() == 0
    server.start()
    server.cli("client", "remove", MAC)
    server.cli("image", "remove", "mini")
    wait_until("the trace's end", lambda: not trace.exists(), 20)
