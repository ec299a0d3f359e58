"""Simulated messages as Twilio's API shows them."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from django.conf import settings
from django.http import JsonResponse

from support.models import SimulatedMessage
from support.simulator.provider import Refusal, own_address

API_VERSION = "2010-04-01"


def message(row: SimulatedMessage) -> dict[str, Any]:
    """The message resource. https://www.twilio.com/docs/messaging/api/message-resource"""
    phone = f"whatsapp:{row.phone_id}"
    uri = f"/{API_VERSION}/Accounts/{settings.TWILIO_ACCOUNT_SID}/Messages/{row.sid}"
    made = rfc2822(row.created_at)
    return {
        "account_sid": settings.TWILIO_ACCOUNT_SID,
        "api_version": API_VERSION,
        "body": row.body,
        "date_created": made,
        "date_sent": None if row.status == "queued" else made,
        "date_updated": made,
        "direction": "inbound" if row.from_phone else "outbound-api",
        "error_code": int(row.error_code) if row.status in ("failed", "undelivered") and row.error_code else None,
        "error_message": None,
        "from": phone if row.from_phone else own_address(),
        "messaging_service_sid": settings.TWILIO_MESSAGING_SERVICE_SID or None,
        "num_media": str(len(row.media)),
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "sid": row.sid,
        "status": "received" if row.from_phone else row.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": own_address() if row.from_phone else phone,
        "uri": f"{uri}.json",
    }


def refusal(error: Refusal) -> JsonResponse:
    """An error as the API answers it."""
    more_info = f"https://www.twilio.com/docs/errors/{error.code}"
    body = {"code": error.code, "message": error.message, "more_info": more_info, "status": error.http_status}
    headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if error.http_status == 401 else None
    return JsonResponse(body, status=error.http_status, headers=headers)


def rfc2822(at: datetime) -> str:
    """A date as Twilio writes it, in whole seconds of UTC."""
    return format_datetime(at.astimezone(UTC).replace(microsecond=0))
