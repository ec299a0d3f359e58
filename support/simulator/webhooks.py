"""The simulator's calls to this very server: signed webhooks, as Twilio would send them. It calls nowhere else."""

from __future__ import annotations

from urllib.parse import urlsplit

import requests
import structlog
from django.conf import settings
from django.http import QueryDict

from support.models import SimulatedMessage
from support.simulator.gate import API_PATH, server_url
from support.simulator.provider import own_address
from support.simulator.twilio_json import API_VERSION
from support.transports.whatsapp import signature

INBOUND_PATH = "/webhooks/whatsapp/"
PATIENCE_SECONDS = 15  # Twilio's own
log = structlog.get_logger(__name__)


def announce(row: SimulatedMessage) -> bool:
    """Deliver what a phone wrote; False when the server did not take it."""
    base = f"{server_url()}{API_PATH}/{API_VERSION}/Accounts/{settings.TWILIO_ACCOUNT_SID}/Messages/{row.sid}/Media"
    fields = {
        **_identity(row),
        "SmsSid": row.sid,
        "SmsMessageSid": row.sid,
        "SmsStatus": "received",
        "From": f"whatsapp:{row.phone_id}",
        "To": own_address(),
        "WaId": row.phone_id.removeprefix("+"),
        "ProfileName": row.phone.name,
        "Body": row.body,
        "MessageType": "image" if row.media else "text",
        "NumMedia": str(len(row.media)),
        "NumSegments": "1",
    }
    for index, each in enumerate(row.media):
        fields[f"MediaUrl{index}"] = f"{base}/{each['sid']}"
        fields[f"MediaContentType{index}"] = each["content_type"]
    return _post(INBOUND_PATH, fields)


def report(row: SimulatedMessage, status: str, error_code: str = "") -> bool:
    """Tell the server where one of its messages stands; False when it did not take the news."""
    if not row.callback:
        return True
    fields = {
        **_identity(row),
        "SmsSid": row.sid,
        "SmsStatus": status,
        "MessageStatus": status,
        "From": own_address(),
        "To": f"whatsapp:{row.phone_id}",
    }
    return _post(row.callback, fields | ({"ErrorCode": error_code} if error_code else {}))


def _identity(row: SimulatedMessage) -> dict[str, str]:
    return {"MessageSid": row.sid, "AccountSid": settings.TWILIO_ACCOUNT_SID, "ApiVersion": API_VERSION}


def _post(target: str, fields: dict[str, str]) -> bool:
    """POST to a path (with query) of this server, signed for its public address."""
    form = QueryDict(mutable=True)
    form.update(fields)
    path, query = urlsplit(target).path, urlsplit(target).query
    headers = {
        signature.HEADER: signature.sign(path, query, form),
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "X-Forwarded-Proto": urlsplit(settings.PUBLIC_URL).scheme,
    }
    try:
        with requests.Session() as session:
            session.trust_env = False  # no proxy stands before ourselves
            answer = session.post(
                server_url() + target,
                data=form.urlencode(),
                headers=headers,
                timeout=PATIENCE_SECONDS,
                allow_redirects=False,
            )
    except requests.RequestException as error:
        log.warning("simulator_not_heard", path=path, error=type(error).__name__)
        return False
    if not answer.ok:
        log.warning("simulator_refused", path=path, status=answer.status_code)
    return bool(answer.ok)
