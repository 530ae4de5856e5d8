# SPDX-License-Identifier: Apache-2.0
"""Several things to boot: menus by keyboard and by timeout, next boots, groups, rules, and what unknown machines get."""
import pytest
from lab import images
from lab.processes import wait_until

MAC = "52:54:00:e2:e0:01"
UUID = "4c4c4544-0043-3010-8052-b4c04f564433"
pytestmark = pytest.mark.product


def serve_two(lab, source):
    """Two disks that tell by their boot counters which of them was booted."""
    server = lab.serve()
    return server, {name: server.add_image(name, images.copy(source, lab.folder / f"{name}.img")) for name in ("one", "two")}


def offer_two(server):
    for name in ("one", "two"):
        server.cli("client", "entry", "add", MAC, f"Disk {name}", "--drive", f"{name}:master")


def boots(disks):
    return {name: images.probe_boots(disk)[1] for name, disk in disks.items()}


def test_a_menu_is_chosen_from_by_keyboard(lab, probe):
    server, disks = serve_two(lab, probe)
    offer_two(server)
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    pc.wait_serial(r"Disk two", 40)
    pc.type_keys("2")
    pc.wait_serial(r"BOOTFERRY-PROBE-DONE .*write=OK", 40)
    assert boots(disks) == {"one": 0, "two": 1}


def test_a_menu_boots_its_default_after_a_while(lab, probe):
    server, disks = serve_two(lab, probe)
    offer_two(server)
    server.cli("client", "set", MAC, "--name", "pc1", "--menu-timeout", "2", "--default-entry", "Disk two")
    pc = lab.machine("bios-plain", mac=MAC).power_on()
    pc.wait_serial(r"what shall pc1 boot", 40)
    pc.wait_serial(r"BOOTFERRY-PROBE-DONE .*write=OK", 40)
    assert boots(disks) == {"one": 0, "two": 1}


def test_a_uefi_machine_has_the_same_menu(lab, probe_efi):
    server, _ = serve_two(lab, probe_efi)
    offer_two(server)
    server.cli("client", "set", MAC, "--menu-timeout", "3")
    pc = lab.machine("uefi-pxe", mac=MAC).power_on()
    pc.wait_serial(r"Disk two", 90)
    pc.wait_serial(r"BOOTFERRY-PROBE efi", 60)


def test_a_next_boot_comes_exactly_once(lab, probe):
    server, disks = serve_two(lab, probe)
    server.set_client(MAC, [("one", "master")], access="boot")
    server.cli("client", "next", MAC, "--drive", "two:master")
    assert "525400e2e001.80.1" in server.json("client", "script", MAC)["script"], "a look shows it"
    assert server.status(f"/boot/{MAC}.ipxe", "--head") == 200
    assert server.json("client", "show", MAC)["next_boot"]["kind"] == "disks", "and neither look uses it up"
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    pc.wait_serial(r"BOOTFERRY-PROBE-DONE .*write=OK", 40)
    assert boots(disks) == {"one": 0, "two": 1}
    assert server.json("client", "show", MAC)["next_boot"] is None
    assert server.sessions(), "the machine that runs from it keeps its disk"
    pc.power_off()
    pc.power_on().wait_serial(r"BOOTFERRY-PROBE-DONE .*write=OK", 40)
    assert boots(disks) == {"one": 1, "two": 1}


def test_a_next_boot_by_name_passes_the_menu(lab, probe):
    server, disks = serve_two(lab, probe)
    offer_two(server)
    server.cli("client", "next", MAC, "Disk two")
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    pc.wait_serial(r"BOOTFERRY-PROBE-DONE .*write=OK", 40)
    assert boots(disks) == {"one": 0, "two": 1}
    assert "what shall" not in pc.serial


def test_unknown_machines_get_a_group_and_each_its_own_changes(lab, probe):
    server, _ = serve_two(lab, probe)
    server.cli("group", "set", "lab")
    server.cli("group", "entry", "add", "lab", "Fresh disk", "--drive", "one:fresh")
    server.cli("default", "set", "--group", "lab")
    for index, mac in enumerate((MAC, "52:54:00:e2:e0:02")):
        pc = lab.machine("bios-rom", mac=mac, tap=index).power_on()
        pc.wait_serial(r"BOOTFERRY-PROBE-DONE .*write=OK .*boots=1\b", 40)
        seen = server.json("client", "show", mac)
        assert seen["known"] is False and seen["why"] == "the default for unknown machines"


