"""Where notices to the back office may go: over TLS, or to this very machine. Read by settings: imports no Django."""

from __future__ import annotations

from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def fault(url: str, secret: str) -> str:
    """Why ``url`` cannot be used, in English; empty when it can."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return "it is no URL"
    if not host or parts.scheme not in ("https", "http"):
        return "https:// and a host are expected"
    if parts.scheme == "http" and host not in LOOPBACK:
        return "http:// is for this machine alone; use https://"
    if parts.username or parts.password or parts.fragment:
        return "it must hold no user, password or fragment"
    return "" if secret else "BACKOFFICE_WEBHOOK_SECRET is not set, and nothing is sent unsigned"
