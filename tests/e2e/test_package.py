# SPDX-License-Identifier: Apache-2.0
"""The Debian package: lintian's word, and its life on a machine: installed, served from, upgraded, refused, removed, purged."""
import json
import os
import re

import pytest
import yaml
from lab.booted_root import BootedRoot
from lab.container import Container
from lab.images import ROOT
from lab.network import SERVER
from lab.own_root import OwnRoot
from lab.processes import Child, run, wait_until

pytestmark = pytest.mark.product
STATE, SETTINGS = "/var/lib/bootferry", "/etc/bootferry/bootferry.toml"
SOURCES = ROOT / "packaging"


def build(folder, version):
    """Of the release tree as it is."""
    return run([ROOT / "packaging" / "deb" / "build", "--no-compile", "--version", version, "--output", folder], timeout=120).stdout.strip()


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("deb")
    return {version: build(folder, version) for version in ("0.1.0+one", "0.1.0+two")}


@pytest.fixture
def root(lab):
    """A Debian 12 with all that Bootferry depends on, and no Bootferry."""
    root = OwnRoot(lab)
    root.shell(f"rm -rf {STATE} /etc/bootferry /usr/local/bin/bootferry /etc/systemd/system/bootferry.service*; ! getent passwd bootferry || deluser --quiet bootferry")
    return root


def status(root):
    return root.run("dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", "bootferry", check=False).stdout


def unit_settings():
    return dict(re.findall(r"^(\w+)=(.*)$", (SOURCES / "bootferry.service").read_text(), re.MULTILINE))


class Served:
    """The installed program as the unit starts it: its user, its capabilities, its state folder."""

    def __init__(self, lab, root):
        self.lab, self.root, self.namespace = lab, root, lab.network.srv
        unit = unit_settings()
        rights = ",".join("+" + name.removeprefix("CAP_").lower() for name in unit["AmbientCapabilities"].split())
        root.run("install", "-d", "-m", unit["StateDirectoryMode"], "-o", unit["User"], "-g", unit["Group"], f"/var/lib/{unit['StateDirectory']}")
        command = ["setpriv", f"--reuid={unit['User']}", f"--regid={unit['Group']}", "--clear-groups", "--no-new-privs", f"--inh-caps=-all,{rights}",
                   f"--ambient-caps=-all,{rights}", f"--bounding-set=-all,{rights}", "bootferry", "serve", "--interface", "eth0", "--dhcp-mode", "server",
                   "--dhcp-range", "10.99.0.100-10.99.0.199"]
        self.child = lab.add(Child("bootferry", root.inside(*command), lab.folder / "bootferry-package.log", self.namespace))
        wait_until("its health", lambda: self.child.require_alive() or root.run("bootferry", "health", check=False).returncode == 0, 20)

    def stop(self):
        self.child.stop(5)


