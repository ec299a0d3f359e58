"""Every route under /admin/, with an address to ask it at."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import NoReverseMatch, URLPattern, URLResolver, reverse

NOTHING = 7_000_007  # a key that no row reaches, whatever other tests have counted up to
SAMPLES: Mapping[str, Any] = {
    "uuid": uuid.UUID(int=7),
    "int": NOTHING,
    "slug": "unlock",
    "str": str(NOTHING),
    "path": str(NOTHING),
}


def admin_routes(resolver: URLResolver) -> dict[str, str]:
    """View name → address, its arguments filled with samples that belong to nothing."""
    return {name: address for name, address in _walk(resolver, "", {}) if address.startswith("/admin/")}


def _walk(resolver: URLResolver, namespace: str, kinds: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        known = {**kinds, **{name: _kind(each) for name, each in getattr(entry.pattern, "converters", {}).items()}}
        if isinstance(entry, URLResolver):
            yield from _walk(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace, known)
        elif isinstance(entry, URLPattern) and entry.name:
            name = f"{namespace}{entry.name}"
            yield name, _address(name, entry, known)


def _address(name: str, entry: URLPattern, kinds: Mapping[str, str]) -> str:
    if entry.pattern.regex.groups and not kinds:  # a regular expression of Django's own
        regex_names = list(entry.pattern.regex.groupindex)
        return _safe(name, {each: "auth" if each == "app_label" else str(NOTHING) for each in regex_names})
    return _safe(name, {each: SAMPLES[kind] for each, kind in kinds.items()})


def _safe(name: str, arguments: Mapping[str, Any]) -> str:
    try:
        return reverse(name, kwargs=dict(arguments))
    except NoReverseMatch:
        return ""


def _kind(converter: object) -> str:
    return type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
