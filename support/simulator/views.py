"""The simulator's page and the calls its script makes."""

from __future__ import annotations

import functools
from datetime import timedelta
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from support import clock, problems
from support.models import SimulatedMedia, SimulatedMessage, SimulatedPhone
from support.simulator import network, phones, pictures, provider, state
from support.simulator.gate import AsyncView, P, simulated
from support.threads import run_in_db_thread

MAX_TEXT = 4096
MAX_REQUEST = pictures.MAX_BYTES + 65_536
MOVES = {"hour": timedelta(hours=1), "day": timedelta(hours=24, minutes=1)}


class BadRequest(ValueError):
    """A call that the page would not make; the message is French."""


def action(view: AsyncView[P]) -> AsyncView[P]:
    """A call of the page's script: POST with a CSRF token; what is wrong with it comes back as a problem document."""

    @require_POST
    @simulated
    @functools.wraps(view)
    async def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_REQUEST:
                raise RequestDataTooBig
            return await view(request, *args, **kwargs)
        except RequestDataTooBig:
            return problems.document(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "La requête est trop grande.")
        except (BadRequest, pictures.NotAPicture) as error:
            return problems.document(HTTPStatus.BAD_REQUEST, str(error))

    return answered


@require_GET
@simulated
async def page(request: HttpRequest) -> HttpResponse:
    """The phone."""
    return await run_in_db_thread(_page, request)


@ensure_csrf_cookie
def _page(request: HttpRequest) -> HttpResponse:
    shown = {"samples": pictures.SAMPLES, "failures": provider.FAILURES}
    return render(request, "simulator.html", shown)


@action
async def look(request: HttpRequest) -> HttpResponse:
    """What has changed since ``revision``; 204 when nothing has. ``visible``: someone sees the phone."""
    number = await _number(request)
    if request.POST.get("visible") == "1":
        await run_in_db_thread(phones.look, number)
    await network.move()
    return await _answer(request, number)


@action
async def send(request: HttpRequest) -> HttpResponse:
    """The phone sends text, a picture, or both."""
    number, text = await _number(request), _plain(request, "text")
    if len(text) > MAX_TEXT:
        raise BadRequest("Un message compte au plus 4 096 caractères.")
    sent = [pictures.picture(file.read(pictures.MAX_BYTES + 1)) for file in request.FILES.getlist("picture")[:1]]
    if name := request.POST.get("sample"):
        sent.append(pictures.sample(name))
    if not (text.strip() or sent):
        raise BadRequest("Le message est vide.")
    row = await run_in_db_thread(phones.write, number, text, sent)
    await network.send(row.sid)
    return await _answer(request, number)


@action
async def send_again(request: HttpRequest) -> HttpResponse:
    """Send once more what the server did not take."""
    number = await _number(request)
    unsent = SimulatedMessage.objects.filter(phone=number, from_phone=True, status__in=["failed", "sending"])
    if not (row := await run_in_db_thread(unsent.filter(sid=_plain(request, "sid")).first)):
        raise BadRequest("Ce message n’attend pas d’être renvoyé.")
    await network.send(row.sid)
    return await _answer(request, number)


@action
async def turn(request: HttpRequest) -> HttpResponse:
    """Turn one of a phone's switches."""
    number, name = await _number(request), request.POST.get("switch", "")
    if name not in phones.SWITCHES:
        raise BadRequest("Cet interrupteur n’existe pas.")
    await run_in_db_thread(phones.switch, number, name, request.POST.get("on") == "1")
    return await _answer(request, number)


@action
async def fail(request: HttpRequest) -> HttpResponse:
    """Make the next message to the phone fail."""
    number, code = await _number(request), request.POST.get("code", "")
    if code and code not in provider.FAILURES:
        raise BadRequest("Ce code d’erreur n’existe pas.")
    await run_in_db_thread(phones.fail_next, number, code)
    return await _answer(request, number)


@action
async def forget(request: HttpRequest) -> HttpResponse:
    """Empty the phone's conversation."""
    number = await _number(request)
    await run_in_db_thread(phones.forget, number)
    return await _answer(request, number)


@action
async def move_clock(request: HttpRequest) -> HttpResponse:
    """Move time forward by one of MOVES, or back to the present (``by=reset``)."""
    number, by = await _number(request), request.POST.get("by", "")
    if by == "reset":
        await run_in_db_thread(clock.reset)
    elif by in MOVES:
        await run_in_db_thread(clock.move, MOVES[by])
    else:
        raise BadRequest("L’horloge avance de « hour » ou de « day ».")
    return await _answer(request, number)


@require_GET
@simulated
async def media(request: HttpRequest, sid: str) -> HttpResponse:
    """A picture, for the page to show."""
    row = await run_in_db_thread(SimulatedMedia.objects.filter(sid=sid).first)
    if row is None:
        return HttpResponse(status=HTTPStatus.NOT_FOUND)
    return HttpResponse(
        bytes(row.content), content_type=row.content_type, headers={"Cache-Control": "private, max-age=86400"}
    )


async def _number(request: HttpRequest) -> str:
    number = _plain(request, "phone")
    if number in phones.CONTACTS:
        await run_in_db_thread(phones.phone, number)
        return number
    if await run_in_db_thread(SimulatedPhone.objects.filter(number=number).exists):
        return number
    raise BadRequest("Ce téléphone n’existe pas.")


def _plain(request: HttpRequest, name: str) -> str:
    """A field's text, without the NUL that PostgreSQL cannot hold."""
    return request.POST.get(name, "").replace("\x00", "")


async def _answer(request: HttpRequest, number: str) -> HttpResponse:
    shown = await run_in_db_thread(state.of, number)
    if shown["revision"] == request.POST.get("revision"):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return JsonResponse(shown)