def test_lintian_finds_no_error(packages):
    done = run(["lintian", "--allow-root", "--fail-on", "error", packages["0.1.0+one"]], check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_depends_on_what_running_needs(packages):
    depends = {part.split()[0] for part in run(["dpkg-deb", "-f", packages["0.1.0+one"], "Depends"]).stdout.split(", ")}
    architecture = run(["dpkg", "--print-architecture"]).stdout.strip()
    for line in (SOURCES / "packages-run.txt").read_text().splitlines():
        words = line.split("#")[0].split()
        if words and words[1:] in ([], [f"only:{architecture}"]):
            assert words[0] in depends, f"{words[0]} is missing of {depends}"
    assert {"libc6", "libsqlite3-0", "libfmt9", "adduser"} <= depends, "libraries, and who makes the user"


def test_it_is_installed_whole(packages, root):
    said = root.run("dpkg", "-i", packages["0.1.0+one"]).stdout
    assert status(root) == "installed 0.1.0+one"
    assert "bootferry serve" in said, "no systemd runs here, so it says how to start it"
    assert root.run("dpkg", "-V", "bootferry").stdout == ""
    assert root.run("bootferry", "--version").stdout.startswith("bootferry 0.1.0")
    assert root.run("bootferry", "config", "check").stdout == "The settings are good.\n"
    assert SETTINGS in root.run("dpkg-query", "-W", "-f", "${Conffiles}", "bootferry").stdout
    assert root.shell("id -un bootferry") == "bootferry\n"
    assert ".TH" in root.shell("zcat /usr/share/man/man1/bootferry.1.gz")
    assert "bootferry" in root.run("bash", "-c", ". /usr/share/bash-completion/completions/bootferry; complete -p bootferry").stdout
    assert root.exists("/usr/share/bootferry/grafana-dashboard.json") and root.exists("/usr/share/zsh/vendor-completions/_bootferry")
    assert "Apache-2.0" in root.shell("cat /usr/share/doc/bootferry/copyright")
    verdict = root.run("systemd-analyze", "verify", "/lib/systemd/system/bootferry.service", check=False)
    assert verdict.returncode == 0 and "bootferry" not in verdict.stderr, verdict.stderr
    assert "ExecStart=/usr/bin/bootferry serve" in root.shell("cat /lib/systemd/system/bootferry.service")
    assert root.exists("/etc/systemd/system/multi-user.target.wants/bootferry.service"), "it starts with the machine"


def test_it_serves_is_upgraded_and_purged(lab, packages, root):
    root.run("dpkg", "-i", packages["0.1.0+one"])
    served = Served(lab, root)
    assert "<title>Bootferry" in root.curl(served.namespace, "/"), "the page is in the package"
    assert root.run("bootferry", "first-visit").stdout.count("-") == 2, "the code that the first visit asks for"
    root.run("bootferry", "image", "add", "demo", "/usr/share/bootferry/demo.img")
    checked = json.loads(root.run("bootferry", "check", "--json", check=False, namespace=served.namespace).stdout)
    verdicts = {line["id"]: line["verdict"] for line in checked["lines"]}
    assert verdicts["loaders"] == verdicts["tftp"] == verdicts["http-loader"] == "ok", checked
    served.stop()
    root.shell(f"echo 'stranger = 1' >>{SETTINGS}")
    assert f"{SETTINGS}:" in root.run("bootferry", "config", "check", check=False).stderr
    root.shell(f"sed -i '$d' {SETTINGS} && echo '# ours' >>{SETTINGS}")

    root.run("dpkg", "-i", packages["0.1.0+two"])
    assert status(root) == "installed 0.1.0+two"
    assert root.shell(f"tail -n 1 {SETTINGS}") == "# ours\n", "settings stay"
    served = Served(lab, root)
    assert "demo" in root.run("bootferry", "image", "list").stdout, "images stay"
    served.stop()

    root.run("dpkg", "--remove", "bootferry")
    assert root.exists(f"{STATE}/images/demo.raw") and root.exists(SETTINGS), "only a purge takes them"
    assert not root.exists("/usr/bin/bootferry")
    root.run("dpkg", "--purge", "bootferry")
    assert not root.exists(STATE) and not root.exists("/etc/bootferry") and status(root) == ""
    assert root.run("getent", "passwd", "bootferry", check=False).returncode != 0


@pytest.fixture
def booted(lab, root):
    booted = BootedRoot(lab, root)
    try:
        booted.boot()
        yield booted
    finally:
        booted.remove()


def test_systemd_starts_it_restarts_it_for_an_upgrade_and_stops_it(lab, packages, root, booted):
    for version, package in packages.items():
        root.run("cp", package, f"/srv/{version}.deb")
    root.run("qemu-img", "create", "-q", "-f", "qcow2", "/srv/foreign.qcow2", "8M")

    said = booted.run("dpkg", "-i", "/srv/0.1.0+one.deb").stdout
    assert f"http://{SERVER}:8080" in said and "sudo bootferry first-visit" in said, said
    assert "Active: active (running)" in booted.run("systemctl", "status", "bootferry").stdout
    code = booted.run("bootferry", "first-visit").stdout.strip()
    assert code and code in booted.journal("bootferry"), "who reads the journal finds the way in"
    process = booted.unit("bootferry", "MainPID")
    rights = booted.run("grep", "-E", "^(Uid|CapEff|NoNewPrivs|Seccomp):", f"/proc/{process}/status").stdout.split()
    assert rights[1] != "0" and int(rights[rights.index("CapEff:") + 1], 16) == 1 << 10 | 1 << 13, f"low ports and raw frames, no more: {rights}"
    booted.run("bootferry", "image", "add", "foreign", "/srv/foreign.qcow2")
    checked = json.loads(booted.run("bootferry", "check", "--json", check=False).stdout)
    verdicts = {line["id"]: line["verdict"] for line in checked["lines"]}
    assert verdicts["loaders"] == verdicts["tftp"] == verdicts["http-loader"] == "ok", checked

    booted.run("dpkg", "-i", "/srv/0.1.0+two.deb")
    assert booted.unit("bootferry", "ActiveState") == "active" and booted.unit("bootferry", "MainPID") != process, "the new one runs"
    assert "foreign" in booted.run("bootferry", "image", "list").stdout

    booted.shut_down()
    booted.boot()
    assert booted.unit("bootferry", "ActiveState") == "active", "it starts with the machine"

    booted.run("dpkg", "--remove", "bootferry")
    assert booted.unit("bootferry", "ActiveState") == "inactive" and booted.run("pidof", "bootferry", check=False).stdout == ""
    booted.run("dpkg", "--purge", "bootferry")
    assert booted.unit("bootferry", "LoadState") == "not-found" and not root.exists(STATE)
    assert booted.run("find", "/etc/systemd/system", "-name", "bootferry*").stdout == ""
    assert booted.run("getent", "passwd", "bootferry", check=False).returncode != 0


def refused(root, package):
    before = root.shell("sha256sum /usr/bin/bootferry; ls -A /var/lib/bootferry") if root.exists("/usr/bin/bootferry") else ""
    done = root.run("dpkg", "-i", package, check=False)
    assert done.returncode != 0, done.stdout
    assert "Nothing was changed." in done.stderr, done.stderr
    after = root.shell("sha256sum /usr/bin/bootferry; ls -A /var/lib/bootferry") if root.exists("/usr/bin/bootferry") else ""
    assert before == after
    return done.stderr


def test_what_cannot_work_is_refused_before_anything_changes(lab, packages, root):
    one, two = packages["0.1.0+one"], packages["0.1.0+two"]
    root.shell("touch /usr/local/bin/bootferry")
    assert "packaging/down" in refused(root, one)
    assert not root.exists("/usr/bin/bootferry")
    root.shell("rm /usr/local/bin/bootferry")
    root.run("dpkg", "-i", one)

    Served(lab, root).stop()
    database = f"{STATE}/bootferry.db"
    version = int(root.shell(f"sqlite3 {database} 'PRAGMA user_version'"))
    copy = f"{database}.before-{version:04}-to-0900"
    root.run("bootferry", "backup", copy)
    root.shell(f"touch {database}.before-0899-to-0900; sqlite3 {database} 'PRAGMA user_version = 900'")
    told = refused(root, two)
    assert "has version 900, of a newer Bootferry" in told
    assert status(root) == "installed 0.1.0+one"
    back = re.search(r"sudo (bootferry restore \S+)\)", told).group(1)
    assert copy in back, "the newest copy that this version can open"
    root.shell(back)
    root.run("dpkg", "-i", two)
    Served(lab, root).stop()
    root.run("dpkg", "-i", one)

    root.shell("sed -i 's/^VERSION_ID=.*/VERSION_ID=\"13\"/' /etc/os-release")
    assert "this system is debian 13" in refused(root, two)
    assert status(root) == "installed 0.1.0+one" and root.run("bootferry", "--version").returncode == 0
    root.run("dpkg", "-i", two, env={**os.environ, "BOOTFERRY_ANY_SYSTEM": "1"})
    assert status(root) == "installed 0.1.0+two"


def container_steps():
    """[(INSTRUCTION, rest)] of the Containerfile, and the service of the compose file."""
    lines = [line.split(" ", 1) for line in (SOURCES / "Containerfile").read_text().splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, rest in lines], yaml.safe_load((SOURCES / "compose.yaml").read_text())


def test_the_container_has_what_the_unit_allows():
    steps, compose = container_steps()
    unit, service = unit_settings(), compose["services"]["bootferry"]
    assert service["cap_drop"] == ["ALL"] and [f"CAP_{name}" for name in service["cap_add"]] == unit["CapabilityBoundingSet"].split()
    assert service["network_mode"] == "host" and service["security_opt"] == ["no-new-privileges:true"] and service["read_only"] is True
    assert str(service["ulimits"]["nofile"]) == unit["LimitNOFILE"] and service["stop_grace_period"] == unit["TimeoutStopSec"] + "s"
    places = {place: source for source, place in (volume.split(":")[:2] for volume in service["volumes"])}
    kept = [json.loads(rest) for word, rest in steps if word == "VOLUME"][0]
    assert kept == [STATE, f"{STATE}/images"] == [place for place, source in places.items() if source in compose["volumes"]]
    assert places[SETTINGS] == "./bootferry.toml"
    assert (SOURCES / service["build"]["context"] / service["build"]["dockerfile"]).resolve() == SOURCES / "Containerfile"
    assert unit["ExecStart"].split()[1:] == [json.loads(rest) for word, rest in steps if word == "CMD"][0][1:]
    assert [rest for word, rest in steps if word == "FROM"] == ["docker.io/library/debian:12-slim"]


def test_the_steps_of_the_container_work(lab, packages, root):
    """In a root of our own, and what they lead to runs in a container with the rights of the compose file, and no more."""
    steps, compose = container_steps()
    copied = [rest.split() for word, rest in steps if word == "COPY"]
    assert [source for source, _ in copied] == ["build/deb/bootferry_${TARGETARCH}.deb"]
    root.run("cp", packages["0.1.0+one"], copied[0][1])
    for word, rest in steps:
        if word == "RUN":
            root.shell(rest.replace("apt-get update && ", ""))  # of lists that this machine has
    assert status(root) == "installed 0.1.0+one" and not root.exists("/tmp/bootferry.deb")
    command = [json.loads(rest) for word, rest in steps if word == "CMD"][0]
    volumes = {STATE: lab.short / "state-volume", f"{STATE}/images": lab.short / "images-volume", SETTINGS: SOURCES / "bootferry.toml"}
    for place in (STATE, f"{STATE}/images"):  # an engine's new volume has the rights of the folder that it covers
        assert root.shell(f"stat -c '%U %a' {place}") == "root 700\n"
        volumes[place].mkdir(mode=0o700)
    container = Container(lab, root, compose["services"]["bootferry"], [*command, "--interface", "eth0"], volumes)
    health = [json.loads(rest.removeprefix("CMD ")) for word, rest in steps if word == "HEALTHCHECK"][0]
    wait_until("its health", lambda: container.child.require_alive() or container.run(*health, check=False).returncode == 0, 20)
    assert int(re.search(r"CapBnd:\s*(\w+)", container.run("cat", "/proc/1/status").stdout).group(1), 16) == 1 << 10 | 1 << 13
    assert "Read-only" in container.run("touch", "/etc/stranger", check=False).stderr
    container.run("bootferry", "image", "add", "demo", "/usr/share/bootferry/demo.img")
    container.run("qemu-img", "create", "-q", "-f", "qcow2", "/tmp/foreign.qcow2", "8M")
    container.run("bootferry", "image", "add", "foreign", "/tmp/foreign.qcow2")
    assert (volumes[f"{STATE}/images"] / "foreign.raw").stat().st_size == 8 << 20 and (volumes[STATE] / "bootferry.db").exists()
    assert "<title>Bootferry" in root.curl(lab.network.srv, "/")
    checked = container.run("bootferry", "check", check=False).stdout
    assert not re.search(r"^fail\b.*(raw|right|capabilit)", checked, re.MULTILINE), checked
    container.stop()
