"""The back office's REST: claims to read, and the one way to change their status."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from django.db import DatabaseError
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict, StrictInt

from support.backoffice import reading
from support.backoffice.changes import (
    LONGEST_NOTE,
    LONGEST_REFERENCE,
    MAX_CORRECTIONS,
    NUMBER,
    Change,
    ChangeError,
    EventReused,
    NoSuchClaim,
    change_status,
)
from support.backoffice.gate import Scope
from support.backoffice.instants import parse_instant
from support.models import ApiToken, Claim, Forwarded
from support.problems import Problem
from support.threads import run_in_db_thread

router = Router(auth=Scope("backoffice"), tags=["back office"])
T = TypeVar("T")
Status = Literal["received", "processing", "waiting_customer", "resolved", "refunded", "rejected"]
Value = Annotated[str, Field(max_length=200)] | Annotated[StrictInt, Field(ge=0, lt=2**53)]


class SlotOut(Schema):
    """A collected value."""

    value: str | int | None
    at: str | None = None
    validity: str = "ok"


class ClaimOut(Schema):
    """A claim. ``forwarded_at`` is when the back office first had it, by notice, by this API or by file."""

    number: str
    kind: str
    status: str
    note: str
    success_reference: str
    slots: dict[str, SlotOut]
    filed_at: str
    changed_at: str
    forwarded_at: str | None


class EventOut(Schema):
    """Something that happened to a claim. ``told`` says whether the customer knows."""

    name: str
    at: str
    status: str | None = None
    note: str | None = None
    event_id: str | None = None
    outcome: str | None = None
    told: str | None = None
    changed: list[str] = []


class ClaimWithHistoryOut(ClaimOut):
    """A claim and what happened to it, oldest first."""

    history: list[EventOut]


class ClaimsOut(Schema):
    """A page; ``next`` is the cursor of the next one, null on the last."""

    claims: list[ClaimOut]
    next: str | None


class ClaimsIn(Schema):
    """Which claims, and how many a page."""

    status: list[Status] = []
    kind: Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9_\-]*$")] = ""
    changed_since: Annotated[str, Field(max_length=40)] = ""
    cursor: Annotated[str, Field(max_length=200)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class StatusIn(Schema):
    """A change of status. ``note`` and ``success_reference`` are for the customer; ``corrections``: slot to value."""

    model_config = ConfigDict(extra="forbid")

    event_id: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9._:\-]+$")]
    status: Status
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""
    success_reference: Annotated[str, Field(max_length=LONGEST_REFERENCE)] = ""
    corrections: Annotated[dict[str, Value], Field(max_length=MAX_CORRECTIONS)] = {}
    at: Annotated[str, Field(max_length=40)] | None = None


class StatusOut(Schema):
    """What became of it: ``applied``, ``unchanged``, or ``superseded`` by a change that was decided later."""

    event_id: str | None
    number: str
    outcome: Literal["applied", "unchanged", "superseded"]
    status: str
    at: str


@router.get("/claims", response=ClaimsOut)
async def claims(request: HttpRequest, asked: Query[ClaimsIn]) -> dict[str, Any]:
    """Claims, those that changed longest ago first. Poll with ``changed_since``; page with ``cursor``."""
    since = _instant("changed_since", asked.changed_since.replace(" ", "+")) if asked.changed_since else None
    filters = reading.Filters(asked.status, asked.kind, since)
    try:
        found, cursor = await _work(_page, _brand(request), filters, asked.cursor, asked.limit)
    except reading.BadCursor:
        raise _unfit("cursor", "Ce curseur ne vient pas d'ici.") from None
    return {"claims": [reading.claim_as_json(claim) for claim in found], "next": cursor or None}


@router.get("/claims/{number}", response=ClaimWithHistoryOut)
async def claim(request: HttpRequest, number: str) -> dict[str, Any]:
    """One claim with its history."""
    return await _work(_one, _brand(request), number)


@router.post("/claims/{number}/status", response=StatusOut)
async def status(request: HttpRequest, number: str, data: StatusIn) -> dict[str, Any]:
    """Change a claim's status and tell the customer, once. The same ``event_id`` again gets the first answer.

    ``at`` is when the change was decided (now, when left out): one decided before the present status is kept in the
    history and changes nothing. 409 when the ``event_id`` belongs to another change of this claim.
    """
    change = Change(
        status=data.status,
        event_id=data.event_id,
        note=data.note,
        success_reference=data.success_reference,
        corrections=data.corrections,
        at=_instant("at", data.at) if data.at is not None else None,
        source="api",
    )
    try:
        return await _work(change_status, _brand(request), number, change)
    except NoSuchClaim as error:
        raise Problem(404, str(error), code="not_found") from error
    except EventReused as error:
        raise Problem(409, str(error), code="event_reused") from error
    except ChangeError as error:
        raise _unfit(error.field, str(error)) from error


async def _work(function: Callable[..., T], *args: object) -> T:
    """In a database thread; 503 when the database is away."""
    try:
        return await run_in_db_thread(function, *args)
    except DatabaseError as error:
        raise Problem(503, "La base de données ne répond pas.", retry_after=5) from error


def _page(brand: str, filters: reading.Filters, cursor: str, limit: int) -> tuple[list[Claim], str]:
    found, following = reading.page(brand, filters, cursor, limit)
    reading.mark_forwarded(found, Forwarded.API)
    return found, following


def _one(brand: str, number: str) -> dict[str, Any]:
    found = reading.one(brand, number) if NUMBER.fullmatch(number) else None
    if found is None:
        raise Problem(404, "Ce dossier n'existe pas.", code="not_found")
    reading.mark_forwarded([found], Forwarded.API)
    return reading.claim_as_json(found) | {"history": reading.history(found)}


def _brand(request: HttpRequest) -> str:
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    return token.brand


def _instant(field: str, text: str) -> datetime:
    try:
        return parse_instant(text)
    except ValueError:
        raise _unfit(field, "Une date ISO 8601 avec son décalage est attendue : 2026-01-05T08:00:00Z.") from None


def _unfit(field: str, detail: str) -> Problem:
    return Problem(422, "La requête n'est pas valable.", errors=[{"field": field, "detail": detail}])
