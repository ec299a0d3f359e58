"""Asks pages of the web process's own application, and tells which libraries of models anything wanted meanwhile.

A program of its own (``python -m tests.support.asking_pages``): what another test has loaded is in memory already. It
reads on standard input ``{"cookies": {…}, "pages": [[method, path, body, headers], …]}``, and writes
``{"statuses": […], "wanted": […], "by_a_worker": […]}``: what the pages wanted, and as a proof that wanting is seen,
what a worker's mind wants.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

HEAVY = ("torch", "transformers", "peft", "sklearn", "openai")
wanted: set[str] = set()


class Watcher:
    """Notes who asks for a library of models; to whoever asks, it is not installed."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if (library := name.partition(".")[0]) in HEAVY:
            wanted.add(library)
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


async def asked(pages: Sequence[Sequence[Any]], cookies: Mapping[str, str]) -> list[int]:
    """The status of each page."""
    from support.asgi import application

    transport = httpx.ASGITransport(app=application)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", cookies=dict(cookies)) as browser:
        browser.headers["X-CSRFToken"] = cookies["csrftoken"]
        return [
            (await browser.request(method, path, headers=headers, **body)).status_code
            for method, path, body, headers in pages
        ]


def main() -> None:
    """See the module."""
    sys.meta_path.insert(0, Watcher())  # type: ignore[arg-type]
    given = json.load(sys.stdin)
    statuses = asyncio.run(asked(given["pages"], given["cookies"]))
    by_pages = sorted(wanted)
    from support import worker_mind

    worker_mind.with_voice("easytransfert")
    print(json.dumps({"statuses": statuses, "wanted": by_pages, "by_a_worker": sorted(wanted)}))


if __name__ == "__main__":
    main()
