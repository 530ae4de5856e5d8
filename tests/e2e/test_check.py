# SPDX-License-Identifier: Apache-2.0
"""`bootferry check` finds nothing on a good server, and each fault that is made; and magic packets leave."""
import json
import shutil

import pytest
from lab.bootferry import Bootferry
from lab.processes import Child, run, wait_until

pytestmark = pytest.mark.product
MAC = "52:54:00:e2:e0:01"


def check(server):
    answer = server.cli("check", "--json", check=False)
    lines = {line["id"]: line for line in json.loads(answer.stdout)["lines"]}
    return answer.returncode, lines


def faults(lines):
    return sorted(name for name, line in lines.items() if line["verdict"] == "fail")


@pytest.mark.parametrize("mode", ("server", "proxy"))
def test_a_good_server_has_no_fault(lab, mode):
    server = lab.serve(mode)
    status, lines = check(server)
    assert status == 0 and faults(lines) == [], lines
    assert {"interface", "firewall", "loaders", "dhcp-bios", "dhcp-uefi", "dhcp-http-boot", "dhcp-ipxe", "tftp", "http-loader", "script",
            "iscsi", "space"} <= set(lines)
    assert "undionly.kpxe whole" in lines["tftp"]["text"]
    assert lines["firewall"]["verdict"] == "ok", lines["firewall"]
    assert not server.clients(), "the check itself is no machine"


def test_an_image_whose_file_is_gone_is_named_until_it_is_back(lab):
    server = lab.serve("server")
    server.cli("image", "create", "dos", "--size", "4M")
    path = server.image_path("dos")
    status, lines = check(server)
    assert status == 0 and lines["images"]["text"] == "The image has its files.", lines
    shutil.move(path, lab.folder / "elsewhere")
    status, lines = check(server)
    assert status == 1 and faults(lines) == ["images"], lines
    assert f"dos ({path})" in lines["images"]["text"]
    assert "FILE GONE" in server.cli("image", "list").stdout
    assert f"{path} is gone; put it back there" in server.cli("image", "show", "dos").stdout
    shutil.move(lab.folder / "elsewhere", path)
    status, lines = check(server)
    assert status == 0 and faults(lines) == [], lines


def test_a_firewall_that_drops_tftp_is_named_and_its_mend_works(lab):
    server = lab.serve("server")
    run(["nft", "add table inet filter; add chain inet filter input { type filter hook input priority 0; policy accept; }; "
         "add rule inet filter input udp dport 69 drop"], namespace=server.namespace)
    status, lines = check(server)
    assert status == 1 and faults(lines) == ["firewall"], lines
    assert "TFTP (udp 69)" in lines["firewall"]["text"]
    host = lab.network.add_host("10.99.0.50")
    fetch = ["tftp", "-m", "binary", "10.99.0.1", "-c", "get", "undionly.kpxe", str(lab.folder / "got")]
    run(["timeout", "2", *fetch], namespace=host, check=False)
    assert not (lab.folder / "got").exists() or (lab.folder / "got").stat().st_size == 0, "it was really blocked"
    run(["sh", "-c", lines["firewall"]["mend"].replace("sudo ", "")], namespace=server.namespace)
    status, lines = check(server)
    assert status == 0 and faults(lines) == [], lines
    run(fetch, namespace=host)
    assert (lab.folder / "got").stat().st_size == 74213


def test_a_firewall_that_drops_by_policy_names_all_services(lab):
    server = lab.serve("proxy")
    run(["nft", "add table inet filter; add chain inet filter input { type filter hook input priority 0; policy drop; }; "
         "add rule inet filter input iifname lo accept; add rule inet filter input ct state established,related accept; "
         "add rule inet filter input tcp dport 8080 accept"], namespace=server.namespace)
    status, lines = check(server)
    assert status == 1
    for name in ("DHCP (udp 67)", "PXE (udp 4011)", "TFTP (udp 69)", "iSCSI (tcp 3260)"):
        assert name in lines["firewall"]["text"], lines["firewall"]
    assert "HTTP" not in lines["firewall"]["text"]


def test_missing_loaders_are_named(lab):
    empty = lab.folder / "empty"
    empty.mkdir()
    server = lab.serve("proxy", flags=["--loader-dir", empty])
    status, lines = check(server)
    assert status == 1 and {"loaders", "dhcp-bios", "dhcp-uefi", "tftp", "http-loader"} <= set(faults(lines)), lines
    assert lines["loaders"]["mend"] == "sudo apt-get install ipxe"
    shutil.copy("/usr/lib/ipxe/undionly.kpxe", server.state_dir / "loaders")
    shutil.copy("/usr/lib/ipxe/snponly.efi", server.state_dir / "loaders")
    wait_until("the loaders to be seen", lambda: check(server)[0] == 0, 15)


def test_a_lost_cable_and_a_lost_address_are_named(lab):
    server = lab.serve("proxy")
    run(["ip", "-n", lab.network.net, "link", "set", "v-srv", "down"])
    status, lines = check(server)
    assert status == 1 and "no link" in lines["interface"]["text"], lines["interface"]
    run(["ip", "-n", lab.network.net, "link", "set", "v-srv", "up"])
    run(["ip", "-n", lab.network.srv, "address", "delete", "10.99.0.1/24", "dev", "eth0"])
    status, lines = check(server)
    assert status == 1 and "has no address" in lines["interface"]["text"], lines["interface"]


