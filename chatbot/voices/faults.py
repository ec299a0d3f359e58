"""What an error of the OpenAI client means: one kind of fault each, and nothing of its text, which may hold secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import openai

from chatbot.voices.ports import FaultKind, VoiceFault

STATUS: Mapping[int, FaultKind] = {
    401: "denied",
    403: "denied",
    404: "denied",
    408: "server",
    409: "server",
    429: "throttled",
}
FILTERS = ("content_filter", "ResponsibleAIPolicyViolation")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,39}")
FAULTS = (openai.OpenAIError, TimeoutError, OSError, ValueError)  # ValueError: no JSON, no UTF-8


def fault_of(error: Exception) -> VoiceFault:
    """The fault behind one of FAULTS. Its detail is a code by name: messages quote keys and prompts, and stay out."""
    if isinstance(error, openai.APITimeoutError | TimeoutError):
        return VoiceFault("timeout")
    if isinstance(error, openai.APIStatusError):
        return _status_fault(error)
    if isinstance(error, openai.APIConnectionError | OSError):
        return VoiceFault("connection")
    if isinstance(error, openai.APIError) and not isinstance(error, openai.APIResponseValidationError):
        return VoiceFault("filtered" if _filtered(error) else "in_band", _name(error.code))
    return VoiceFault("in_band", "unreadable")


def _status_fault(error: openai.APIStatusError) -> VoiceFault:
    status = error.status_code
    if status >= 500:
        return VoiceFault("server", _name(error.code), status=status)
    if status == 400 and _filtered(error):
        return VoiceFault("filtered", "prompt", status=status)
    if status < 400:  # a redirect, which we do not follow: the address is wrong
        return VoiceFault("denied", "redirect", status=status)
    kind = STATUS.get(status, "bad_request")
    wait = retry_after(error.response.headers) if kind == "throttled" else None
    return VoiceFault(kind, _name(error.code), status=status, retry_after=wait)


def _filtered(error: openai.APIError) -> bool:
    body = error.body if isinstance(error.body, Mapping) else {}
    inner = body.get("innererror")
    codes = (error.code, inner.get("code") if isinstance(inner, Mapping) else None)
    return any(code in FILTERS for code in codes)


def _name(code: object) -> str:
    return code if isinstance(code, str) and NAME.fullmatch(code) else ""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds a server asked us to wait: retry-after-ms, else Retry-After in seconds or as a date by its own clock.

    None where it says nothing usable. https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    told = headers.get("retry-after", "")
    seconds = _number(told)
    if seconds is not None:
        return seconds
    then, now = _moment(told), _moment(headers.get("date", ""))
    return max(0.0, (then - now).total_seconds()) if then and now else None


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\s*\d{1,9}(\.\d{1,6})?\s*", text) else None


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
