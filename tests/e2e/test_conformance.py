# SPDX-License-Identifier: Apache-2.0
"""libiscsi's conformance suite (iscsi-test-cu, 230 tests, Debian's 1.19) against the running target: a suite that we did not write, on every
kind of disk that some of its tests ask for. Together nothing may be left out; docs/conformance.md shows a run.

Set-ups run beside each other, as most of a run is spent in the tool's own sleeps. One process a suite: in one process for all, a test's PDU-rewriting hook spoils those behind it. A skip counts as a pass in the tool's
own summary, so its words are read test by test."""
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from lab.network import SERVER
from lab.processes import run

pytestmark = pytest.mark.product

NOT_REMOVABLE = "the medium cannot be taken out"
ONE_PATH = "one path"
THICK = "gives no space back"
WRITABLE = "not write-protected"
NO_ZERO_BLOCKS = "0 blocks are none on a thin disk (VPD B0h, WSNZ)"
ALIGNED = "a physical block is one logical block, so nothing is unaligned"
ANY_DISK = {"PreventAllow": NOT_REMOVABLE, "StartStopUnit.Simple": NOT_REMOVABLE, "MultipathIO": ONE_PATH, "ReadOnly": WRITABLE}
THIN = {"WriteSame10.ZeroBlocks": NO_ZERO_BLOCKS, "WriteSame16.ZeroBlocks": NO_ZERO_BLOCKS}
SAME_SIZES = {f"{suite}.InvalidDataOutSize": ALIGNED for suite in ("CompareAndWrite", "WriteSame10", "WriteSame16")} | {
    f"{suite}.UnmapUnaligned": ALIGNED for suite in ("WriteSame10", "WriteSame16")}
PROVISIONED = {f"{suite}.{test}": THICK for suite in ("WriteSame10", "WriteSame16")
               for test in ("Unmap", "UnmapUnaligned", "UnmapUntilEnd", "InvalidDataOutSize")} | {
    "CompareAndWrite.InvalidDataOutSize": THICK, "GetLBAStatus.UnmapSingle": THICK, "Inquiry.BlockLimits": THICK, "Unmap": THICK}


@dataclass(frozen=True)
class SetUp:
    create: tuple  # how the image is made
    skips: dict  # suite or test -> why it cannot run here
    mode: str = "master"
    paths: int = 1
    only: tuple = ()  # the suites that this set-up is for; none: all but SANITIZE's
    fails: dict = field(default_factory=dict)  # test -> what is wrong with it


SMALL = ("--size", "128M")
# A SANITIZE OVERWRITE goes at 100 MiB/s; Sanitize.Reset looks 4 s after its start whether it still runs.
BIG = ("--size", "768M")
FIVE_TWELVE = ("--physical-block-size", "512")
FROM_THE_LBA = {"GetLBAStatus.UnmapSingle": "asks for LBA i+1 and wants i+8 back: a descriptor starts at the LBA asked for (SBC-3 5.5.2)"}
SET_UPS = {
    "sanitize": SetUp(BIG, {}, only=("Sanitize",)),  # first, as it takes longest
    "default": SetUp(SMALL, ANY_DISK | THIN, fails=FROM_THE_LBA),
    "thin": SetUp((*SMALL, *FIVE_TWELVE), ANY_DISK | THIN | SAME_SIZES),
    "removable": SetUp((*SMALL, "--removable", *FIVE_TWELVE), THIN | SAME_SIZES | {"MultipathIO": ONE_PATH, "ReadOnly": WRITABLE}),
    "thick": SetUp((*SMALL, "--thick"), ANY_DISK | PROVISIONED),
    "4096": SetUp((*SMALL, "--block-size", "4096"), ANY_DISK | THIN | SAME_SIZES),
    # A qcow2 layer on the raw image: the same as the first two.
    "overlay": SetUp(SMALL, ANY_DISK | THIN, mode="private", fails=FROM_THE_LBA),
    "thin overlay": SetUp((*SMALL, *FIVE_TWELVE), ANY_DISK | THIN | SAME_SIZES, mode="private"),
    # Nearly all other suites write and want that to succeed.
    "write-protected": SetUp(SMALL, {"Inquiry.BlockLimits": THICK}, mode="readonly", only=("ReadOnly", "Inquiry", "ReadCapacity16", "TestUnitReady")),
    # On a fresh image: MultipathIO.CompareAndWrite clears 255 blocks and wants 256 to be clear.
    "two paths": SetUp(SMALL, {}, paths=2, only=("MultipathIO",)),
}