class Wrapped(Bootferry):
    """Started by another program, which takes something away first."""

    def __init__(self, lab, *wrapper):
        super().__init__(lab, "proxy")
        self.wrapper = wrapper

    def serve_command(self) -> list:
        return [*self.wrapper, *super().serve_command()]

    def own_lines(self) -> dict:
        """As the page has them: `bootferry check`, run by root, reads the firewall with rights of its own."""
        status, found = self.api("POST", "/check", {})
        assert status == 200, found
        return {line["id"]: line for line in found["lines"]}


def test_missing_rights_are_named_with_their_mend(lab):
    lost = "-net_raw,-net_admin"
    server = Wrapped(lab, "setpriv", "--inh-caps", lost, "--bounding-set", lost).start()
    status, lines = check(server)
    assert status == 1 and faults(lines) == ["raw-sockets"], lines
    assert "CAP_NET_RAW" in lines["raw-sockets"]["text"] and "net_raw" in lines["raw-sockets"]["mend"].lower(), lines["raw-sockets"]
    own = server.own_lines()["firewall"]
    assert own["verdict"] == "warn" and "CAP_NET_ADMIN" in own["text"] and own["mend"] == "sudo bootferry check", own
    assert lines["firewall"]["verdict"] == "ok", "root's own command line has the right"
    assert server.stop() == 0


def test_a_containers_bridge_network_is_named(lab):
    hosts = lab.folder / "hosts"
    hosts.write_text("127.0.0.1 localhost\n10.99.0.1 4f1c0ffee000\n")
    inside = 'mount -t tmpfs none /run && touch /run/.containerenv && mount --bind "$0" /etc/hosts && exec "$@"'
    server = Wrapped(lab, "unshare", "-m", "sh", "-c", inside, hosts).start()
    status, lines = check(server)
    assert status == 1 and "interface" in faults(lines), lines
    assert "(bridge) network" in lines["interface"]["text"] and "--network host" in lines["interface"]["mend"], lines["interface"]
    assert server.stop() == 0


def test_who_has_the_port_of_https_is_named(lab):
    hold = "import socket, time; held = socket.create_server(('0.0.0.0', 8443)); time.sleep(600)"
    holder = lab.add(Child("holder", ["/usr/bin/python3", "-c", hold], lab.folder / "holder.log", lab.network.srv))
    wait_until("the port to be taken", lambda: ":8443" in run(["ss", "-ltn"], namespace=lab.network.srv).stdout)
    server = lab.serve("proxy")
    status, lines = check(server)
    assert lines["ports"]["verdict"] == "warn", lines["ports"]
    assert f"TCP port 8443 is taken by python3 (pid {holder.process.pid})" in lines["ports"]["text"], lines["ports"]


def test_a_magic_packet_leaves_in_every_form(lab):
    server = lab.serve("server")
    server.set_client(MAC)
    assert "magic packet" in server.cli("client", "wake", MAC).stdout
    wait_until("the magic packets", lambda: len(lab.wire.events("wake", mac=MAC)) >= 3)
    ways = {(event["way"], event["to"]) for event in lab.wire.events("wake", mac=MAC)}
    assert ways == {("udp", "255.255.255.255"), ("udp", "10.99.0.255"), ("ethernet", MAC)}
    assert any(event["kind"] == "wake-sent" for event in server.boot_log(MAC))


def test_a_magic_packet_for_another_network_goes_by_its_router(lab):
    server = lab.serve("server")
    run(["ip", "-n", server.namespace, "route", "add", "10.2.0.0/24", "via", "10.99.0.2"])
    code, answer = server.api("POST", f"/clients/{MAC}/wake", {"broadcast": "10.2.0.255"})
    assert code == 200 and "10.2.0.255" in answer["sent"]
    lab.wire.wait("wake", to="10.2.0.255", mac=MAC)
    assert server.api("POST", f"/clients/{MAC}/wake", {"broadcast": "nonsense"})[0] == 400
    assert server.api("POST", f"/clients/{MAC}/wake", {}, token=None)[0] == 401
    assert server.api("POST", "/clients/01:00:5e:00:00:01/wake", {})[0] == 400


def test_a_machine_is_woken_into_a_boot_of_its_own(lab):
    server = lab.serve("server")
    entries = [{"name": "disk", "boot": {"kind": "local"}}, {"name": "shell", "boot": {"kind": "shell"}}]
    assert server.api("PUT", f"/clients/{MAC}", {"entries": entries})[0] == 200
    server.cli("client", "wake", MAC, "--next-boot", "shell")
    lab.wire.wait("wake", mac=MAC)
    assert server.json("client", "show", MAC)["next_boot"] == "shell"
    refused = server.cli("client", "wake", MAC, "--next-boot", "nothing", check=False)
    assert refused.returncode == 1 and "nothing" in refused.stderr
