# SPDX-License-Identifier: Apache-2.0
"""The command line of another machine: over HTTP and HTTPS, with a token, and never with a server that is not the one that was meant."""
import json
import os
import re
import signal

import pytest

from lab.bootferry import BINARY, Bootferry
from lab.network import SERVER
from lab.processes import Child, run, wait_until

MAC = "52:54:00:e2:e0:01"
HTTP, HTTPS = f"http://{SERVER}:8080", f"https://{SERVER}:8443"


class Desk:
    """Somebody's own machine: no state folder, no socket, only the command line."""

    def __init__(self, lab, server):
        self.lab, self.server, self.namespace = lab, server, lab.network.add_host("10.99.0.50")

    def token(self, name, scope):
        made = json.loads(self.server.cli("token", "create", name, "--scope", scope, "--json").stdout)
        file = self.lab.folder / f"token-{name}"
        file.write_text(made["token"] + "\n")
        return file

    def ask(self, *words, url=HTTP, token=None, environment=None, check=True):
        options = ["--url", url] if url else []
        options += ["--token-file", token] if token else []
        clean = {key: value for key, value in os.environ.items() if not key.startswith("BOOTFERRY_")}
        return run([BINARY, *options, *words], namespace=self.namespace, check=check, timeout=20, env={**clean, **(environment or {})})

    def refused(self, *words, **how):
        done = self.ask(*words, check=False, **how)
        assert done.returncode != 0, done.stdout
        return done.stderr


@pytest.fixture
def server(lab):
    server = Bootferry(lab, "server").start()
    server.add_user("alice", "admin")
    server.cli("image", "create", "dos", "--size", "8M")
    return server


@pytest.fixture
def desk(lab, server):
    return Desk(lab, server)


def fingerprint(server):
    return re.search(r"sha256:[0-9a-f]{64}", server.log.read_text()).group()


def test_a_token_does_over_http_what_the_socket_does(server, desk):
    admin, viewer = desk.token("admin", "write"), desk.token("viewer", "read")
    assert "dos" in desk.ask("image", "list", token=admin).stdout
    desk.ask("client", "set", MAC, "--name", "pc1", "--drive", "dos:private", token=admin)
    assert server.clients()[0]["name"] == "pc1"
    environment = {"BOOTFERRY_URL": HTTP, "BOOTFERRY_TOKEN": viewer.read_text().strip()}
    assert json.loads(desk.ask("client", "list", "--json", url=None, environment=environment).stdout)["clients"][0]["mac"] == MAC

    refusal = desk.refused("client", "set", MAC, "--name", "eve", token=viewer)
    assert 'needs the right "write"' in refusal and str(viewer) in refusal, refusal
    assert server.clients()[0]["name"] == "pc1"
    assert "BOOTFERRY_TOKEN" in desk.refused("image", "list"), "nobody is told what to do"
    unknown = desk.lab.folder / "unknown"
    unknown.write_text("bf_nothing\n")
    assert f"--token-file {unknown}" in desk.refused("image", "list", token=unknown)
    assert "Unix socket" in desk.refused("image", "path", "dos", token=admin)
    assert "no Bootferry answers" in desk.refused("image", "list", url=f"http://{SERVER}:9", token=admin)


def test_https_asks_for_the_very_server_that_was_meant(server, desk):
    admin = desk.token("admin", "write")
    right = fingerprint(server)
    refusal = desk.refused("image", "list", url=HTTPS, token=admin)
    assert "is not trusted" in refusal and f"--fingerprint {right}" in refusal, refusal
    assert "dos" in desk.ask("--fingerprint", right, "image", "list", url=HTTPS, token=admin).stdout
    desk.ask("--fingerprint", right.removeprefix("sha256:").upper(), "client", "set", MAC, "--name", "pc2", url=HTTPS, token=admin)
    assert server.clients()[0]["name"] == "pc2"
    wrong = "sha256:" + "0" * 64
    assert "another one than --fingerprint" in desk.refused("--fingerprint", wrong, "image", "list", url=HTTPS, token=admin)

    own = server.state_dir / "https-certificate.pem"
    assert "dos" in desk.ask("--ca-file", own, "image", "list", url=HTTPS, token=admin).stdout
    stranger = desk.lab.folder / "stranger.pem"
    run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=stranger", "-keyout", desk.lab.folder / "stranger.key", "-out", stranger])
    assert "is not trusted" in desk.refused("--ca-file", stranger, "image", "list", url=HTTPS, token=admin)
    assert "is that the port of HTTPS" in desk.refused("image", "list", url=f"https://{SERVER}:8080", token=admin)


@pytest.mark.parametrize("way", ["socket", "url"])
def test_watch_shows_what_changes_until_it_is_interrupted(server, desk, way):
    options = ["--state-dir", server.state_dir] if way == "socket" else ["--url", HTTP, "--token-file", desk.token("viewer", "read")]
    log = desk.lab.folder / f"watch-{way}.log"
    watcher = desk.lab.add(Child(f"watch-{way}", [BINARY, *options, "client", "list", "--watch", "--json"], log,
                                 server.namespace if way == "socket" else desk.namespace))

    def lines():
        watcher.require_alive()
        return [json.loads(line)["clients"] for line in log.read_text().splitlines(keepends=True) if line.endswith("\n")]

    assert wait_until("the list as it is", lines) == [[]]
    server.cli("client", "set", MAC, "--name", "pc1")
    wait_until("the new client", lambda: lines()[-1] and lines()[-1][0]["name"] == "pc1")
    server.cli("client", "set", MAC, "--name", "pc2")
    wait_until("the new name", lambda: lines()[-1][0]["name"] == "pc2")
    server.stop()
    server.start()
    server.cli("client", "set", MAC, "--name", "pc3")
    wait_until("a name of after the restart", lambda: "pc3" in log.read_text(), 20)
    watcher.process.send_signal(signal.SIGINT)
    assert watcher.wait(5) == 0
