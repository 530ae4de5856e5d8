# SPDX-License-Identifier: Apache-2.0
"""Loaders come and go without a restart; a signed set is sent whole and boots under Secure Boot."""
import shutil
from pathlib import Path

import pytest
from lab.dhcp_raw import DhcpClient
from lab.processes import run, wait_until

pytestmark = pytest.mark.product
MAC = "52:54:00:e2:e0:01"
IMAGES = Path(__file__).resolve().parent / "images"
KEY, CERTIFICATE = Path("/usr/share/ovmf/PkKek-1-snakeoil.key"), Path("/usr/share/ovmf/PkKek-1-snakeoil.pem")
ARM64 = {60: b"PXEClient:Arch:00011:UNDI:003000", 93: b"\0\x0b", 94: b"\x01\x03\x10", 97: bytes(17)}


def test_every_loader_is_told_with_its_version(lab):
    answer = lab.serve("server").json("loader", "list")
    loaders = {one["name"]: one for one in answer["loaders"]}
    version = run(["dpkg-query", "-W", "-f", "${Version}", "ipxe"]).stdout
    for name in ("undionly.kpxe", "snponly.efi", "ipxe.efi", "ipxe.lkrn", "ipxe.pxe"):
        assert loaders[name]["version"] == version and loaders[name]["source"] == "package", loaders[name]
    assert loaders["snponly.efi"]["architecture"] == "efi-x64" and loaders["ipxe.pxe"]["architecture"] == "bios"
    sent = {(row["architecture"], row["firmware"]): row["loader"] for row in answer["sent"]}
    assert sent["bios", "pxe"] == "undionly.kpxe" and sent["bios", "ipxe-rom"] == "ipxe.pxe" and sent["efi-arm64", "pxe"] is None


def test_an_arm64_machine_is_told_why_not_and_then_served_without_a_restart(lab):
    server = lab.serve("server")
    client = DhcpClient(lab.network.add_host())

    def offered_file():
        answer = client.receive(client.send(1, MAC, ARM64), 0.5)
        return (answer["file"] or answer["bootfile"]) if answer else ""

    assert offered_file() == ""
    wait_until("the reason in its boot log", lambda: [event for event in server.boot_log(MAC) if "snponly-arm64.efi" in event["text"]])
    shutil.copy("/usr/lib/ipxe/snponly.efi", server.state_dir / "loaders" / "snponly-arm64.efi")
    wait_until("the new loader in the answer", lambda: offered_file() == "snponly-arm64.efi", 15)
    (server.state_dir / "loaders" / "snponly-arm64.efi").unlink()
    wait_until("no loader in the answer", lambda: offered_file() == "", 15)


@pytest.mark.parametrize("path", ("uefi-pxe", "uefi-http"))
@pytest.mark.parametrize(("word", "isa"), (("ia32", "i386"), ("arm64", "aarch64")))
def test_a_machine_that_debian_has_no_loader_for_runs_the_users(lab, word, isa, path):
    server = lab.serve("server")
    loader = f"snponly-{word}.efi"
    run([IMAGES / "make-efi-word", word, server.state_dir / "loaders" / loader])

    def told():
        answer = server.json("loader", "list")
        sent = {(row["architecture"], row["firmware"]): row["loader"] for row in answer["sent"]}
        known = {one["name"]: one["architecture"] for one in answer["loaders"]}
        return known.get(loader) == sent_for and sent[sent_for, "pxe"] == loader

    sent_for = f"efi-{word}"
    wait_until("the user's loader", told, 15)
    lab.machine(path, mac=MAC, isa=isa).power_on().wait_serial(f"BOOTFERRY-EFI {word} runs", 90)
    assert server.json("client", "show", MAC)["architecture"] == sent_for


def sign(source: Path, target: Path):
    """With the key that the lab's firmware trusts. Its password is public: it is Debian's, for tests."""
    target.parent.mkdir(parents=True, exist_ok=True)
    key = target.parent.parent / "snakeoil.key"
    if not key.exists():
        run(["openssl", "rsa", "-in", KEY, "-passin", "pass:snakeoil", "-out", key])
    run(["sbsign", "--key", key, "--cert", CERTIFICATE, "--output", target, source])


def with_sbat(source: Path, target: Path):
    """Shims start only what names its generation (.sbat); Debian's iPXE of 2019 is older than that."""
    table = target.with_suffix(".csv")
    table.write_text("sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\nipxe,1,iPXE,ipxe,1,https://ipxe.org\n")
    run(["objcopy", "--add-section", f".sbat={table}", "--set-section-flags", ".sbat=contents,alloc,load,readonly,data",
         "--change-section-address", ".sbat=0x4000000", source, target])


def put_signed_set(lab, server):
    folder = server.state_dir / "loaders" / "secureboot"
    sign(Path("/usr/lib/shim/shimx64.efi"), lab.folder / "signed" / "shimx64.efi")
    with_sbat(Path("/usr/lib/ipxe/ipxe.efi"), lab.folder / "ipxe-sbat.efi")
    sign(lab.folder / "ipxe-sbat.efi", lab.folder / "signed" / "ipxe.efi")
    shutil.copytree(lab.folder / "signed", folder)
    wait_until("the set in the list", lambda: any(row["loader"] == "secureboot/shimx64.efi" for row in server.json("loader", "list")["sent"]), 15)


def test_secure_boot_refuses_what_is_not_signed(lab):
    lab.serve("server")
    pc = lab.machine("uefi-pxe", mac=MAC, secure_boot=True).power_on()
    pc.wait_serial(r"(?i)Access Denied|Security Violation", 90)


@pytest.mark.parametrize("path", ("uefi-pxe", "uefi-http"))
def test_a_signed_set_boots_under_secure_boot(lab, path):
    server = lab.serve("server")
    put_signed_set(lab, server)
    pc = lab.machine(path, mac=MAC, secure_boot=True).power_on()
    pc.wait_serial(r"Its MAC address:\s+52:54:00:e2:e0:01", 120)
    if path == "uefi-pxe":
        files = [event["file"] for event in lab.wire.events("tftp-rrq")]
        assert files[0] == "secureboot/shimx64.efi" and "secureboot/grubx64.efi" in files, files
        failed = [event["text"] for event in server.boot_log(MAC) if event["kind"] == "tftp-failed"]
        assert not failed, f"what a shim does without is no failure: {failed}"


def test_the_script_of_a_signed_set_is_served_beside_it(lab):
    server = lab.serve("server")
    put_signed_set(lab, server)
    host = lab.network.add_host("10.99.0.50")
    script = run(["curl", "-sS", "http://10.99.0.1:8080/loaders/secureboot/autoexec.ipxe"], namespace=host).stdout
    assert script.startswith("#!ipxe") and "http://10.99.0.1:8080/boot/${netX/mac}.ipxe" in script
    run(["tftp", "-m", "binary", "10.99.0.1", "-c", "get", "secureboot/autoexec.ipxe", str(lab.folder / "got")], namespace=host)
    assert (lab.folder / "got").read_text() == script
