# SPDX-License-Identifier: Apache-2.0
"""The boot lab: network namespaces, virtual PCs, a sniffer, and the servers that boot them. Standard library only."""
