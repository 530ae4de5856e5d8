# SPDX-License-Identifier: Apache-2.0
"""What the boot-service benchmarks share: a place for the servers, the load generator, rows measured in turn, and the table."""
import contextlib
import dataclasses
import json
import os
import shutil
import statistics
import tempfile
from pathlib import Path

from lab.bootferry import BINARY
from lab.processes import Child, LabError, run, wait_until

LOAD = Path(os.environ.get("BOOTFERRY_BOOT_LOAD", BINARY.parent / "tests" / "bench" / "boot_load"))
HOST = "127.0.0.1"
FOREIGN = 0.3  # cores that other programs may take: above it a missed bar is told and not judged


class Place:
    """A network namespace with its loopback interface, and a folder."""

    def __init__(self, name: str):
        self.namespace = f"bfe2e-{os.getpid()}-0-{name}"
        self.folder = Path(tempfile.mkdtemp(prefix=f"bfe2e-{os.getpid()}-{name}-"))
        self.children: list[Child] = []

    def __enter__(self):
        run(["ip", "netns", "add", self.namespace])
        run(["ip", "-n", self.namespace, "link", "set", "lo", "up"])
        return self

    def __exit__(self, *_):
        for child in self.children:
            child.kill()
        run(["ip", "netns", "delete", self.namespace], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, name: str, command: list, ready) -> Child:
        child = Child(name, command, self.folder / f"{name}.log", self.namespace)
        self.children.append(child)
        wait_until(f"{name} ready", lambda: child.require_alive() or ready(), 20)
        return child

    def listens(self, kind: str, port: int) -> bool:
        return f":{port} " in run(["ss", "-Hln", kind], namespace=self.namespace).stdout

    def load(self, what: str, seconds: float, **words) -> dict:
        command = [LOAD, what, f"host={HOST}", f"seconds={seconds}", *(f"{key}={value}" for key, value in words.items())]
        return json.loads(run(command, namespace=self.namespace, timeout=seconds + 40).stdout)

    def bootferry(self) -> "Bootferry":
        return Bootferry(self)

    @contextlib.contextmanager
    def awake(self):
        """A halted virtual core adds some 50 us to each wake-up, whoever serves: idle-class spinners keep the cores up."""
        spinners = [Child(f"spinner-{i}", ["chrt", "-i", "0", "sh", "-c", "while :; do :; done"], self.folder / "spinner.log")
                    for i in range(os.cpu_count() or 1)]
        try:
            yield
        finally:
            for spinner in spinners:
                spinner.kill()


class Bootferry:
    def __init__(self, place: Place):
        self.place, self.state = place, place.folder / "state"
        self.tftp_port, self.http_port = 6900, 8080
        command = [BINARY, "serve", "--interface", "lo", "--state-dir", self.state, "--dhcp-mode", "off", "--tftp-port", self.tftp_port,
                   "--http-port", self.http_port]
        self.child = place.start("bootferry", command, lambda: self.cli("health", check=False).returncode == 0)
        self.pids = str(self.child.pid)

    def cli(self, *arguments, check=True):
        return run([BINARY, "--state-dir", self.state, *arguments], namespace=self.place.namespace, check=check)


@dataclasses.dataclass
class Row:
    name: str
    measure: dict                   # server's name -> function of seconds -> what the load generator said
    figure: str                     # "MB/s" or "req/s"
    bars: tuple = ()                # (against, at least this ratio); against "best": the best of the others
    awake: bool = False
    slower_p99: float = 0           # at most so many times the p99 of the best other; 0: not judged


def figures_of(raw: dict) -> dict:
    gib, cpu = raw["bytes"] / (1 << 30), raw["server_cpu"] or raw["machine_cpu"] - raw["client_cpu"]
    foreign = raw["machine_cpu"] - raw["server_cpu"] - raw["client_cpu"] if raw["server_cpu"] else 0.0
    return {"MB/s": raw["bytes"] / 1e6 / raw["seconds"], "req/s": raw["answers"] / raw["seconds"], "p50": raw["p50"] * 1e3,
            "p99": raw["p99"] * 1e3, "s/GiB": cpu / gib if gib else 0.0, "per CPU s": raw["answers"] / cpu if cpu > 0 else 0.0,
            "srv": cpu / raw["seconds"], "cli": raw["client_cpu"] / raw["seconds"], "foreign": max(0.0, foreign / raw["seconds"]),
            "repeats": raw.get("repeats", 0), "gaps": raw.get("gaps", 0)}


def measure_row(place: Place, row: Row, rounds: int, seconds: float) -> dict:
    samples: dict[str, list] = {name: [] for name in row.measure}
    with place.awake() if row.awake else contextlib.nullcontext():
        for _ in range(rounds):
            for name, measure in row.measure.items():
                samples[name].append(figures_of(measure(seconds)))
    return {name: {key: statistics.median(one[key] for one in each) for key in each[0]} for name, each in samples.items()}


def judge_row(row: Row, result: dict) -> list[str]:
    ours, others = result["bootferry"], {name: one for name, one in result.items() if name != "bootferry"}
    best = max(others, key=lambda name: others[name][row.figure])
    complaints = []
    for against, least in row.bars:
        name = best if against == "best" else against
        ratio = ours[row.figure] / others[name][row.figure]
        if ratio < least:
            complaints.append(f"{row.name}: {ratio:.2f} times {name}, at least {least} is the bar")
    quickest = min(one["p99"] for one in others.values())
    if row.slower_p99 and ours["p99"] > quickest * row.slower_p99:
        complaints.append(f"{row.name}: p99 {ours['p99']:.2f} ms, the best other's is {quickest:.2f} ms")
    return complaints


def run_rows(place: Place, title: str, rows: list[Row], options) -> list[str]:
    """Measures, prints and judges; a row that misses a bar is measured a second time first. Returns what was missed."""
    complaints, lines = [], [f"## {title}", "", "| row | server | figure | ours/its | p50 / p99 ms | CPU s/GiB | answers per CPU s | srv / cli cores |",
                             "|---|---|---|---|---|---|---|---|"]
    for row in rows:
        if options.only and not any(word in f"{title} {row.name}" for word in options.only):
            continue
        result = measure_row(place, row, options.rounds, options.seconds)
        missed = judge_row(row, result)
        if missed:
            print(f"{row.name}: missed a bar, measured again", flush=True)
            result = measure_row(place, row, options.rounds, options.seconds)
            missed = judge_row(row, result)
        busy = max(one["foreign"] for one in result.values())
        if busy > FOREIGN and missed:
            print(f"note: not judged, other programs took {busy:.1f} cores: {'; '.join(missed)}", flush=True)
            missed = []
        complaints += missed
        ours = result["bootferry"]
        for name, one in result.items():
            lines.append(f"| {row.name} | {name} | {one[row.figure]:.0f} {row.figure} | {ours[row.figure] / one[row.figure]:.2f} | "
                         f"{one['p50']:.2f} / {one['p99']:.2f} | {one['s/GiB']:.2f} | {one['per CPU s']:.0f} | {one['srv']:.2f} / {one['cli']:.2f} |")
            print(lines[-1], flush=True)
    report = BINARY.parents[1] / "bench"
    report.mkdir(parents=True, exist_ok=True)
    (report / f"boot-services-{title.split()[0].lower()}.md").write_text("\n".join(lines) + "\n")
    return complaints


def require(*paths):
    missing = [str(path) for path in paths if not shutil.which(str(path))]
    if missing:
        raise LabError(f"missing: {', '.join(missing)} (packages: packaging/packages-test.txt; boot_load: cmake --build --preset release --target boot_load)")
