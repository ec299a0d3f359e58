"""Claims as tables, for a team without an API: an export to work in, and the import that takes its answers.

An import changes claims by the same path as the API, all of them or none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User

from support import db
from support.backoffice import changes, reading, tables
from support.backoffice.changes import Change, ChangeError
from support.backoffice.instants import parse_instant
from support.models import Claim, Conversation, Forwarded
from support.privacy import audit

SAID = ("number", "status", "note", "success_reference", "event_id", "at")
SHOWN = ("kind", "filed_at", "changed_at")
SLOT, CORRECTED = "slot.", "corrected."
ERRORS_SHOWN = 20


class NotTaken(ValueError):
    """A file that was not taken, not even in part; ``faults``: a French line each, naming file, line and field."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(faults[0])
        self.faults = faults


class _DryRun(Exception):
    """Rolls back what a trial did."""


@dataclass(frozen=True, slots=True)
class Taken:
    """How many claims a file changed, left as they were, and how many rows came too late to count."""

    applied: int
    unchanged: int
    superseded: int


def exported(name: str, claims: Sequence[Claim]) -> bytes:
    """The file called ``name`` (.csv or .xlsx) with these claims. Raises TableError."""
    slots = sorted({slot for claim in claims for slot in claim.slots})
    heading = [*SAID, *SHOWN, *(f"{SLOT}{slot}" for slot in slots)]
    return tables.written(name, [heading, *(_row(claim, slots) for claim in claims)])


def note_export(claims: Sequence[Claim], by: User | None = None) -> None:
    """The file is in the team's hands: its claims count as forwarded, and the act is on record."""
    with db.write():
        reading.mark_forwarded(claims, Forwarded.EXPORT)
        audit.record(by, "claims_export", "claims", {"count": len(claims)})


def _row(claim: Claim, slots: Iterable[str]) -> list[str]:
    shown = reading.claim_as_json(claim)
    said = [str(shown.get(name, "")) for name in SAID]  # event_id and at are the team's to give
    return [
        *said,
        *(str(shown[name]) for name in SHOWN),
        *(str(claim.slots.get(slot, {}).get("value", "")) for slot in slots),
    ]


def take(brand: str, name: str, content: bytes, by: User | None = None, *, dry_run: bool = False) -> Taken:
    """Make the changes a file asks for, in its order; with ``dry_run`` only find out what they would be.

    Raises NotTaken with every fault found (up to 20), having changed nothing.
    """
    wanted = _wanted(brand, name, content)
    outcomes: list[str] = []
    faults: list[str] = []
    try:
        with db.write():
            _lock_in_order([number for _line, number, _change in wanted])
            for line, number, change in wanted:
                try:
                    outcomes.append(changes.change_status(brand, number, change, by)["outcome"])
                except ChangeError as error:
                    faults.append(_fault(name, line, error.field.replace("corrections.", CORRECTED), str(error)))
            if faults or dry_run:
                raise _DryRun
    except _DryRun:
        if faults:
            raise NotTaken(faults[:ERRORS_SHOWN]) from None
    return Taken(*(outcomes.count(outcome) for outcome in ("applied", "unchanged", "superseded")))


def _lock_in_order(numbers: list[str]) -> None:
    """Two imports at once wait for each other instead of for ever."""
    rows = Conversation.objects.select_for_update(of=("self",)).filter(claims__number__in=numbers)
    list(rows.order_by("id").values_list("id", flat=True))
    reading.lock_in_order(Claim.objects.filter(number__in=numbers))


def _wanted(brand: str, name: str, content: bytes) -> list[tuple[int, str, Change]]:
    """Line, case number and change of every row. Raises NotTaken."""
    try:
        (line, heading), *rows = tables.read(name, content)
    except tables.TableError as error:
        raise NotTaken([_fault(name, error.line, "", str(error))]) from error
    faults = list(_heading_faults(name, line, heading))
    if faults:
        raise NotTaken(faults)
    wanted: list[tuple[int, str, Change]] = []
    for line, cells in rows:
        if len(cells) > len(heading):
            faults.append(_fault(name, line, "", f"{len(cells)} cases pour {len(heading)} colonnes"))
            continue
        row = dict(zip(heading, cells, strict=False))
        try:
            wanted.append((line, row.get("number", ""), changes.checked(brand, _change(row))))
        except ChangeError as error:
            faults.append(_fault(name, line, error.field, str(error)))
    faults += _repeated(name, wanted)
    if faults:
        raise NotTaken(faults[:ERRORS_SHOWN])
    return wanted


def _heading_faults(name: str, line: int, heading: list[str]) -> Iterator[str]:
    for column in dict.fromkeys(heading):
        known = column in (*SAID, *SHOWN) or column.startswith((SLOT, CORRECTED))
        if not known:
            yield _fault(name, line, column, "Cette colonne est inconnue.")
        elif heading.count(column) > 1:
            yield _fault(name, line, column, "Cette colonne est là deux fois.")
    for column in ("number", "status"):
        if column not in heading:
            yield _fault(name, line, column, "Cette colonne manque.")


def _change(row: Mapping[str, str]) -> Change:
    """What a row asks for. Without an ``event_id`` a row taken twice is a change and then nothing new."""
    return Change(
        status=row.get("status", ""),
        event_id=row.get("event_id") or None,
        note=row.get("note", ""),
        success_reference=row.get("success_reference", ""),
        corrections={
            column.removeprefix(CORRECTED): value
            for column, value in row.items()
            if column.startswith(CORRECTED) and value
        },
        at=_instant(row, "at"),
        seen=_instant(row, "changed_at"),
        source="import",
    )


def _instant(row: Mapping[str, str], column: str) -> datetime | None:
    """Without an offset it is local time: spreadsheets know no other."""
    if not row.get(column):
        return None
    try:
        return parse_instant(row[column], ZoneInfo(settings.TIME_ZONE))
    except ValueError:
        raise ChangeError(column, "Une date ISO 8601 est attendue : 2026-01-05T08:00:00Z.") from None


def _repeated(name: str, wanted: list[tuple[int, str, Change]]) -> Iterator[str]:
    seen: dict[tuple[str, str], int] = {}
    for line, number, change in wanted:
        if change.event_id and seen.setdefault((number, change.event_id), line) != line:
            first = seen[number, change.event_id]
            yield _fault(name, line, "event_id", f"Ce changement est déjà à la ligne {first}.")


def _fault(name: str, line: int, field: str, detail: str) -> str:
    place = f"{name} : " + (f"ligne {line} : " if line else "") + (f"champ « {field} » : " if field else "")
    return place + detail
