# SPDX-License-Identifier: Apache-2.0
"""A firewall on the boot server or between it and the machines, by nftables: what people have without knowing it."""
from .processes import run


def drop(namespace: str, match: str, hook="input"):
    """Drops what fits `match` (nftables' words, such as "udp dport 69") in that namespace, from now on."""
    name = f"drill_{hook}"
    run(["nft", "add", "table", "inet", name], namespace=namespace)
    run(["nft", "add", "chain", "inet", name, "drops", f"{{ type filter hook {hook} priority 0 ; policy accept ; }}"], namespace=namespace)
    run(["nft", "add", "rule", "inet", name, "drops", *match.split(), "drop"], namespace=namespace)


def drop_on_the_way(lab, match: str):
    """The same on the switch: neither end sees the packet, as with a firewall between two networks."""
    run(["nft", "add", "table", "bridge", "drill"], namespace=lab.network.net)
    run(["nft", "add", "chain", "bridge", "drill", "drops", "{ type filter hook forward priority 0 ; policy accept ; }"], namespace=lab.network.net)
    run(["nft", "add", "rule", "bridge", "drill", "drops", *match.split(), "drop"], namespace=lab.network.net)


def open_all(namespace: str, hook="input"):
    run(["nft", "delete", "table", "inet", f"drill_{hook}"], namespace=namespace)