def suites():
    listed = run(["iscsi-test-cu", "-l"]).stdout
    return sorted(set(re.findall(r"^ALL\.([A-Za-z0-9]+)$", listed, re.MULTILINE)))


def outcomes(text):
    """(test, "passed" | "skipped" | "failed") of one suite's output; what stands before the first test is set-up."""
    found = []
    for block in re.split(r"^\s*Test: ", text.split("Run Summary")[0], flags=re.MULTILINE)[1:]:
        failed = re.search(r"^\s*\d+\. \S+\.c:\d+ +- CU", block, re.MULTILINE)
        body = block if failed else block.split("passed", 1)[0]
        outcome = "failed" if failed else "skipped" if "[SKIPPED]" in body else "passed"
        found.append((block.split()[0], outcome))
    return found


def run_suite(lab, host, url, name, set_up, suite):
    seconds = 600 if suite == "Sanitize" else 180
    ran = run(["timeout", "-s", "KILL", str(seconds), "iscsi-test-cu", "-d", "-S", "-v", "-t", f"ALL.{suite}", *[url] * set_up.paths],
              namespace=host, check=False, timeout=seconds + 10)
    (lab.folder / f"{name}.{suite}.log").write_text(ran.stdout + ran.stderr)
    assert "Run Summary" in ran.stdout, f"{name}: {suite} hung or crashed, exit {ran.returncode}:\n{ran.stdout[-1500:]}"
    return {f"{suite}.{test}": outcome for test, outcome in outcomes(ran.stdout)}


def target_for(server, number, name, set_up):
    """The target of a new disk, made as the set-up says."""
    image, mac = name.replace(" ", "-"), f"52:54:00:e2:e0:{number:02x}"
    server.cli("image", "create", image, *set_up.create)
    server.set_client(mac, [(image, set_up.mode)], name=f"pc{number}")
    return next(client for client in server.clients() if client["mac"] == mac)["targets"][0]


def run_set_up(lab, host, target, name, set_up):
    found = {}
    for suite in set_up.only or [suite for suite in suites() if suite != "Sanitize"]:
        found.update(run_suite(lab, host, f"iscsi://{SERVER}:3260/{target}/0", name, set_up, suite))
    return found


def reason_of(reasons, test):
    return reasons.get(test) or reasons.get(test.split(".")[0])


def table(results):
    lines = [f"{'set-up':<16} passed failed skipped"]
    for name, found in results.items():
        counts = [sum(1 for outcome in found.values() if outcome == which) for which in ("passed", "failed", "skipped")]
        lines.append(f"{name:<16} {counts[0]:>6} {counts[1]:>6} {counts[2]:>7}")
    return "\n".join(lines)


def test_the_suite_of_libiscsi_finds_no_fault_on_any_kind_of_disk(lab):
    settings = lab.folder / "quiet.toml"
    settings.write_text("[iscsi]\nping_seconds = 0\n")  # Sanitize.Reset sleeps a minute without a look at its connection
    server = lab.serve("off", flags=["--config", settings])
    host = lab.network.add_host("10.99.0.50")
    targets = {name: target_for(server, number, name, set_up) for number, (name, set_up) in enumerate(SET_UPS.items(), 1)}
    with ThreadPoolExecutor(4) as crew:
        running = {name: crew.submit(run_set_up, lab, host, targets[name], name, set_up) for name, set_up in SET_UPS.items()}
    results, wrong = {name: done.result() for name, done in running.items()}, []
    for name, set_up in SET_UPS.items():
        found = results[name]
        wrong += [f"{name}: {test} failed" for test, outcome in found.items() if outcome == "failed" and test not in set_up.fails]
        wrong += [f"{name}: {test} skipped without a reason" for test, outcome in found.items()
                  if outcome == "skipped" and not reason_of(set_up.skips, test)]
    print(table(results))
    assert not wrong, "\n".join(wrong)
    passed = {test for found in results.values() for test, outcome in found.items() if outcome == "passed"}
    everything = set().union(*results.values())
    assert len(everything) == 230, f"{len(everything)} tests ran"
    assert passed == everything, f"passed nowhere: {sorted(everything - passed)}"
