# SPDX-License-Identifier: Apache-2.0
"""A person at the dashboard (tests/web/e2e, Playwright): an unknown PC appears, is given an image by mouse, and boots it or says why
not; what it wrote is applied and rolled back; a large upload survives a server that is killed.

Chromium runs in the server's namespace. A spec asks for something by touching a file; this process does it."""
import hashlib
import http.client
import json
import os
import random
import time

import pytest
from lab import images
from lab.iscsi_raw import Initiator
from lab.images import ROOT
from lab.network import SERVER, connect
from lab.processes import SLOW, Child, run

MAC = "52:54:00:e2:e0:01"
RUNNER = ROOT / "tests" / "web" / "run"
pytestmark = pytest.mark.product


class Desk:
    """Where the person sits: a browser, and what can be asked for beside it."""

    def __init__(self, lab, server, image="probe"):
        run([RUNNER, "--prepare"], timeout=400)
        self.lab, self.server, self.tasks = lab, server, []
        self.environment = {**os.environ, "BOOTFERRY_URL": f"http://{SERVER}:8080/", "BOOTFERRY_TOKEN": server.token, "BOOTFERRY_MAC": MAC,
                            "BOOTFERRY_CODE": server.cli("first-visit").stdout.strip(),
                            "BOOTFERRY_IMAGE": image, "BOOTFERRY_BOOT_SECONDS": str(round(60 * SLOW))}

    def on_request(self, variable: str, do):
        """The spec runs the command that `variable` names, and `do` is done once."""
        bell = self.lab.folder / variable.lower()
        self.environment[variable] = f"touch {bell}"
        self.tasks.append((bell, do))

    def look_at(self, spec: str, timeout: float, meanwhile=lambda: None):
        browser = self.lab.add(Child("browser", [RUNNER, self.lab.folder / "web.xml", "--project=e2e", f"e2e/{spec}"],
                                     self.lab.folder / "browser.log", self.server.namespace, env=self.environment))
        end = time.monotonic() + timeout * SLOW
        while browser.alive() and time.monotonic() < end:
            for bell, do in [task for task in self.tasks if task[0].exists()]:
                self.tasks.remove((bell, do))
                do()
            meanwhile()
            time.sleep(0.02)
        assert not browser.alive(), f"the browser did not come to an end:\n{browser.tail()}"
        assert browser.process.returncode == 0, browser.tail(6000)


def with_machine(lab, server, image="probe"):
    """A desk with a PC beside it that can be switched on."""
    desk, pc = Desk(lab, server, image), lab.machine("bios-rom", mac=MAC)
    first_dhcp = lab.folder / "first-dhcp"
    desk.on_request("BOOTFERRY_POWER_ON", pc.power_on)
    desk.environment |= {"BOOTFERRY_FIRST_DHCP_FILE": str(first_dhcp), "BOOTFERRY_BANNER_FILE": str(lab.folder / "pc0.serial.log")}

    def tell_first_dhcp():
        if pc.qemu is None or first_dhcp.exists():
            return
        if heard := lab.wire.dhcp("discover", mac=MAC):
            wall = time.time() - (time.monotonic() - heard[0]["t"])
            part = first_dhcp.with_suffix(".part")
            part.write_text(str(round(wall * 1000)))
            part.rename(first_dhcp)

    return desk, pc, tell_first_dhcp


def test_a_machine_appears_is_assigned_by_mouse_and_boots(lab, probe):
    server = lab.serve("server")
    server.add_image("probe", images.copy(probe, lab.folder / "probe.img"))
    desk, _, tell_first_dhcp = with_machine(lab, server)
    desk.look_at("machine_appears.spec.ts", 120, tell_first_dhcp)


def test_a_boot_that_fails_says_why_on_the_page(lab):
    server = lab.serve("server")
    server.add_image("blank", images.make_blank(lab.folder / "blank.img", 8 << 20))
    desk, *_ = with_machine(lab, server, "blank")
    desk.look_at("failed_boot.spec.ts", 150)


def test_an_overlay_is_applied_and_rolled_back_on_the_page(lab, probe):
    server = lab.serve("server")
    server.add_image("probe", images.copy(probe, lab.folder / "probe.img"))
    desk, pc, _ = with_machine(lab, server)

    def power_off():
        pc.power_off()
        for session in server.sessions():
            server.cli("session", "drop", str(session["id"]), check=False)

    desk.on_request("BOOTFERRY_POWER_OFF", power_off)
    desk.look_at("overlay.spec.ts", 200)
    assert [version["comment"] for version in server.json("image", "versions", "probe")["versions"]] == ["", "booted once"]
    shown = server.json("overlay", "show", MAC, "probe")
    assert (shown["version"], shown["behind"], len(shown["snapshots"])) == (1, True, 1), shown


