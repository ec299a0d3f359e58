"""Where media may be fetched from: the provider's own API, and public addresses it sends us on to. Never inside."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings

TWILIO = ("twilio.com",)  # api.twilio.com, and api.<edge>.<region>.twilio.com
Resolve = Callable[[str, int], Sequence[str]]


class Forbidden(Exception):
    """An address that nothing is fetched from; the message says why, without the address."""


@dataclass(frozen=True, slots=True)
class Target:
    """One hop: the address as written, the one to connect to, and whether our credentials belong there."""

    url: SplitResult
    host: str
    port: int
    connect_to: str
    trusted: bool

    @property
    def path(self) -> str:
        return (self.url.path or "/") + (f"?{self.url.query}" if self.url.query else "")


def resolved(host: str, port: int) -> Sequence[str]:
    """The host's addresses. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(one[4][0]) for one in found))


def first(url: str, resolve: Resolve = resolved) -> Target:
    """The address a webhook named: only the provider's API. Raises Forbidden, OSError."""
    target = hop(url, resolve)
    if not target.trusted:
        raise Forbidden("not the provider's")
    return target


def hop(url: str, resolve: Resolve = resolved) -> Target:
    """An address to connect to, resolved once: what was checked is what is connected to. Raises Forbidden, OSError."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise Forbidden("malformed") from error
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.scheme not in ("https", "http") or not host or parts.username or parts.password:
        raise Forbidden("malformed")
    if _below_our_base(url, parts):
        return Target(parts, host, port, str(resolve(host, port)[0]), trusted=True)
    if parts.scheme != "https" or port != 443:
        raise Forbidden("not https")
    addresses = resolve(host, port)
    if not addresses or not all(is_public(address) for address in addresses):
        raise Forbidden("internal")
    return Target(parts, host, port, addresses[0], trusted=_is_twilio(host))


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, also when it hides in an IPv6 one."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or _nat64(ip)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _nat64(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in ipaddress.ip_network("64:ff9b::/96") else None


def _is_twilio(host: str) -> bool:
    return any(host.endswith(f".{name}") for name in TWILIO)


def _below_our_base(url: str, parts: SplitResult) -> bool:
    """Whether it lies under TWILIO_API_BASE, which the operator chose, wherever that is."""
    base = settings.TWILIO_API_BASE.rstrip("/")
    return bool(base) and url.startswith(base + "/") and ".." not in unquote(parts.path) and "\\" not in url
