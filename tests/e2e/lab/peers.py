# SPDX-License-Identifier: Apache-2.0
"""The servers of others: dnsmasq as the router's DHCP, and dnsmasq + nginx + tgt doing Bootferry's job.

`PeerStack` has the methods of `Bootferry` that the boot scenarios use, so that the lab itself can be proven without
Bootferry, and both can be timed in one run. `tuned` is all that one can do to the stack by configuration.
"""
import itertools
import os
import shutil
from pathlib import Path

from .network import ROUTER, SERVER
from .processes import Child, LabError, run, wait_until

IPXE = Path("/usr/lib/ipxe")
_tgt_numbers = itertools.count(os.getpid() % 20000 + 100)


class RouterDhcp:
    """dnsmasq that hands out addresses and knows nothing of booting: what every home router does."""

    def __init__(self, lab):
        self.lab = lab

    def start(self):
        config = self.lab.folder / "router.conf"
        config.write_text(f"port=0\ninterface=eth0\nbind-interfaces\nno-ping\nlog-dhcp\ndhcp-leasefile={self.lab.folder}/router.leases\n"
                          "dhcp-range=10.99.0.100,10.99.0.199,255.255.255.0,1h\n"
                          "dhcp-range=10.98.0.100,10.98.0.199,255.255.255.0,1h\n"  # of PCs behind a relay
                          f"dhcp-option=option:router,{ROUTER}\n")
        self.child = self.lab.add(start_dnsmasq(self.lab, "router", config, self.lab.network.dhcp))
        return self


def start_dnsmasq(lab, name: str, config: Path, namespace: str) -> Child:
    log = lab.folder / f"{name}.log"
    child = Child(name, ["dnsmasq", "-k", "-C", config, "--user=root", "--pid-file", "--log-facility=-"], log, namespace)
    wait_until(f"{name} (dnsmasq) ready", lambda: "started" in child.tail() or child.require_alive())
    return child


