# SPDX-License-Identifier: Apache-2.0
"""The lives of an image: who may write to it, who keeps it from going, and a kill in the middle of every change leaves before or after."""
import copy
import json
import random
import threading
import time
from dataclasses import dataclass, field

import pytest
from lab import images
from lab.iscsi_raw import Initiator, leave, log_in
from lab.layers import Layers, content
from lab.network import connect
from lab.processes import wait_until

pytestmark = pytest.mark.product
MACS = ["52:54:00:e2:e0:01", "52:54:00:e2:e0:02"]
MIB = 1 << 20


@pytest.fixture
def served(lab):
    server = lab.serve("server")
    server.add_image("win", images.make_blank(lab.folder / "win.img", MIB))
    return server, lab.network.add_host("10.99.0.50")


# -- who may write to it, and who keeps it from going -----------------------------------------------------------------------------


def test_a_master_drive_waits_for_a_version_that_nothing_lies_on(served):
    server, host = served
    server.set_client(MACS[0], [("win", "private")], name="pc1")
    leave(server, log_in(server, host))
    server.set_client(MACS[1], [("win", "master")], name="master")
    script = server.curl(f"/boot/{MACS[1]}.ipxe").stdout
    assert "would damage" in script and "overlay of pc1" in script and "bootferry image publish win" in script, script
    assert "sanboot" not in script
    link = Initiator(host, server.target_of(MACS[1]))
    assert link.login()[0] != 0
    assert any("overlay of pc1" in event["text"] for event in server.boot_log(MACS[1]) if event["kind"] == "login-refused")

    server.cli("image", "publish", "win", "--comment", "to be written to")
    assert "sanboot" in server.curl(f"/boot/{MACS[1]}.ipxe").stdout
    master = log_in(server, host, MACS[1])
    master.write(3, b"by the master".ljust(512))
    leave(server, master)
    old = log_in(server, host)
    assert old.read(3) == bytes(512), "a private overlay stays on the version that it was made on"
    leave(server, old)
    assert server.json("overlay", "show", MACS[0], "win")["behind"] is True


def test_nobody_begins_on_a_version_while_its_master_writes(served):
    server, host = served
    server.set_client(MACS[0], [("win", "private")], name="pc1")
    server.set_client(MACS[1], [("win", "master")], name="master")
    master = log_in(server, host, MACS[1])
    master.write(3, b"half".ljust(512))
    assert Initiator(host, server.target_of(MACS[0])).login()[0] != 0
    refused = server.cli("image", "clone", "win", "copy", check=False)
    assert refused.returncode == 1 and MACS[1] in refused.stderr, refused.stderr
    master.write(3, b"whole".ljust(512))
    leave(server, master)
    link = log_in(server, host)
    assert link.read(3) == b"whole".ljust(512)


def test_an_image_in_use_names_who_uses_it(served):
    server, host = served
    for mac, name in zip(MACS, ("pc1", "pc2")):
        server.set_client(mac, [("win", "private")], name=name)
    for mac in MACS:
        leave(server, log_in(server, host, mac))
    server.cli("overlay", "apply", MACS[0], "win")

    def refusal(*arguments):
        done = server.cli(*arguments, check=False)
        assert done.returncode == 1, done.stdout
        return done.stderr

    said = refusal("image", "remove", "win")
    assert "drives of pc1" in said and "drives of pc2" in said, said
    for mac in MACS:
        server.cli("client", "set", mac, "--name", f"away-{mac[-1]}", "--wait")
    said = refusal("image", "remove", "win")
    assert "private overlay of away-1" in said and "private overlay of away-2" in said, said
    said = refusal("image", "remove-version", "win", "1")
    assert "away-2" in said and "away-1" not in said, said
    server.cli("overlay", "discard", MACS[1], "win")
    server.cli("image", "clone", "win", "copy")
    server.cli("overlay", "discard", MACS[0], "win")
    layers = Layers(server)
    said = refusal("image", "remove", "win")
    assert "copy" in said, said
    server.cli("image", "remove", "copy")
    server.cli("image", "remove", "win")
    wait_until("no file of it", lambda: not layers.stored() and not list(layers.folder.glob("win*")), 20)


