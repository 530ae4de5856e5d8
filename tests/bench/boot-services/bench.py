# SPDX-License-Identifier: Apache-2.0
"""What the boot-service benchmarks share: a place for the servers, the load generator, rows measured in turn, and the table."""
import contextlib
import dataclasses
import json
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from lab.bootferry import BINARY
from lab.processes import Child, LabError, run, wait_until

LOAD = Path(os.environ.get("BOOTFERRY_BOOT_LOAD", BINARY.parent / "tests" / "bench" / "boot_load"))
HOST = "127.0.0.1"
FOREIGN = 0.3  # cores that other programs may take: above it the work for each CPU second is judged, and not the speed
TRIES_MORE = 4
GATE_P99 = 2.5  # times the best other's: above it the run fails


class Place:
    """A network namespace with its loopback interface, and a folder."""

    def __init__(self, name: str):
        self.namespace = f"bfe2e-{os.getpid()}-0-{name}"
        self.folder = Path(tempfile.mkdtemp(prefix=f"bfe2e-{os.getpid()}-{name}-"))
        self.children: list[Child] = []
        self.prefix: list[str] = []  # of the load generator's command

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
        command = [*self.prefix, LOAD, what, f"host={HOST}", f"seconds={seconds}", *(f"{key}={value}" for key, value in words.items())]
        return json.loads(run(command, namespace=self.namespace, timeout=seconds + 40).stdout)

    def bootferry(self) -> "Bootferry":
        return Bootferry(self)

    @contextlib.contextmanager
    def on_one_core(self):
        """Servers and load generator take turns on core 0. On two cores each answer wakes the other one, and the price of that (10 to
        40 us on a virtual machine, as the scheduler places the two) drowns what a server does for a block."""
        every, self.prefix = os.sched_getaffinity(0), ["taskset", "-c", "0"]
        self.place_servers({0})
        try:
            yield
        finally:
            self.prefix = []
            self.place_servers(every)

    def place_servers(self, cores: set):
        for child in self.children:
            for task in Path(f"/proc/{child.pid}/task").iterdir():
                with contextlib.suppress(ProcessLookupError):
                    os.sched_setaffinity(int(task.name), cores)


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
class Bar:
    against: str                    # a peer's name, or "best": the best of the others
    wanted: float                   # times its figure: what we set out for
    gate: float = 0                 # what fails the run; 0: the same. Where it is lower, docs/performance.md says why


@dataclasses.dataclass
class Row:
    name: str
    measure: dict                   # server's name -> function of seconds -> what the load generator said
    figure: str                     # "MB/s" or "req/s"
    bars: tuple[Bar, ...] = ()
    one_core: bool = False
    slower_p99: float = 0           # at most so many times the p99 of the best other; 0: not judged


def figures_of(samples: list[dict], figure: str) -> dict:
    """Medians of what was seen, and the work for each second of both sides' processor time over all samples together: on
    loopback the kernel does much of a server's work in the reader's name."""
    def median(of):
        return statistics.median(of(one) for one in samples)

    def total(key):
        return sum(one[key] for one in samples)

    speeds = [one["bytes"] / 1e6 / one["seconds"] if figure == "MB/s" else one["answers"] / one["seconds"] for one in samples]
    known = total("server_cpu") > 0  # not of a server that forks for each transfer
    server = total("server_cpu") if known else total("machine_cpu") - total("client_cpu")
    work = total("bytes") / 1e6 if figure == "MB/s" else total("answers")
    gib = total("bytes") / (1 << 30)
    return {figure: statistics.median(speeds), "speeds": speeds, "known": known,
            "p50": median(lambda one: one["p50"] * 1e3), "p99": median(lambda one: one["p99"] * 1e3), "work": work / (server + total("client_cpu")), "work srv": work / server, "s/GiB": server / gib if gib else 0.0,
            "srv": server / total("seconds"), "cli": total("client_cpu") / total("seconds"),
            "foreign": max(0.0, (total("machine_cpu") - server - total("client_cpu")) / total("seconds")) if known else 0.0}


def measure_row(place: Place, row: Row, rounds: int, seconds: float) -> dict:
    samples: dict[str, list] = {name: [] for name in row.measure}
    with place.on_one_core() if row.one_core else contextlib.nullcontext():
        for _ in range(rounds):
            for name, measure in row.measure.items():
                samples[name].append(measure(seconds))
    return {name: figures_of(each, row.figure) for name, each in samples.items()}


