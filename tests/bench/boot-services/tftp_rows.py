# SPDX-License-Identifier: Apache-2.0
"""TFTP beside dnsmasq, tftpd-hpa and atftpd: a 1 MiB file, 1 and 20 clients, windows of 1, 4 and 16 blocks, over loopback."""
import os
from pathlib import Path

from bench import LOAD, Bar, Place, Row, require, run_rows
from lab.processes import run

FILE, SIZE = "loader.bin", 1 << 20
# clients, block size, window; what tftpd-hpa and dnsmasq do not know they answer without.
ROWS = ((1, 1468, 1), (1, 1468, 4), (1, 1468, 16), (20, 1432, 1), (20, 1468, 1), (20, 1468, 4), (20, 1468, 16))
# Block by block nearly all the work is the kernel's way through UDP, the same for all servers: they differ by as much as two
# measurements of one of them on a machine with neighbours.
LOCK_STEP_GATE = 0.8
PEERS_PORTS = {"dnsmasq": 69, "tftpd-hpa": 6901, "atftpd": 6902}  # dnsmasq's cannot be chosen


def unpack_tftpd_hpa(folder: Path) -> Path:
    """Debian does not let it be installed beside atftpd, so it is only unpacked."""
    run(["sh", "-c", f"cd {folder} && apt-get -q download tftpd-hpa && dpkg-deb -x tftpd-hpa_*.deb tftpd-hpa"], timeout=60)
    return folder / "tftpd-hpa" / "usr" / "sbin" / "in.tftpd"


def start_peers(place: Place, root: Path) -> dict[str, str]:
    """Name -> process ids, separated by commas; none where children of no fixed number do the work."""
    ready = lambda port: lambda: place.listens("-u", port)  # noqa: E731
    dnsmasq = place.start("dnsmasq", ["dnsmasq", "-k", "-C", "/dev/null", "--port=0", "--enable-tftp", "--tftp-max=1000", f"--tftp-root={root}", "--user=root",
                                      "--pid-file", "--log-facility=-"], ready(69))
    port = PEERS_PORTS["tftpd-hpa"]
    place.start("tftpd-hpa", [unpack_tftpd_hpa(place.folder), "-L", "-4", "-a", f":{port}", "-u", "root", "-s", root], ready(port))
    port = PEERS_PORTS["atftpd"]
    atftpd = place.start("atftpd", ["atftpd", "--daemon", "--no-fork", "--port", port, "--bind-address", "127.0.0.1", "--user", "root",
                                    "--group", "root", "--maxthread", "1000", "--logfile", place.folder / "atftpd.txt", "--verbose=3", root],
                         ready(port))
    return {"dnsmasq": str(dnsmasq.pid), "tftpd-hpa": "", "atftpd": str(atftpd.pid)}


def measure(options) -> list[str]:
    require("dnsmasq", "atftpd", LOAD)
    with Place("tftp") as place:
        root = place.folder / "root"
        root.mkdir()
        root.chmod(0o755)
        place.folder.chmod(0o755)
        (root / FILE).write_bytes(os.urandom(SIZE))
        loaders = place.folder / "state" / "loaders"
        loaders.mkdir(parents=True)
        (loaders / FILE).write_bytes((root / FILE).read_bytes())
        ours = place.bootferry()
        servers = {"bootferry": (ours.tftp_port, ours.pids)}
        for name, pids in start_peers(place, root).items():
            servers[name] = (PEERS_PORTS[name], pids)
        rows = []
        for clients, block_size, window in ROWS:
            words = {"file": FILE, "expect": root / FILE, "clients": clients, "blksize": block_size, "window": window}
            ways = {name: lambda seconds, port=port, pids=pids, words=words: place.load("tftp", seconds, port=port, pid=pids, **words)
                    for name, (port, pids) in servers.items()}
            bars = [Bar("best", 1.0, LOCK_STEP_GATE if window == 1 else 0)]
            if (clients, window) == (20, 16):
                bars.append(Bar("dnsmasq", 2.5))
            rows.append(Row(f"x{clients}, blksize {block_size}, window {window}", ways, "MB/s", tuple(bars), one_core=clients == 1,
                            slower_p99=1.25 if clients == 20 else 0))
        return run_rows(place, "TFTP, a 1 MiB file", rows, options)