# -- kill -9 at any moment of any change ------------------------------------------------------------------------------------------

ROUNDS = 30


@dataclass
class World:
    """What there has to be: images with their versions, and the overlay of the one client on `win` with its snapshots."""
    images: dict = field(default_factory=dict)  # name -> {version: bytes}
    overlay: tuple | None = None  # version, bytes
    snapshots: dict = field(default_factory=dict)  # number -> (version, bytes)

    def begin(self):
        """What a login does to a client without an overlay."""
        if self.overlay is None:
            current = max(self.images["win"])
            self.overlay = current, self.images["win"][current]

    def numbers(self) -> int:
        return max(self.snapshots, default=0) + 1


class Changes:
    """Each picks something that can be done now: (method, path, body, what it makes of the world)."""

    def __init__(self, noise):
        self.noise, self.clones = noise, 0

    def next(self, world: World):
        kinds = [self.apply, self.snapshot, self.snapshot, self.clone, self.clone_image, self.discard, self.publish]
        if world.overlay[0] != max(world.images["win"]):
            kinds = [kind for kind in kinds if kind != self.apply] + [self.rebase] * 4
        if world.snapshots:
            kinds += [self.rollback, self.remove_snapshot]
        clones = [name for name in world.images if name != "win"]
        if len(clones) > 1:
            kinds += [self.remove_image] * 3
        after = copy.deepcopy(world)
        return *self.noise.choice(kinds)(after), after

    @staticmethod
    def _overlay(rest=""):
        return f"/clients/{MACS[0]}/overlays/win{rest}"

    def snapshot(self, world):
        world.snapshots[world.numbers()] = world.overlay
        return "POST", self._overlay("/snapshots"), {"comment": "kept"}

    def rollback(self, world):
        number = self.noise.choice(list(world.snapshots))
        world.overlay = world.snapshots[number]
        return "POST", self._overlay("/rollback"), {"snapshot": number}

    def remove_snapshot(self, world):
        number = self.noise.choice(list(world.snapshots))
        del world.snapshots[number]
        return "DELETE", self._overlay(f"/snapshots/{number}"), None

    def apply(self, world):
        version = max(world.images["win"]) + 1
        world.images["win"][version] = world.overlay[1]
        world.overlay = version, world.overlay[1]
        return "POST", self._overlay("/apply"), {"comment": "applied"}

    def rebase(self, world):
        version = max(world.images["win"])
        world.snapshots[world.numbers()] = world.overlay
        world.overlay = version, world.images["win"][version]
        return "POST", self._overlay("/rebase"), {}

    def clone(self, world):
        self.clones += 1
        world.images[f"clone{self.clones}"] = {1: world.overlay[1]}
        return "POST", self._overlay("/clone"), {"name": f"clone{self.clones}"}

    def clone_image(self, world):
        self.clones += 1
        version = self.noise.choice(list(world.images["win"]))
        world.images[f"clone{self.clones}"] = {1: world.images["win"][version]}
        return "POST", "/images/win/clone", {"name": f"clone{self.clones}", "from": version}

    def publish(self, world):
        version = self.noise.choice(list(world.images["win"]))
        world.images["win"][max(world.images["win"]) + 1] = world.images["win"][version]
        return "POST", "/images/win/publish", {"comment": "again", "from": version}

    def discard(self, world):
        world.overlay, world.snapshots = None, {}
        return "DELETE", self._overlay(), None

    def remove_image(self, world):
        name = self.noise.choice([name for name in world.images if name != "win"])
        del world.images[name]
        return "DELETE", f"/images/{name}", None


