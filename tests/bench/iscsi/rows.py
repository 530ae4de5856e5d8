# SPDX-License-Identifier: Apache-2.0
"""The rows of the iSCSI benchmark, their bars against `tgtd -t 1`, and the table."""
from dataclasses import dataclass, field

OURS, PEER, DEFAULT, FLOOR = "bootferry", "tgt -t 1", "tgt", "floor"


@dataclass(frozen=True)
class Row:
    over: str
    name: str
    words: dict = field(hash=False)
    unit: str = "iops"  # what the table shows: mbs or iops
    medium: str = "disk"
    speed: float = 0  # ours / peer's
    work: float = 0  # the same, for each second of the server's CPU
    floor: str = ""  # which bare loop is measured beside it: read or ask

    @property
    def key(self) -> str:
        return f"{self.over}: {self.name}"


def sequential(over, name, speed=0.0, work=0.0, **words) -> Row:
    write = words.get("op") == "write"
    return Row(over, name, {"size": 262144, "depth": 32, **words}, "mbs", "memory" if write else "disk", speed, work,
               floor="read" if name == "seq read 256K qd32 x1" else "")


def random(over, name, speed=0.0, work=0.0, **words) -> Row:
    write = words.get("op") == "write"
    return Row(over, name, {"size": 4096, "pattern": "random", **words}, "iops", "memory" if write else "disk", speed, work,
               floor="ask" if name == "rand read 4K qd1 x1" else "")


def as_ipxe(over, sessions, speed=0.0, work=0.0) -> Row:
    return Row(over, f"as iPXE 64K qd1 x{sessions}", {"size": 65536, "depth": 1, "segment": 8192, "sessions": sessions}, "mbs", "disk", speed, work)


ROWS = (
    sequential("loopback", "seq read 256K qd32 x1", work=1.7),
    sequential("loopback", "seq read 256K qd32 x8", work=1.7, sessions=8),
    sequential("loopback", "seq write 256K qd32 x1", work=1.7, op="write"),
    sequential("loopback", "seq write 256K qd32 x8", work=1.7, op="write", sessions=8),
    random("loopback", "rand read 4K qd1 x1", work=2, depth=1),
    random("loopback", "rand read 4K qd1 x8", work=2, depth=1, sessions=8),
    random("loopback", "rand read 4K qd32 x1", work=2, depth=32),
    random("loopback", "rand read 4K qd32 x8", work=2, depth=32, sessions=8),
    random("loopback", "rand write 4K qd1 x1", work=2, depth=1, op="write"),
    random("loopback", "rand write 4K qd32 x1", work=2, depth=32, op="write"),
    random("loopback", "rand write 4K qd32 x8", work=2, depth=32, op="write", sessions=8),
    sequential("loopback", "seq read + digests", speed=4, digests=1),
    sequential("loopback", "seq write + digests", speed=4, op="write", digests=1),
    random("loopback", "rand read 4K qd32 + digests", speed=4, depth=32, digests=1),
    as_ipxe("loopback", 1, work=1.7),
    as_ipxe("loopback", 8, work=1.7),
    sequential("veth", "seq read 256K qd32 x1", work=1.7),
    sequential("veth", "seq write 256K qd32 x1", work=1.7, op="write"),
    sequential("veth", "seq read + digests", speed=4, digests=1),
    random("veth", "rand read 4K qd1 x1", work=2, depth=1),
    random("veth", "rand read 4K qd32 x8", speed=4, depth=32, sessions=8),
    random("veth", "rand write 4K qd32 x8", work=2, depth=32, op="write", sessions=8),
    as_ipxe("veth", 1, work=1.7),
    as_ipxe("veth", 8, speed=4),
)

# Bars that the measurements show to be out of reach, with the reason: told, not judged.
BEYOND: dict[tuple[str, str], str] = {
    ("loopback: rand read 4K qd1 x1", "work"): "the bare loop of pread and send itself does 1.5 times tgt's work here: both mostly sleep and wake",
    ("loopback: rand read 4K qd1 x8", "work"): "the bare loop's receive, read and send alone cost 0.75 CPU s for 100k, and tgt needs 1.3",
    ("loopback: rand write 4K qd1 x1", "work"): "a buffered write may block (neither ext4 nor tmpfs takes RWF_NOWAIT), so it goes to a worker and back, as in tgt",
}

BUSY = 0.3  # cores that others took: a row that then misses a bar says nothing about us
P99_NOISE = 1.15  # two medians of the same thing differ by so much
# What fails the run: a hot path that is broken, not a neighbour's use of the memory, which no count of cores shows.
GATE_PART = 0.6  # of a bar of speed, work or the bare loop: 1.7 times tgt's work becomes "no less than tgt's"
GATE_P99 = 2.5  # times tgt's
FLOOR_PART = {"loopback": 0.8, "veth": 0.6}  # a veth pair hands the work of one side to the other core: its figures spread
IDLE_BYTES = 14 << 10