class PeerStack:
    name = "peers"

    def __init__(self, lab, mode="server", tuned=True):
        self.lab, self.mode, self.tuned = lab, mode, tuned
        self.web = lab.folder / "peer-web"
        self.images: dict[str, Path] = {}
        self.script = "#!ipxe\nprompt Nothing is assigned\n"
        self.targets = 0

    def start(self):
        self.web.mkdir()
        for loader in ("undionly.kpxe", "snponly.efi"):
            shutil.copy(IPXE / loader, self.web)
        (self.web / "boot.ipxe").write_text(self.script)
        namespace = self.lab.network.srv
        config = self.lab.folder / "peer-dnsmasq.conf"
        config.write_text(self._server_config() if self.mode == "server" else self._proxy_config())
        if self.tuned:
            run(["ip", "-n", namespace, "address", "add", "fd99::1/64", "dev", "eth0", "nodad"])
        self.lab.add(start_dnsmasq(self.lab, "peer-dnsmasq", config, namespace))
        self._start_nginx(namespace)
        self._start_tgt(namespace)
        return self

    def _common(self):
        return f"""port=0
interface=eth0
bind-interfaces
log-dhcp
dhcp-leasefile={self.lab.folder}/peer.leases
enable-tftp
tftp-root={self.web}
dhcp-userclass=set:ipxe,iPXE
dhcp-match=set:ipxe,175
dhcp-boot=tag:ipxe,http://{SERVER}/boot.ipxe,,{SERVER}
""" + ("enable-ra\ndhcp-range=fd99::,ra-only,64\n" if self.tuned else "")

    def _server_config(self):
        text = self._common() + f"""dhcp-range=10.99.0.100,10.99.0.199,255.255.255.0,1h
dhcp-option=option:router
dhcp-match=set:bios,option:client-arch,0
dhcp-match=set:efi64,option:client-arch,7
dhcp-match=set:efi64,option:client-arch,9
dhcp-match=set:uefihttp,option:client-arch,16
dhcp-boot=tag:!ipxe,tag:bios,undionly.kpxe,,{SERVER}
dhcp-boot=tag:!ipxe,tag:efi64,snponly.efi,,{SERVER}
dhcp-boot=tag:!ipxe,tag:uefihttp,http://{SERVER}/snponly.efi,,{SERVER}
dhcp-option-force=tag:uefihttp,60,HTTPClient
"""
        return text + ("no-ping\ndhcp-option=encap:175,176,1b\n" if self.tuned else "")

    def _proxy_config(self):
        return self._common() + """dhcp-range=10.99.0.0,proxy
pxe-service=tag:!ipxe,X86PC,"netboot",undionly.kpxe
pxe-service=tag:!ipxe,X86-64_EFI,"netboot",snponly.efi
pxe-service=tag:!ipxe,BC_EFI,"netboot",snponly.efi
"""

    def _start_nginx(self, namespace):
        folder = self.lab.folder / "nginx"
        folder.mkdir()
        paths = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        config = self.lab.folder / "nginx.conf"
        config.write_text(f"user root;\ndaemon off;\nmaster_process off;\npid {folder}/pid;\nevents {{}}\nhttp {{\n{paths}access_log {folder}/access.log;\n"
                          f"sendfile on;\nserver {{ listen {SERVER}:80; root {self.web}; }}\n}}\n")
        child = self.lab.add(Child("nginx", ["nginx", "-e", folder / "error.log", "-c", config], self.lab.folder / "nginx.log", namespace))
        wait_until("nginx listening", lambda: self._listens(namespace, 80) or child.require_alive())

    @staticmethod
    def _listens(namespace, port) -> bool:
        return f":{port} " in run(["ss", "-Hltn"], namespace=namespace).stdout

    def _start_tgt(self, namespace):
        # tgtd's control sockets are shared by all network namespaces: a number of our own, and only while our child lives.
        self.tgt_number = next(number for number in _tgt_numbers if not os.path.exists(f"/var/run/tgtd/socket.{number}"))
        os.makedirs("/var/run/tgtd", exist_ok=True)
        self.tgtd = self.lab.add(Child("tgtd", ["tgtd", "-f", "-C", self.tgt_number, "--iscsi", f"portal={SERVER}:3260"],
                                       self.lab.folder / "tgtd.log", namespace))
        wait_until("tgtd listening", lambda: self._listens(namespace, 3260) or self.tgtd.require_alive())

    def _tgtadm(self, *arguments):
        self.tgtd.require_alive()
        run(["tgtadm", "-C", self.tgt_number, "--lld", "iscsi", *arguments], namespace=self.lab.network.srv)

    def add_image(self, name: str, source: Path) -> Path:
        self.images[name] = source
        return source

    def set_client(self, mac: str, drives=(), name=None, access=None):
        names = []
        for image, _mode in drives:
            self.targets += 1
            number = self.targets
            names.append(f"iqn.2026-11.test.peer:{number}")
            self._tgtadm("--mode", "target", "--op", "new", "--tid", number, "-T", names[-1])
            self._tgtadm("--mode", "logicalunit", "--op", "new", "--tid", number, "--lun", 1, "-b", self.images[image])
            self._tgtadm("--mode", "target", "--op", "bind", "--tid", number, "-I", "ALL")
        # LUN 1: tgt's LUN 0 is a controller. Drives in ascending order: iPXE fails otherwise.
        uris = [f"iscsi:{SERVER}:::1:{name}" for name in names]
        lines = ["#!ipxe", "set initiator-iqn iqn.2026-11.test.peer:client-${net0/mac:hexhyp}"]
        if len(uris) == 1:
            lines.append(f"sanboot {uris[0]}")
        else:
            lines += [f"sanhook --drive {0x80 + index:#x} {uri}" for index, uri in enumerate(uris)] + ["sanboot --drive 0x80"]
        (self.web / "boot.ipxe").write_text("\n".join(lines) + "\n")

    def image_path(self, name: str) -> Path:
        return self.images[name]

    def stop(self):
        if self.tgtd.alive():
            self.tgtd.kill()  # tgtd ignores SIGTERM while it has targets
        Path(f"/var/run/tgtd/socket.{self.tgt_number}").unlink(missing_ok=True)
        Path(f"/var/run/tgtd/socket.{self.tgt_number}.lock").unlink(missing_ok=True)


def require_tools(*names: str):
    missing = [name for name in names if not shutil.which(name)]
    if missing:
        raise LabError(f"missing programs: {', '.join(missing)} (tests/e2e/README.md lists the packages)")
