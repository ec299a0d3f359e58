"""The true address of a client: proxies may say who stands behind them, but only those we trust are believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def client_address(peer: str, forwarded_for: str, trusted: Sequence[str]) -> str:
    """The rightmost hop that is not a trusted proxy, in canonical form.

    ``peer`` is the address of the TCP connection, ``forwarded_for`` the whole X-Forwarded-For header (several headers
    joined by commas), ``trusted`` addresses or networks ("10.0.0.0/8"). A client can write what it likes to the left
    of the first untrusted hop, so reading stops there; it also stops, at the last address known, at a hop that is no
    address. A unix socket has no peer: with ``trusted`` set, what is behind it is believed.
    """
    networks = _networks(tuple(trusted))
    address = _canonical(peer) or peer
    if not networks or not (address == "" or _is_trusted(address, networks)):
        return address
    for hop in reversed(forwarded_for.split(",")):
        if not (known := _canonical(hop)):
            return address
        address = known
        if not _is_trusted(address, networks):
            return address
    return address


def request_address(request: HttpRequest) -> str:
    """The client's address of a Django request."""
    forwarded_for = request.headers.get("X-Forwarded-For", "")
    return client_address(request.META.get("REMOTE_ADDR") or "", forwarded_for, settings.TRUSTED_PROXIES)


@lru_cache(maxsize=8)
def _networks(trusted: tuple[str, ...]) -> tuple[Network, ...]:
    """Raises ValueError naming an entry of TRUSTED_PROXIES that is neither an address nor a network."""
    return tuple(ipaddress.ip_network(each.strip(), strict=False) for each in trusted if each.strip())


def _is_trusted(address: str, networks: Iterable[Network]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


def _canonical(hop: str) -> str:
    """An address without port, brackets, zone or IPv4-in-IPv6 disguise; empty when it is none."""
    text = hop.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
