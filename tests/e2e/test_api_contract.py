# SPDX-License-Identifier: Apache-2.0
"""Every operation of the API with good and made-up input, judged by the server's own OpenAPI document (tests/web/contract)."""
import os
import subprocess

from lab.bootferry import Bootferry
from lab.images import ROOT
from lab.network import SERVER

MAC = "52:54:00:e2:e0:01"
SECONDS = int(os.environ.get("BOOTFERRY_CONTRACT_SECONDS", "60"))


def test_answers_are_what_the_openapi_document_tells(lab):
    subprocess.run([ROOT / "tests" / "web" / "run", "--prepare"], check=True, timeout=600, stdout=subprocess.DEVNULL)
    node = subprocess.run([ROOT / "web" / "node"], check=True, capture_output=True, text=True, timeout=300).stdout.strip()
    server = Bootferry(lab, "server").start()
    server.add_user("alice", "admin")
    server.cli("token", "create", "ci")
    server.cli("image", "create", "dos", "--size", "8M")
    server.set_client(MAC, [("dos", "private")])
    for number in range(2, 5):
        server.set_client(f"{MAC[:-1]}{number}", [("dos", "private")], name=f"pc{number}")
    assert server.api("PUT", "/groups/lab", {"entries": [{"name": "local", "boot": {"kind": "local"}}]})[0] == 200
    environment = {**os.environ, "PATH": f"{node}:{os.environ['PATH']}", "BOOTFERRY_URL": f"http://{SERVER}:8080", "BOOTFERRY_TOKEN": server.token,
                   "BOOTFERRY_SECONDS": str(SECONDS)}
    lint = subprocess.run(["ip", "netns", "exec", server.namespace, "node", "openapi/lint.mjs", f"http://{SERVER}:8080/api/v1/openapi.json"],
                          cwd=ROOT / "tests" / "web", env=environment, capture_output=True, text=True, timeout=120)
    print(lint.stdout)
    assert lint.returncode == 0, lint.stdout + lint.stderr
    done = subprocess.run(["ip", "netns", "exec", server.namespace, "node", "contract/contract.mjs"], cwd=ROOT / "tests" / "web", env=environment,
                          capture_output=True, text=True, timeout=SECONDS + 240)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert server.child.alive() and server.cli("health").returncode == 0, "it lives on"
    assert server.stop() == 0
