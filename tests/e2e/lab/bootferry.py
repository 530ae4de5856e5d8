# SPDX-License-Identifier: Apache-2.0
"""The product under test: `build/release/bootferry serve` in the server's namespace, and its command line and HTTP API."""
import json
import os
import signal
from pathlib import Path

from .images import ROOT
from .network import SERVER
from .processes import Child, LabError, run, wait_until

BINARY = Path(os.environ.get("BOOTFERRY_BINARY", ROOT / "build" / "release" / "bootferry"))
RANGE = "10.99.0.100-10.99.0.199"


class Bootferry:
    name = "bootferry"

    def __init__(self, lab, mode="server", flags=(), state_dir: Path | None = None, dhcp_range=RANGE):
        self.lab, self.mode, self.flags, self.dhcp_range = lab, mode, list(flags), dhcp_range
        self.state_dir = state_dir or lab.short / "state"
        self.namespace = lab.network.srv
        self._starts = 0

    def serve_command(self) -> list:
        command = [BINARY, "serve", "--interface", "eth0", "--state-dir", self.state_dir, "--dhcp-mode", self.mode]
        if self.mode == "server":
            command += ["--dhcp-range", self.dhcp_range]
        return command + self.flags

    def start(self):
        self._starts += 1
        self.log = self.lab.folder / f"bootferry-{self._starts}.log"
        self.child = self.lab.add(Child("bootferry", self.serve_command(), self.log, self.namespace))
        wait_until("bootferry's health", lambda: self.child.require_alive() or self.cli("health", check=False).returncode == 0, 10)
        return self

    def stop(self) -> int:
        if self.child.alive():
            self.child.process.send_signal(signal.SIGTERM)
        try:
            return self.child.wait(5)
        except LabError:
            self.child.kill()
            raise

    def kill(self):
        self.child.kill()

    # -- command line ----------------------------------------------------------------------------------------------------

    def cli(self, *arguments, check=True):
        return run([BINARY, "--state-dir", self.state_dir, *arguments], namespace=self.namespace, check=check, timeout=20)

    def json(self, *arguments):
        text = self.cli(*arguments, "--json").stdout
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            raise LabError(f"not JSON: bootferry {' '.join(arguments)} --json\n{text[:2000]}")

    def add_image(self, name: str, source: Path) -> Path:
        self.cli("image", "add", name, str(source))
        return self.image_path(name)

    def image_path(self, name: str) -> Path:
        return Path(self.cli("image", "path", name).stdout.strip())

    def set_client(self, mac: str, drives=(), name="pc1", access="by-hand"):
        """`access`: "by-hand" lets any initiator in without a secret, as the tests' own initiators need it; "boot" is what a
        person gets who says nothing: the machine alone, with the secret of its boot; else more options of `client set`."""
        arguments = ["client", "set", mac, "--name", name]
        for image, mode in drives:
            arguments += ["--drive", f"{image}:{mode}"]
        if access == "by-hand":
            arguments += ["--auth", "none", "--initiator", "any"]
        elif access != "boot":
            arguments += access
        self.cli(*arguments)

    def add_user(self, name: str, role: str, password="correct horse battery"):
        self.password_file.write_text(password + "\n")
        return self.cli("user", "add", name, "--role", role, "--password-file", self.password_file)

    @property
    def password_file(self) -> Path:
        return self.lab.folder / "password"

    def sessions(self) -> list[dict]:
        return self._list(self.json("session", "list"), "sessions")

    def leases(self) -> list[dict]:
        return self._list(self.json("lease", "list"), "leases")

    def target_of(self, mac: str, drive=0) -> str:
        return next(client for client in self.clients() if client["mac"] == mac)["targets"][drive]

    def clients(self) -> list[dict]:
        return self._list(self.json("client", "list"), "clients")

    def boot_log(self, mac: str) -> list[dict]:
        return self._list(self.json("boot-log", mac), "events")

    @staticmethod
    def _list(answer, key) -> list[dict]:
        if isinstance(answer, dict) and key in answer:
            return answer[key]
        raise LabError(f"docs/api.md says {{\"{key}\": [...]}}, but the answer is {str(answer)[:300]}")

    # -- HTTP ------------------------------------------------------------------------------------------------------------

    @property
    def token(self) -> str:
        return (self.state_dir / "admin-token").read_text().strip()

    def curl(self, path: str, *arguments, check=False):
        return run(["curl", "-sS", "--max-time", "20", "--path-as-is", *arguments, f"http://{SERVER}:8080{path}"],
                   namespace=self.namespace, check=check)

    def status(self, path: str, *arguments) -> int:
        return int(self.curl(path, "-o", "/dev/null", "-w", "%{http_code}", *arguments).stdout or 0)

    def api(self, method: str, path: str, body=None, token: str | None = "admin") -> tuple[int, object]:
        arguments = ["-X", method, "-w", "\n%{http_code}"]
        if token:
            arguments += ["-H", f"Authorization: Bearer {self.token if token == 'admin' else token}"]
        if body is not None:
            arguments += ["-H", "Content-Type: application/json", "--data-binary", json.dumps(body)]
        text, _, code = self.curl(f"/api/v1{path}", *arguments).stdout.rpartition("\n")
        try:
            return int(code or 0), json.loads(text) if text.strip() else None
        except json.JSONDecodeError:
            return int(code or 0), text

    def set_boot(self, mac: str, boot: dict):
        code, answer = self.api("PUT", f"/assignments/{mac}", boot)
        if code != 200:
            raise LabError(f"PUT /assignments/{mac} {boot}: {code} {answer}")