def ratio_of(ours: dict, other: dict, kind: str) -> float:
    """Of the speed: the median over the rounds, in each of which the two were measured one right behind the other; a neighbour that comes
    and goes is then in both or in neither."""
    if kind == "work":
        return ours[kind] / other[kind]
    return statistics.median(one / another for one, another in zip(ours["speeds"], other["speeds"], strict=True))


def is_busy(result: dict) -> bool:
    """Seconds then tell of the neighbours."""
    return max(one["foreign"] for one in result.values()) > FOREIGN


def judge_row(row: Row, result: dict) -> tuple[str, list[str], list[str]]:
    """How the bars stand, what misses its gate, and what only misses its bar."""
    said, failed, missed = [], [], []
    busy = is_busy(result)
    kind = "work" if busy else row.figure
    ours, others = result["bootferry"], {name: one for name, one in result.items() if name != "bootferry" and (one["known"] or not busy)}
    for bar in row.bars:
        name = min(others, key=lambda other: ratio_of(ours, others[other], kind)) if bar.against == "best" else bar.against
        ratio, gate = ratio_of(ours, others[name], kind), bar.gate or bar.wanted
        what = f"{ratio:.2f} times {name}{' per CPU s' if busy else ''}, the bar is {bar.wanted:g}"
        said.append(f"{what}{f' (gate {gate:g})' if gate != bar.wanted else ''}: {'yes' if ratio >= bar.wanted else 'no'}")
        if ratio < gate:
            failed.append(f"{row.name}: {what}, the gate {gate:g}")
        elif ratio < bar.wanted:
            missed.append(f"{row.name}: {what}")
    if row.slower_p99:
        quickest = min(one["p99"] for one in others.values())
        what = f"p99 {ours['p99']:.2f} ms, the best other's is {quickest:.2f} ms"
        if ours["p99"] > quickest * row.slower_p99:
            (failed if not busy and ours["p99"] > quickest * GATE_P99 else missed).append(f"{row.name}: {what}")
    return "; ".join(said), failed, missed


def measure_until_held(place: Place, row: Row, options) -> tuple[dict, str, list[str], list[str]]:
    """A row that misses its gate is measured up to four more times, while the run has time: neighbours come and go."""
    for attempt in range(1 + TRIES_MORE):
        result = measure_row(place, row, options.rounds, options.seconds)
        said, failed, missed = judge_row(row, result)
        if not failed or time.monotonic() > options.again_until:
            break
        if attempt < TRIES_MORE:
            print(f"{row.name}: missed its gate ({failed[0]}), measured again", flush=True)
    return result, said, failed, missed


def run_rows(place: Place, title: str, rows: list[Row], options) -> list[str]:
    """Measures, prints and judges. Returns what missed its gate."""
    complaints, lines = [], [f"## {title}", "", "| row | server | figure | ours/its | work per CPU s, ours/its | p50 / p99 ms | srv / cli cores | bars |",
                             "|---|---|---|---|---|---|---|---|"]
    for row in rows:
        if options.only and not any(word in f"{title} {row.name}" for word in options.only):
            continue
        result, said, failed, missed = measure_until_held(place, row, options)
        complaints += failed
        ours = result["bootferry"]
        for name, one in result.items():
            work = f"{ours['work'] / one['work']:.2f} (server's alone {ours['work srv'] / one['work srv']:.2f})" if one["known"] else "not known"
            lines.append(f"| {row.name} | {name} | {one[row.figure]:.0f} {row.figure} | {ratio_of(ours, one, row.figure):.2f} | {work} | "
                         f"{one['p50']:.2f} / {one['p99']:.2f} | {one['srv']:.2f} / {one['cli']:.2f} | {said if one is ours else ''} |")
            print(lines[-1], flush=True)
        for note in missed:
            print(f"note: {note}", flush=True)
    report = BINARY.parents[1] / "bench"
    report.mkdir(parents=True, exist_ok=True)
    (report / f"boot-services-{title.split()[0].lower()}.md").write_text("\n".join(lines) + "\n")
    return complaints


def require(*paths):
    missing = [str(path) for path in paths if not shutil.which(str(path))]
    if missing:
        raise LabError(f"missing: {', '.join(missing)} (packages: packaging/packages-test.txt; boot_load: cmake --build --preset release --target boot_load)")