class Asked(threading.Thread):
    """A request whose answer may never come; `code` is 0 then."""

    def __init__(self, server, method, path, body):
        super().__init__()
        self.code, self.text = 0, b""
        data = b"" if body is None else json.dumps(body).encode()
        self.request = (f"{method} /api/v1{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\nConnection: close\r\n"
                        f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n").encode() + data
        self.link = connect(server.namespace, 8080, timeout=30)

    def run(self):
        try:
            self.link.sendall(self.request)
            while part := self.link.recv(65536):
                self.text += part
                self.code = int(self.text[9:12] or 0) if len(self.text) >= 12 else 0
        except OSError:
            pass
        self.link.close()


def seen(server, layers, folder) -> World:
    """What there is, by the server's words and by the bytes that QEMU reads."""
    world = World()
    for image in server.api("GET", "/images")[1]["images"]:
        versions = server.api("GET", f"/images/{image['name']}/versions")[1]["versions"]
        world.images[image["name"]] = {one["number"]: content(layers.of_version(image["name"], one["number"]), folder) for one in versions}
    for overlay in server.api("GET", "/overlays")[1]["overlays"]:
        world.overlay = overlay["version"], content(layers.of_overlay(MACS[0], "win"), folder)
        for one in overlay["snapshots"]:
            world.snapshots[one["number"]] = one["version"], content(layers.of_snapshot(MACS[0], "win", one["number"]), folder)
    return world


def difference(one: World, other: World) -> str:
    def shape(world):
        return {name: {number: hash(data) % 10000 for number, data in versions.items()} for name, versions in world.images.items()}, \
            world.overlay and (world.overlay[0], hash(world.overlay[1]) % 10000), \
            {number: (version, hash(data) % 10000) for number, (version, data) in world.snapshots.items()}
    return f"\n  {shape(one)}\n  {shape(other)}"


def test_a_kill_at_any_moment_of_any_change_leaves_before_or_after(served, lab):
    server, host = served
    noise = random.Random(2026)
    server.set_client(MACS[0], [("win", "private")], name="pc1")
    world, layers, changes = World({"win": {1: bytes(MIB)}}), Layers(server), Changes(noise)
    outcomes = {"before": 0, "after": 0, "answered": 0}
    longest = 0.03  # what a change takes; learnt as we go
    for round_ in range(ROUNDS):
        link = log_in(server, host)
        world.begin()
        got = b"".join(link.read(lba, 256) for lba in range(0, MIB // 512, 256))
        assert got == world.overlay[1], f"round {round_}: the client reads something else"
        lba, data = noise.randrange(MIB // 512 - 8), noise.randbytes(8 * 512)
        link.write(lba, data)
        link.flush()
        world.overlay = world.overlay[0], got[:lba * 512] + data + got[(lba + 8) * 512:]
        leave(server, link)

        method, path, body, after = changes.next(world)
        asked = Asked(server, method, path, body)
        begun = time.monotonic()
        asked.start()
        asked.join(noise.uniform(0, 1.2) * longest)
        server.kill()
        if not asked.is_alive() and asked.code:
            longest = 0.7 * longest + 0.3 * (time.monotonic() - begun)
        asked.join(30)
        assert asked.code in (0, 409) or 200 <= asked.code < 300, f"round {round_}: {method} {path}: {asked.text!r}"
        if asked.code == 409:  # something lies on it that this test does not follow: nothing may have changed
            after = world
        server.start()
        assert not layers.strays(), f"round {round_}: {method} {path}"
        layers.check()
        found = seen(server, layers, lab.folder)
        is_after, is_before = found == after, found == world
        assert is_after or (is_before and not asked.code), \
            f"round {round_}: {method} {path} answered {asked.code}; seen, before, after:{difference(found, world)}{difference(found, after)}"
        outcomes["answered" if asked.code else "after" if is_after else "before"] += 1
        world = found
    print(f"\n{outcomes}; a change takes {longest * 1000:.0f} ms")
    assert outcomes["before"] and outcomes["after"] + outcomes["answered"], outcomes
