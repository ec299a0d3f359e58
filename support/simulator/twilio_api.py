"""Twilio's REST API as far as it is used here, for the real client to talk to over loopback."""

from __future__ import annotations

import base64
import binascii
import functools
import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.views.decorators.csrf import csrf_exempt

from support.models import SimulatedMedia, SimulatedMessage
from support.simulator import listing, provider, twilio_json
from support.simulator.gate import API_PATH, AsyncView, P, simulated
from support.simulator.provider import Refusal
from support.threads import run_in_db_thread

NOT_FOUND = Refusal(404, 20404, "The requested resource was not found")


def resource(view: AsyncView[P]) -> AsyncView[P]:
    """A resource of the account: needs its credentials, and answers refusals as Twilio does."""

    @csrf_exempt
    @simulated
    @functools.wraps(view)
    async def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            _check_credentials(request.headers.get("Authorization", ""))
            if kwargs.pop("account") != settings.TWILIO_ACCOUNT_SID:
                raise NOT_FOUND
            return await view(request, *args, **kwargs)
        except Refusal as refusal:
            return twilio_json.refusal(refusal)

    return answered


@resource
async def messages(request: HttpRequest) -> HttpResponse:
    """Send a message (POST) or list them (GET)."""
    if request.method == "POST":
        row = await run_in_db_thread(provider.take, _plain(QueryDict(request.body)))
        return JsonResponse(twilio_json.message(row), status=201)
    path = request.path_info.removeprefix(API_PATH)
    return JsonResponse(await run_in_db_thread(listing.page, _plain(request.GET), path))


@resource
async def message(request: HttpRequest, sid: str) -> HttpResponse:
    """One message."""
    if row := await run_in_db_thread(SimulatedMessage.objects.filter(sid=sid).first):
        return JsonResponse(twilio_json.message(row))
    raise NOT_FOUND


@resource
async def media(request: HttpRequest, sid: str, media_sid: str) -> HttpResponse:
    """A picture's bytes."""
    if row := await run_in_db_thread(SimulatedMedia.objects.filter(sid=media_sid, message=sid).first):
        return HttpResponse(bytes(row.content), content_type=row.content_type)
    raise NOT_FOUND


def _plain(query: QueryDict) -> dict[str, str]:
    """The last value of each parameter, without the NUL that PostgreSQL cannot hold."""
    return {name: str(query[name]).replace("\x00", "") for name in query}


def _check_credentials(header: str) -> None:
    scheme, _, encoded = header.partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
    except binascii.Error:
        given = b""
    if not hmac.compare_digest(given, f"{settings.TWILIO_ACCOUNT_SID}:{settings.TWILIO_AUTH_TOKEN}".encode()):
        raise Refusal(401, 20003, "Authenticate")
