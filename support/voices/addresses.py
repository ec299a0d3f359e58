"""Where a remote voice may stand: over TLS, or in the clear on this machine or its private network."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

LOOPBACK = "localhost"


def fault(url: str) -> str:
    """Why ``url`` cannot be a voice's, in French; empty when it can. A name without a dot is a container's."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return "Ce n'est pas une adresse."
    if not host or parts.scheme not in ("https", "http") or any(mark.isspace() for mark in url):
        return "https:// et un nom d'hôte sont attendus."
    if parts.username or parts.password or parts.query or parts.fragment:
        return "Ni identifiant, ni paramètre, ni fragment."
    if parts.scheme == "http" and not _near(host):
        return "http:// est réservé à ce réseau privé ; écrivez https://."
    return ""


def _near(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == LOOPBACK or "." not in host
    return address.is_private and not address.is_link_local  # 169.254 is where clouds tell machines their secrets