def test_an_unknown_machine_boots_its_own_disk_by_default(lab, probe):
    server = lab.serve()
    own = images.copy(probe, lab.folder / "own.img")
    server.cli("default", "set", "--local")
    pc = lab.machine("bios-rom", mac=MAC, disks=[own]).power_on()
    pc.wait_serial(r"BOOTFERRY-PROBE-DONE .*write=OK", 60)
    assert images.probe_boots(own)[1] == 1
    assert not lab.wire.events("iscsi-login")


def test_an_unknown_machine_is_ignored_when_so_told(lab):
    server = lab.serve("proxy")
    server.cli("default", "set", "--ignore")
    pc = lab.machine("bios-plain", mac=MAC).power_on()
    wait_until("its DISCOVER in the boot log",
               lambda: [event for event in server.boot_log(MAC) if event["kind"] == "dhcp-ignored"], 40)
    pc.wait_serial(r"(?i)no bootable device|nothing to boot|no boot filename", 60)
    assert not lab.wire.events("tftp-rrq") and not lab.wire.events("http")


def test_an_unknown_machine_has_a_menu_and_is_adopted_while_it_waits(lab, probe):
    server, disks = serve_two(lab, probe)
    server.cli("default", "set", "--menu")
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    pc.wait_serial(r"Wait to be assigned", 40)
    pc.type_keys("1")
    pc.wait_serial(rf"waits to be assigned[^/]*MAC address: +{MAC}", 20)
    server.cli("client", "set", MAC, "--name", "adopted", "--drive", "one:master")
    pc.wait_serial(r"BOOTFERRY-PROBE-DONE .*write=OK", 40)
    assert boots(disks)["one"] == 1


def test_a_rule_knows_a_machine_by_what_it_says_of_itself(lab, probe):
    server, disks = serve_two(lab, probe)
    other = "52:54:00:e2:e0:02"
    server.cli("client", "set", other, "--name", "docked", "--drive", "two:master")
    server.cli("rule", "add", "--serial", "NOPE*", "--poweroff")
    server.cli("rule", "add", "--uuid", UUID.upper(), "--serial", "5cg*", "--architecture", "bios", "--client", other)
    pc = lab.machine("bios-rom", mac=MAC, smbios=f"uuid={UUID},serial=5CG12/x").power_on()
    pc.wait_serial(r"BOOTFERRY-PROBE-DONE .*write=OK", 40)
    assert boots(disks) == {"one": 0, "two": 1}, "it boots the disk of the client whose place it has"
    seen = server.json("client", "show", MAC)
    assert (seen["uuid"], seen["serial"], seen["why"]) == (UUID, "5CG12/x", "rule 2")
    assert lab.wire.events("iscsi-login")[0]["initiator"].endswith("525400e2e002")


def test_a_broken_template_says_on_the_screen_which_and_why(lab, probe):
    server, disks = serve_two(lab, probe)
    server.set_client(MAC, [("one", "master")], access="boot")
    bad = lab.folder / "san.ipxe"
    bad.write_text("#!ipxe\n{{#drives}}\nsanboot {{uri}}\n")
    assert server.cli("template", "check", str(bad), check=False).returncode == 1
    refused = server.cli("template", "set", "san", str(bad), check=False)
    assert refused.returncode == 1 and "drives" in refused.stderr + refused.stdout
    folder = server.state_dir / "ipxe-scripts"
    folder.mkdir(exist_ok=True)
    (folder / "san.ipxe").write_text(bad.read_text())
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    pc.wait_serial(r"template san\.ipxe is not valid", 40)
    assert [one for one in server.json("template", "list")["templates"] if one["problem"]][0]["name"] == "san"
    server.cli("template", "remove", "san")
    pc.wait_serial(r"BOOTFERRY-PROBE-DONE .*write=OK", 40)
    assert boots(disks)["one"] == 1


def test_a_template_of_ones_own_has_variables(lab):
    server = lab.serve()
    mine = lab.folder / "wait.ipxe"
    mine.write_text("#!ipxe\necho SEAT-{{seat}}-OF-{{name}}\nsleep 60\n")
    server.cli("template", "set", "wait", str(mine))
    server.cli("client", "set", MAC, "--name", "pc1", "--wait", "--variable", "seat=7")
    lab.machine("bios-rom", mac=MAC).power_on().wait_serial(r"SEAT-7-OF-pc1", 40)
