"""Twilio's webhooks: prove the signature, store, acknowledge. Thinking happens later, elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

import structlog
from django.conf import settings
from django.db import Error as DatabaseAway
from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from support import deliver, problems, receive
from support.models import Channel
from support.threads import run_in_db_thread
from support.transports.whatsapp import fields, payload, signature

INBOUND_PATH, STATUS_PATH = "/webhooks/whatsapp/", "/webhooks/whatsapp/status/"
MAX_BODY = 262_144  # a customer's 4,096 characters, each an emoji spelled as four percent-escapes, five times over
NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
RETRY_SECONDS = 5
log = structlog.get_logger(__name__)


async def store_inbound(form: QueryDict, query: QueryDict) -> HttpResponse:
    """A customer's message: acknowledged once it is a row."""
    message = payload.inbound(form)
    await run_in_db_thread(
        receive.receive,
        receive.Inbound(
            brand=settings.BRAND,
            channel=Channel.WHATSAPP,
            address=message.sender,
            text=message.text,
            kind=message.kind,
            external_id=message.sid,
            display_name=message.profile_name,
            attachments=message.attachments(),
        ),
    )
    return _acknowledged()


async def store_status(form: QueryDict, query: QueryDict) -> HttpResponse:
    """News of a message we sent."""
    news = payload.status(form, query)
    await run_in_db_thread(deliver.on_status, news.attempt, news.sid, news.status, news.error_code)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


HANDLERS: Mapping[str, Callable[[QueryDict, QueryDict], Awaitable[HttpResponse]]] = {
    INBOUND_PATH: store_inbound,
    STATUS_PATH: store_status,
}


async def answer(path: str, query: str, given_signature: str, body: bytes) -> HttpResponse:
    """The answer to a POST on ``path`` (one of HANDLERS): 2xx only once everything is stored."""
    if len(body) > MAX_BODY:
        return problems.document(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A post may hold {MAX_BODY} bytes.")
    try:
        form = fields.form(body)
        if not signature.is_genuine(path, query, form, given_signature):
            log.warning("forged", path=path)
            return problems.document(HTTPStatus.FORBIDDEN, "The signature is missing or does not fit.")
        return await HANDLERS[path](form, QueryDict(query))
    except fields.BadPayload as error:
        log.warning("bad_payload", path=path, field=error.field)
        return problems.document(HTTPStatus.BAD_REQUEST, str(error), field=error.field)
    except fields.UnknownShape as error:
        log.info("unknown_shape", path=path, shape=str(error))
        return _acknowledged()
    except DatabaseAway as error:
        log.error("not_stored", path=path, error=type(error).__name__)
        return problems.document(
            HTTPStatus.SERVICE_UNAVAILABLE, "Nothing was stored; please send it again.", retry_after=RETRY_SECONDS
        )


@csrf_exempt
@require_POST
async def inbound(request: HttpRequest) -> HttpResponse:
    """The webhook for customers' messages."""
    return await _answer(request)


@csrf_exempt
@require_POST
async def status(request: HttpRequest) -> HttpResponse:
    """The webhook for news of our own messages."""
    return await _answer(request)


async def _answer(request: HttpRequest) -> HttpResponse:
    query = request.META.get("QUERY_STRING", "")
    return await answer(request.path_info, query, request.headers.get(signature.HEADER, ""), request.body)


def _acknowledged() -> HttpResponse:
    return HttpResponse(NOTHING_TO_SAY, content_type="text/xml")
