# SPDX-License-Identifier: Apache-2.0
"""Child processes that cannot outlive the test run: each dies with us, and is stopped by pid within seconds."""
import ctypes
import os
import signal
import subprocess
import time
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1

# Every bounded wait is multiplied by this: the waits say "never", not "fast", and shared machines are slow.
SLOW = float(os.environ.get("BOOTFERRY_E2E_SLOW", "3"))


class LabError(Exception):
    """The lab could not do what a test asked for; the message names what was missing."""


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def in_namespace(namespace: str | None, command: list[str]) -> list[str]:
    return ["ip", "netns", "exec", namespace, *command] if namespace else list(command)


def run(command, namespace=None, timeout=30, check=True, input=None, env=None, cwd=None) -> subprocess.CompletedProcess:
    """Runs to the end, bounded; raises LabError with the output when it fails and `check` is set."""
    command = in_namespace(namespace, [str(part) for part in command])
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout * SLOW, input=input, env=env, cwd=cwd,
                              preexec_fn=_die_with_parent)
    except subprocess.TimeoutExpired as error:
        raise LabError(f"no end after {timeout * SLOW:.0f} s: {' '.join(command)}\n{error.stdout}\n{error.stderr}")
    if check and done.returncode != 0:
        raise LabError(f"exit {done.returncode}: {' '.join(command)}\n{done.stdout}{done.stderr}")
    return done


class Child:
    """A process in the background, its output in a log file (or piped when `pipe` is set)."""

    def __init__(self, name: str, command, log: Path, namespace=None, pipe=False, env=None):
        self.name = name
        self.log = log
        self.command = in_namespace(namespace, [str(part) for part in command])
        self.started = time.monotonic()
        with open(log, "ab") as sink:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE if pipe else subprocess.DEVNULL,
                stdout=subprocess.PIPE if pipe else sink, stderr=sink if pipe else subprocess.STDOUT,
                preexec_fn=_die_with_parent, env=env, bufsize=0)

    @property
    def pid(self) -> int:
        return self.process.pid

    def alive(self) -> bool:
        return self.process.poll() is None

    def require_alive(self):
        if not self.alive():
            raise LabError(f"{self.name} ended with {self.process.returncode}:\n{self.tail()}")

    def tail(self, size=4000) -> str:
        return self.log.read_bytes()[-size:].decode(errors="replace") if self.log.exists() else ""

    def wait(self, timeout=10) -> int:
        try:
            return self.process.wait(timeout * SLOW)
        except subprocess.TimeoutExpired:
            raise LabError(f"{self.name} did not end within {timeout * SLOW:.0f} s")

    def kill(self):
        if self.alive():
            self.process.kill()
        self.process.wait(10)

    def stop(self, grace=3):
        if self.alive():
            self.process.terminate()
            try:
                self.process.wait(grace)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait(10)


def wait_until(what: str, question, timeout=10, pause=0.05):
    """Asks until the answer is true and returns it; LabError that names `what` after the (stretched) timeout."""
    end = time.monotonic() + timeout * SLOW
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise LabError(f"never seen within {timeout * SLOW:.0f} s: {what}")
        time.sleep(pause)
