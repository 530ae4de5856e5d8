# SPDX-License-Identifier: Apache-2.0
"""HTTP beside nginx: boot scripts and small files (kept connections and a new one each time), one 1 GiB file to 1 and 8 readers,
and ranges of 64 KiB. nginx: two workers, sendfile, open_file_cache, no access log; tcp_nopush off, which would stall ranges 44 ms."""
import os
from pathlib import Path

from bench import HOST, LOAD, Bar, Place, Row, require, run_rows
from lab.processes import run

MAC = "52:54:00:be:4c:01"
BIG = 1 << 30
NGINX_PORT = 8081


def start_nginx(place: Place, root: Path) -> str:
    folder = place.folder / "nginx"
    folder.mkdir()
    paths = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    config = place.folder / "nginx.conf"
    config.write_text(f"user root;\nworker_processes 2;\ndaemon off;\npid {folder}/pid;\nevents {{ worker_connections 1024; }}\nhttp {{\n{paths}"
                      "access_log off;\nsendfile on;\ntcp_nopush off;\nkeepalive_requests 1000000000;\nopen_file_cache max=1000;\n"
                      f"server {{ listen {HOST}:{NGINX_PORT}; root {root}; }}\n}}\n")
    child = place.start("nginx", ["nginx", "-e", folder / "error.log", "-c", config], lambda: place.listens("-t", NGINX_PORT))
    workers = Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()
    return ",".join([str(child.pid), *workers])


def write_files(root: Path, files: Path, script: bytes):
    """The same bytes for both: hard links."""
    (root / "small").write_bytes(os.urandom(600))
    (root / "script").write_bytes(script)
    with open(root / "big", "wb") as big:
        piece = os.urandom(1 << 20)
        for _ in range(BIG // len(piece)):
            big.write(piece)
    for name in ("small", "big"):
        os.link(root / name, files / name)


def measure(options) -> list[str]:
    require("nginx", "curl", LOAD)
    with Place("http") as place:
        root = place.folder / "root"
        root.mkdir()
        root.chmod(0o755)
        place.folder.chmod(0o755)
        ours = place.bootferry()
        ours.cli("image", "create", "disk", "--size", "64M")
        ours.cli("client", "set", MAC, "--name", "bench", "--drive", "disk:private")
        script = run(["curl", "-sS", f"http://{HOST}:{ours.http_port}/boot/{MAC}.ipxe"], namespace=place.namespace).stdout.encode()
        files = ours.state / "files"
        files.mkdir(exist_ok=True)
        write_files(root, files, script)
        servers = {"bootferry": (ours.http_port, ours.pids), "nginx": (NGINX_PORT, start_nginx(place, root))}

        def row(name, figure, wanted, gate, path, peer_path, **words):
            expect = {"expect": root / peer_path.strip("/")} if words.get("check") else {}
            words.pop("check", None)
            ways = {server: lambda seconds, port=port, pids=pids, at=path if server == "bootferry" else peer_path: place.load(
                "http", seconds, port=port, pid=pids, path=at, **expect, **words) for server, (port, pids) in servers.items()}
            return Row(name, ways, figure, (Bar("nginx", wanted, gate),))

        # nginx sends a file where we make a script for its machine, with a secret of its own: of the same size, and to be matched.
        # The second ratio is the gate: docs/performance.md says what lies between it and the bar.
        script_path = f"/boot/{MAC}.ipxe"
        rows = [
            row(f"boot script of {len(script)} B, 50 kept", "req/s", 0.8, 0.45, script_path, "/script", clients=50),
            row(f"boot script of {len(script)} B, 50 new each", "req/s", 0.8, 0.5, script_path, "/script", clients=50, close=1),
            row("file of 600 B, 50 kept", "req/s", 0.8, 0.75, "/files/small", "/small", clients=50, check=True),
            row("file of 600 B, 50 new each", "req/s", 0.8, 0.6, "/files/small", "/small", clients=50, close=1, check=True),
            row("1 GiB, 1 reader", "MB/s", 1.0, 0.5, "/files/big", "/big", clients=1),
            row("1 GiB, 1 reader that drops", "MB/s", 1.0, 0.5, "/files/big", "/big", clients=1, drop=1),
            row("1 GiB, 8 readers", "MB/s", 1.0, 0.6, "/files/big", "/big", clients=8),
            row("1 GiB, 8 readers that drop", "MB/s", 1.0, 0.6, "/files/big", "/big", clients=8, drop=1),
            row("ranges of 64 KiB, 50 kept", "req/s", 1.0, 0.55, "/files/big", "/big", clients=50, range=65536, span=BIG, check=True),
        ]
        return run_rows(place, "HTTP beside nginx", rows, options)
