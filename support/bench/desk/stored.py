"""Run within a stack's own environment: prints when each marked message was stored, as {word: seconds since 1970}."""

from __future__ import annotations

import json
import sys

import django


def main() -> dict[str, float]:
    """Of all customers' messages."""
    from support.bench.desk.outside import MARKER
    from support.models import Author, Message

    rows = Message.objects.filter(author=Author.CUSTOMER, stored_at__isnull=False).order_by("-stored_at")
    found: dict[str, float] = {}
    for text, stored_at in rows.values_list("text", "stored_at").iterator():
        for word in MARKER.findall(text):
            found[word] = stored_at.timestamp()
    return found


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(json.dumps(main()))
