"""Twilio's webhooks: prove the signature, store, acknowledge. Thinking happens later, elsewhere."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import Error as DatabaseAway
from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from support import deliver, problems, receive
from support.models import Channel
from support.threads import run_in_db_thread
from support.transports.whatsapp import fields, payload, signature

MAX_BODY = 262_144  # a customer's 4,096 characters, each an emoji spelled as four percent-escapes, four times over
NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
RETRY_SECONDS = 5
log = structlog.get_logger(__name__)
View = Callable[[HttpRequest], Awaitable[HttpResponse]]
Handler = Callable[[QueryDict, QueryDict], Awaitable[HttpResponse]]


def webhook(handler: Handler) -> View:
    """A view that hands genuine posts (form fields, query) to ``handler``, and answers everything that goes wrong."""

    @csrf_exempt
    @require_POST
    @functools.wraps(handler)
    async def view(request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        try:
            form = fields.form(_body(request))
            if not signature.is_genuine(request.path_info, query, form, request.headers.get(signature.HEADER, "")):
                log.warning("forged", path=request.path_info)
                return problems.document(403, "The signature is missing or does not fit.")
            return await handler(form, QueryDict(query))
        except RequestDataTooBig:
            return problems.document(413, f"A post may hold {MAX_BODY} bytes.")
        except fields.BadPayload as error:
            log.warning("bad_payload", path=request.path_info, field=error.field)
            return problems.document(400, str(error), field=error.field)
        except fields.UnknownShape as error:
            log.info("unknown_shape", path=request.path_info, shape=str(error))
            return _acknowledged()
        except DatabaseAway as error:
            log.error("not_stored", path=request.path_info, error=type(error).__name__)
            return problems.document(503, "Nothing was stored; please send it again.", retry_after=RETRY_SECONDS)

    return view


@webhook
async def inbound(form: QueryDict, query: QueryDict) -> HttpResponse:
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


@webhook
async def status(form: QueryDict, query: QueryDict) -> HttpResponse:
    """News of a message we sent."""
    news = payload.status(form, query)
    await run_in_db_thread(deliver.on_status, news.attempt, news.sid, news.status, news.error_code)
    return HttpResponse(status=204)


def _acknowledged() -> HttpResponse:
    return HttpResponse(NOTHING_TO_SAY, content_type="text/xml")


def _body(request: HttpRequest) -> bytes:
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY or len(request.body) > MAX_BODY:
        raise RequestDataTooBig
    return request.body
