# SPDX-License-Identifier: Apache-2.0
"""Under systemd the log goes to the journal with a field for each value. No journald runs in the lab: its socket is stood in
for by one of the test's own, in a mount namespace of its own."""
import os
import signal
import subprocess

import pytest
from lab.bootferry import BINARY
from lab.processes import wait_until

pytestmark = pytest.mark.product

# Binds the journal's socket, then becomes the server, whose stderr is the stream that JOURNAL_STREAM names.
STAND_IN = r"""
import os, socket, sys
os.makedirs("/run/systemd/journal", exist_ok=True)
journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
journal.bind("/run/systemd/journal/socket")
seen = open(sys.argv[1], "wb", buffering=0)
stream = os.fstat(2)
os.environ["JOURNAL_STREAM"] = f"{stream.st_dev}:{stream.st_ino}"
if os.fork() == 0:
    journal.settimeout(60)
    try:
        while True:
            seen.write(journal.recv(65536) + b"\n--\n")
    except TimeoutError:
        os._exit(0)
os.execv(sys.argv[2], sys.argv[2:])
"""


def test_each_value_is_a_field_of_the_journal(lab):
    seen, log = lab.folder / "journal", lab.folder / "stderr"
    command = ["ip", "netns", "exec", lab.network.srv, "unshare", "--mount", "sh", "-c",
               'mount -t tmpfs none /run && exec "$@"', "sh", "/usr/bin/python3", "-c", STAND_IN, str(seen), str(BINARY), "serve",
               "--interface", "eth0", "--state-dir", str(lab.short / "state"), "--dhcp-mode", "off"]
    with open(log, "wb") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_until("the start in the journal", lambda: seen.exists() and b"BOOTFERRY_NAME=SERVER_STARTED" in seen.read_bytes(), 15)
        entry = next(e for e in seen.read_bytes().split(b"\n--\n") if b"SERVER_STARTED" in e)
        assert b"\nPRIORITY=6\n" in b"\n" + entry and b"SYSLOG_IDENTIFIER=bootferry\n" in entry, entry
        assert b"SERVER_STARTED" not in log.read_bytes(), "what the journal has is not said twice"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(10)
