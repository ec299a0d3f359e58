"""Facts as the case card shows them: value, source, validity, age, and everything each of them was before."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from support.console import values, words
from support.models import Claim, Conversation, Message, SlotEdit
from support.transports.web.events import isoformat

Json = dict[str, Any]
Slots = Mapping[str, Mapping[str, Any]]
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


@dataclass(frozen=True, slots=True)
class Card:
    """What all facts of a card are drawn with: whose they are, and where their sources stand."""

    conversation: Conversation
    whole_numbers: bool
    seqs: Mapping[str, int]
    edits: Sequence[SlotEdit] = field(default=())

    @classmethod
    def of(cls, conversation: Conversation, held: Iterable[Slots], *, whole_numbers: bool) -> Card:
        """Two queries, however many facts."""
        edits = list(SlotEdit.objects.filter(conversation=conversation).select_related("by"))
        return cls(conversation, whole_numbers, _seqs(conversation, held), edits)

    def claim(self, claim: Claim) -> list[Json]:
        """The facts of a filed claim; its events are prefetched."""
        past = [change for event in claim.events.all() for change in self._changes(event)]
        return [self._fact(claim.kind, name, slot, past) for name, slot in self._ordered(claim.kind, claim.slots)]

    def collecting(self, kind: str, slots: Slots) -> list[Json]:
        """The facts of an open case; one that it lacks has an empty slot."""
        past = [self._edit(edit) for edit in self.edits if edit.kind == kind]
        return [self._fact(kind, name, slot, past) for name, slot in self._ordered(kind, slots)]

    def _ordered(self, kind: str, slots: Slots) -> list[tuple[str, Mapping[str, Any]]]:
        """As the brand asks for them, whatever order they came in."""
        flow = words.flow(self.conversation.brand, kind)
        places = {slot.name: place for place, slot in enumerate(flow.slots)} if flow else {}
        return sorted(slots.items(), key=lambda item: places.get(item[0], len(places)))

    def _fact(self, kind: str, name: str, slot: Mapping[str, Any], past: Sequence[Json]) -> Json:
        source, brand = str(slot.get("source", "")), self.conversation.brand
        return {
            "name": name,
            "label": words.slot(brand, kind, name),
            "value": self._shown(name, slot.get("value", "")),
            "at": slot.get("at"),
            "doubtful": slot.get("validity") == "doubtful",
            "validity": words.tables()["validity"].get(slot.get("validity", ""), ""),
            "seq": self.seqs.get(source),
            "source": _source(source),
            "editable": words.is_editable(brand, kind, name),
            "history": [{k: v for k, v in each.items() if k != "slot"} for each in past if each["slot"] == name],
        }

    def _changes(self, event: Any) -> Iterable[Json]:
        before, after = event.details.get("before"), event.details.get("after")
        if not isinstance(before, Mapping) or not isinstance(after, Mapping):
            return
        for name, fact in after.items():
            by = event.details.get("by") or ("le back-office" if event.name == "status" else "le client")
            yield self._change(name, (before.get(name) or {}).get("value", ""), fact.get("value", ""), by, event.at)

    def _edit(self, edit: SlotEdit) -> Json:
        by = edit.by.get_username() if edit.by else "un ancien membre"
        return self._change(edit.slot, edit.before.get("value", ""), edit.after.get("value", ""), by, edit.at)

    def _change(self, name: str, before: Any, after: Any, by: str, at: Any) -> Json:
        before, after = self._shown(name, before), self._shown(name, after)
        return {"slot": name, "before": before, "after": after, "by": by, "at": isoformat(at)}

    def _shown(self, name: str, value: Any) -> str:
        if name == "date" and (written := _ISO.fullmatch(str(value))):
            return "{2}/{1}/{0}".format(*written.groups())
        return values.shown(name, value, whole_numbers=self.whole_numbers)


def _source(source: str) -> str:
    """Where a fact that no message here gave comes from."""
    kind, _, name = source.partition(":")
    return {
        "agent": f"saisi par {name}",
        "backoffice": "corrigé par le back-office",
        "claim": f"du dossier {name}",
    }.get(kind if name else "", "")


def _seqs(conversation: Conversation, held: Iterable[Slots]) -> Mapping[str, int]:
    """Place in this transcript of the messages that facts come from."""
    sources = {str(slot.get("source", "")) for slots in held for slot in slots.values()}
    ids = [uuid.UUID(source) for source in sources if _is_uuid(source)]
    rows = Message.objects.filter(conversation=conversation, id__in=ids).values_list("id", "seq") if ids else []
    return {str(message): seq for message, seq in rows}


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