def gate_of(what: str, bar: float) -> float:
    """The value at which a missed bar fails the run. What does not depend on the machine's neighbours has none apart from its bar."""
    if what == "p99":
        return GATE_P99
    return GATE_PART * bar if what in ("speed", "work", "part of the bare loop") else bar


def judge(rows, results: dict, idle: dict) -> tuple[str, list[str], list[str]]:
    """The table, the bars that do not hold, and those that are known not to."""
    complaints: list[str] = []
    notes: list[str] = []

    def hold(row_key: str, what: str, value: float, bar: float, most=False) -> str:
        good = value <= bar if most else value >= bar
        if not good:
            text = f"{row_key}: {what} is {value:.2f}, the bar is {bar:.2f}"
            reason = BEYOND.get((row_key, what))
            busy = max((each.get("foreign", 0.0) for each in results.get(row_key, {}).values()), default=0.0)
            if reason is None and busy > BUSY:
                reason = f"not judged, because other programs took {busy:.1f} cores"
            gate = gate_of(what, bar)
            if reason is None and (value <= gate if most else value >= gate):
                reason = f"told only, because the gate is {gate:.2f}"
            if reason is None:
                complaints.append(text)
            else:
                notes.append(f"{text}: {reason}")
        return "yes" if good else "no"

    lines = ["| over | row | Bootferry | tgt -t 1 | tgt | ratio | work per CPU s | s/GiB or s/100k | p50 / p99 us | p99 of tgt -t 1 | bars held |",
             "|---|---|---|---|---|---|---|---|---|---|---|"]
    for row in rows:
        ours, peer, other = results[row.key][OURS], results[row.key][PEER], results[row.key].get(DEFAULT)
        ratio, work = ours[row.unit] / peer[row.unit], ours["per_cpu"] / peer["per_cpu"]
        cost = "s_per_gib" if row.unit == "mbs" else "s_per_100k"
        held = []
        if row.speed:
            held.append(f">= {row.speed:g}x: {hold(row.key, 'speed', ratio, row.speed)}")
        if row.work:
            held.append(f">= {row.work:g}x per CPU s: {hold(row.key, 'work', work, row.work)}")
        held.append(f"p99: {hold(row.key, 'p99', ours['p99'] / peer['p99'], P99_NOISE, most=True)}")
        if FLOOR in results[row.key]:
            bare = results[row.key][FLOOR]
            part = ours[row.unit] / bare[row.unit]
            verdict = f": {hold(row.key, 'part of the bare loop', part, FLOOR_PART[row.over])}" if row.floor == "read" else ""
            held.append(f"{part:.2f} of the bare loop's {number(bare, row.unit)} ({bare['per_cpu'] / peer['per_cpu']:.2f}x tgt per CPU s){verdict}")
        lines.append(f"| {row.over} | {row.name} | {number(ours, row.unit)} | {number(peer, row.unit)} | {number(other, row.unit)} | {ratio:.2f} | "
                     f"{work:.2f} | {ours[cost]:.3f} / {peer[cost]:.3f} | {ours['p50']:.0f} / {ours['p99']:.0f} | {peer['p99']:.0f} | {', '.join(held)} |")
    text = "\n".join(lines)
    if idle:
        ours, peer = idle[OURS], idle[PEER]
        hold("idle sessions", "KiB each", ours["bytes_each"] / 1024, IDLE_BYTES / 1024, most=True)
        hold("idle sessions", "KiB more for each of the next thousand", ours["again_each"] / 1024, 3, most=True)
        text += (f"\n\n{ours['sessions']} idle sessions: {ours['bytes_each'] / 1024:.1f} KiB each (tgt {peer['bytes_each'] / 1024:.1f}), "
                 f"{ours['again_each'] / 1024:.1f} more for each of the next thousand (tgt {peer['again_each'] / 1024:.1f}), login p50 / p99 {ours['login_p50']:.0f} / "
                 f"{ours['login_p99']:.0f} us (tgt {peer['login_p50']:.0f} / {peer['login_p99']:.0f}), idle CPU {ours['idle_cpu'] * 100:.2f} %")
    return text, complaints, notes


def misses(row: Row, result: dict) -> bool:
    _, complaints, notes = judge([row], {row.key: result}, {})
    return bool(complaints) or any("not judged" in note or "told only" in note for note in notes)


def number(result: dict | None, unit: str) -> str:
    if result is None:
        return "-"
    return f"{result['mbs']:.0f} MB/s" if unit == "mbs" else f"{result['iops'] / 1000:.1f}k IOPS"