def test_an_upload_of_a_gibibyte_survives_a_killed_server(lab):
    server = lab.serve("server")
    source, digest, chance = lab.folder / "large.img", hashlib.sha256(), random.Random(42)
    with open(source, "wb") as file:
        for _ in range(1024):
            block = chance.randbytes(4096) * 256  # no two MiB are the same, and it costs no minute to make them
            digest.update(block)
            file.write(block)
    desk = Desk(lab, server)
    desk.environment |= {"BOOTFERRY_UPLOAD_FILE": str(source), "BOOTFERRY_UPLOAD_SECONDS": str(round(60 * SLOW))}

    def kill():
        server.kill()
        time.sleep(1)
        server.start()

    desk.on_request("BOOTFERRY_KILL_SERVER", kill)
    desk.look_at("upload.spec.ts", 120)
    with open(server.image_path("large"), "rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == digest.hexdigest()


def test_what_few_need_is_taken_by_the_real_server(lab):
    server = lab.serve("server")
    entries = [{"name": "Disk", "boot": {"kind": "local"}}, {"name": "Shell", "boot": {"kind": "shell"}}]
    assert server.api("PUT", f"/clients/{MAC}", {"name": "pc1", "entries": entries})[0] == 200
    desk = Desk(lab, server)
    desk.environment["BOOTFERRY_UPLOAD_FILE"] = str(images.make_blank(lab.folder / "sent.img", 1 << 20))
    desk.look_at("rare_choices.spec.ts", 120)
    traits = ("thick", "removable", "block_size", "physical_block_size")
    made, sent = (server.json("image", "show", name) for name in ("made", "sent"))
    assert [made[trait] for trait in traits] == [True, True, 4096, 4096], made
    assert [sent[trait] for trait in traits] == [False, True, 512, 512], sent
    shown = server.cli("image", "show", "made").stdout
    assert "blocks of 4096, removable, thick\n" in shown and "version: 1\n" in shown, shown
    client = server.json("client", "show", MAC)
    assert client["next_boot"] == "Shell", client
    assert any(event["kind"] == "wake-sent" for event in server.boot_log(MAC)), "a magic packet left"


def test_a_viewer_can_change_nothing(lab):
    server = lab.serve("server")
    server.add_image("blank", images.make_blank(lab.folder / "blank.img", 8 << 20))
    server.set_client(MAC, [("blank", "private")])
    desk = Desk(lab, server, "blank")
    server.add_user("alice", "admin")
    server.add_user("victor", "viewer", "only here to look")
    desk.environment |= {"BOOTFERRY_USER": "victor", "BOOTFERRY_PASSWORD": "only here to look"}
    before = server.clients()
    desk.look_at("viewer.spec.ts", 120)
    assert [client["boot"] for client in server.clients()] == [client["boot"] for client in before]


def test_a_thousand_machines_and_five_hundred_sessions(lab):
    server = lab.serve("server")
    server.add_image("dos", images.make_blank(lab.folder / "blank.img", 8 << 20))
    machines, sessions = 1000, 500
    macs = [f"52:54:00:00:{number >> 8:02x}:{number & 255:02x}" for number in range(machines)]
    line = http.client.HTTPConnection(SERVER, 8080)
    line.sock = connect(server.namespace, 8080)
    headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
    # Names of four digits: 1000 to 1999, which stand in that order.
    for number, mac in enumerate(macs):
        boot = {"kind": "disks", "drives": [{"image": "dos", "mode": "readonly"}]}
        line.request("PUT", f"/api/v1/clients/{mac}", json.dumps({"name": f"pc{1000 + number}", "boot": boot, "access": {"auth": "none", "initiator": "any"}}), headers)
        answer = line.getresponse()
        assert answer.status == 200, answer.read()
        answer.read()
    line.close()
    host = lab.network.add_host("10.99.0.50")
    links = []
    for mac in macs[:sessions]:
        link = Initiator(host, f"iqn.2026-11.org.bootferry:{mac.replace(':', '')}.80")
        assert link.login()[0] == 0, mac
        links.append(link)
    desk = Desk(lab, server, "dos")
    server.add_user("alice", "admin", "only here to look")
    desk.environment |= {"BOOTFERRY_USER": "alice", "BOOTFERRY_PASSWORD": "only here to look"}
    desk.environment |= {"BOOTFERRY_MACHINES": str(machines), "BOOTFERRY_SESSIONS": str(sessions), "BOOTFERRY_LAST": f"pc{999 + machines}"}
    desk.look_at("crowd.spec.ts", 120)
    print("\n".join(text for text in (lab.folder / "browser.log").read_text().splitlines() if "first paint" in text))
    assert len(server.sessions()) == sessions, "all of them live on"
    for link in links:
        link.close()
