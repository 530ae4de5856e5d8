# SPDX-License-Identifier: Apache-2.0
"""More of the firmware and network cards that people have, as the LAN's DHCP server and beside those of others."""
import pytest
from lab.peers import start_dnsmasq

MAC = "52:54:00:e2:e0:01"
WAITS = r"Its MAC address:\s+52:54:00:e2:e0:01"


def add_router(lab, name, address, first, last):
    """A plain DHCP server that knows nothing of booting, on a host of its own."""
    host = lab.network.add_host(address)
    config = lab.folder / f"{name}.conf"
    config.write_text(f"port=0\ninterface=eth0\nbind-interfaces\nno-ping\nlog-dhcp\ndhcp-leasefile={lab.folder}/{name}.leases\n"
                      f"dhcp-range={first},{last},255.255.255.0,1h\n")
    return lab.add(start_dnsmasq(lab, name, config, host))


@pytest.mark.product
@pytest.mark.parametrize("nic", ("e1000", "rtl8139", "virtio-net-pci", "pcnet", "ne2k_pci"))
def test_a_bios_with_this_card_reaches_its_script(lab, nic):
    lab.serve("proxy")
    lab.machine("bios-rom", mac=MAC, nic=nic).power_on().wait_serial(WAITS, 60)


@pytest.mark.product
@pytest.mark.parametrize("nic", ("pcnet",))
def test_a_vendor_rom_on_this_card_is_chained(lab, nic):
    lab.serve("proxy")
    lab.machine("bios-plain", mac=MAC, nic=nic).power_on().wait_serial(WAITS, 60)
    assert lab.wire.events("tftp-done")[0]["file"] == "undionly.kpxe"


@pytest.mark.product
@pytest.mark.parametrize("path", ("bios-plain", "uefi-pxe", "uefi-http"))
def test_a_proxy_beside_two_dhcp_servers(lab, path):
    add_router(lab, "second", "10.99.0.3", "10.99.0.200", "10.99.0.220")
    lab.serve("proxy")
    lab.machine(path, mac=MAC).power_on().wait_serial(WAITS, 100)
    given = {offer["yiaddr"] for offer in lab.wire.dhcp("offer", src="10.99.0.1")}
    assert given == {"0.0.0.0"}, f"a proxyDHCP server must never offer an address: {given}"


@pytest.mark.product
def test_uefi_http_boot_beside_a_router(lab):
    lab.serve("proxy")
    lab.machine("uefi-http", mac=MAC).power_on().wait_serial(WAITS, 100)
    assert not lab.wire.events("tftp-rrq")


@pytest.mark.product
@pytest.mark.parametrize(("path", "loader"), (("bios-plain", "undionly.kkpxe"), ("bios-plain", "ipxe.pxe"), ("uefi-pxe", "ipxe.efi")))
def test_a_loader_that_was_chosen_boots(lab, path, loader):
    server = lab.serve("proxy")
    server.cli("client", "set", MAC, "--loader", loader)
    lab.machine(path, mac=MAC).power_on().wait_serial(WAITS, 100)
    assert {event["file"] for event in lab.wire.events("tftp-done")} == {loader}


@pytest.mark.product
def test_a_pc_of_1998_reaches_its_script(lab):
    """The oldest processor that Debian 12's iPXE runs on: it uses FXSAVE unasked (an iPXE since February 2021 asks first). On QEMU's 486
    and pentium, and so on a PC of 1996, it stops at its first lines."""
    lab.serve("proxy")
    lab.machine("bios-plain", mac=MAC, nic="ne2k_pci", cpu="pentium2", memory=32).power_on().wait_serial(WAITS, 60)
    assert lab.wire.events("tftp-done")[0]["file"] == "undionly.kpxe"
