"""Where a request comes from, as far as it tells people apart."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

LINE = 64
"""Bits of an IPv6 address that name one line; its owner chooses the rest at will."""


def network_of(address: str | None) -> str:
    """The address as one line: IPv6 by its first 64 bits, IPv4 written as IPv6 as itself."""
    try:
        parsed = ip_address((address or "").partition("%")[0])
    except ValueError:
        return address or "-"
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, LINE), strict=False))
