"""Whether there is a simulator at all. Everything of it answers 404 where it is off."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

P = ParamSpec("P")
AsyncView = Callable[Concatenate[HttpRequest, P], Coroutine[Any, Any, HttpResponse]]
API_PATH = "/simulator/twilio"


def is_on() -> bool:
    """Only where asked for, and only while replies come back here: with a real account behind the API, writing from an
    invented number would send real messages to whoever has it.
    """
    return bool(settings.SIMULATOR and urlsplit(settings.TWILIO_API_BASE).path.rstrip("/") == API_PATH)


def server_url() -> str:
    """This server as the simulator reaches it: where its stand-in for Twilio's API is, and nowhere else."""
    return str(settings.TWILIO_API_BASE).rstrip("/").removesuffix(API_PATH)


def simulated(view: AsyncView[P]) -> AsyncView[P]:
    """The view, where there is a simulator; 404 elsewhere."""

    @functools.wraps(view)
    async def gated(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not is_on():
            raise Http404
        return await view(request, *args, **kwargs)

    return gated
