"""From entities to slots: which fact of a message fills which slot of a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from chatbot.dialogue import claims
from chatbot.dialogue.cues import fold
from chatbot.dialogue.scratch import Scratch
from chatbot.dialogue.specs import FlowSpec, SlotSpec
from chatbot.dialogue.state import Case
from chatbot.figures import YES
from chatbot.types import Entity, Incoming, Slot

SENT = "envoyée"  # the value of a document slot: people look at the document itself
DOUBT_BELOW = 0.6  # an entity read with less confidence is put to the customer once
SURE_OPERATOR = 0.85  # below it an operator is named in passing (« pour Orange », « sur Trémo c'est marqué »)
OPERATORS = ("from_operator", "to_operator")
MISREAD = 3  # characters that a bad picture may change in an identifier
FEW = 2  # words beside a number that say nothing of it: « c'est … », « voici … »
REACH = 24  # characters before a fact in which « pas », « au lieu de » or « depuis » bears on it


@dataclass(frozen=True, slots=True)
class Found:
    """An entity with the slot value it would become, and whether it came from a picture."""

    entity: Entity
    slot: Slot
    pictured: bool = False


def found_in(s: Scratch) -> tuple[Found, ...]:
    """Every usable fact of the turn: written and pictured, without secrets and without what the customer took back."""
    written = [
        _found(entity, s.heard.source(entity))
        for entity in s.heard.meaning.entities
        if entity.type != "secret" and not taken_back(entity, s)
    ]
    seen = [
        _found(entity, message, pictured=message.kind == "image")
        for message in s.heard.messages
        for entity in message.seen
    ]
    return tuple(_not_an_identifier(one, s) for one in (*written, *seen))


def phone_for_id(s: Scratch) -> bool:
    """Whether a bare phone number came where a transaction's identifier was asked for."""
    asked = "operator_tx_id" in s.before.said.asks and not any(one.endswith("msisdn") for one in s.before.said.asks)
    entities = s.heard.meaning.entities
    return asked and any(_bare(one, s) for one in entities) and not any(e.type == "operator_tx_id" for e in entities)


def _bare(entity: Entity, s: Scratch) -> bool:
    """A phone number of which nothing is said: its role is unknown, or only supposed since it stands alone."""
    around = fold(s.heard.text[: entity.span[0]] + " " + s.heard.text[entity.span[1] :]).split()
    supposed = entity.role == "recipient" and len(around) <= FEW and entity.span[1] > entity.span[0]
    return entity.type == "msisdn" and (entity.role is None or supposed)


def _not_an_identifier(one: Found, s: Scratch) -> Found:
    """A number given for an identifier is kept as a number, but not as the recipient's: nothing says so."""
    if not one.pictured and phone_for_id(s) and _bare(one.entity, s):
        return replace(one, entity=replace(one.entity, role="contact"))
    return one


def taken_back(entity: Entity, s: Scratch) -> bool:
    """Whether the words just before a fact deny it (« vers MTN pas Wave », « 35 000 au lieu de 30 000 »)."""
    before = fold(s.heard.text[max(0, entity.span[0] - REACH) : entity.span[0]])
    return s.rules.cues.ends("denied", before)


def split_by_case(found: Sequence[Found], identity: str) -> tuple[tuple[Found, ...], ...]:
    """One group of facts per case when a message tells of several.

    What stands before the first reference is shared; an operator that is not said again is the one before's.
    """
    marks = _first_of_each(found, identity)
    if len(marks) < 2:
        return (tuple(found),)
    shared = tuple(found[: marks[0]])
    ends = (*marks[1:], len(found))
    groups: list[tuple[Found, ...]] = []
    for start, end in zip(marks, ends, strict=True):
        own = tuple(found[start:end])
        told = {one.entity.type for one in (*shared, *own)}
        before = groups[-1] if groups else ()
        carried = tuple(one for one in before if one.entity.type in OPERATORS and one.entity.type not in told)
        groups.append(shared + own + carried)
    return tuple(groups)


def assign(found: Sequence[Found], flow: FlowSpec, known: Mapping[str, Slot], s: Scratch) -> dict[str, Slot]:
    """Slot values of a case that these facts give: each fact fills one slot, best suited first."""
    given: dict[str, Slot] = {}
    used: set[int] = set()
    for order, name, one in _ranked(found, flow):
        target = _chosen_line(one, flow, s) or _turned(name, one, given, known, s)
        if order not in used and target not in given and not _weaker(one, flow, flow.slot(target), known, s):
            cut = not one.pictured and flow.slot(target).looks_short(one.entity, _sender(known, found))
            given[target] = replace(one.slot, validity="doubtful") if cut else one.slot
            used.add(order)
    return given | _implied_sender(found, {**known, **given}, flow)


def _sender(known: Mapping[str, Slot], found: Sequence[Found]) -> str | None:
    """The sending network, known or told beside the fact."""
    told = [str(one.slot.value) for one in found if one.entity.type == OPERATORS[0]]
    return told[0] if told else (str(known[OPERATORS[0]].value) if OPERATORS[0] in known else None)


def _implied_sender(found: Sequence[Found], told: Mapping[str, Slot], flow: FlowSpec) -> dict[str, Slot]:
    """The sender when none was named: whose form the identifier has, else the account to be refunded."""
    sender, receiver = OPERATORS
    if sender in told or sender not in {slot.name for slot in flow.required}:
        return {}
    held = told.get("operator_tx_id")
    signs = [
        replace(one.slot, value=one.entity.role)
        for one in found
        if held and one.slot.value == held.value and one.entity.role and not str(held.value).isdigit()
    ]
    if "refund_to_operator" in told:
        signs.append(told["refund_to_operator"])
    other = told.get(receiver)
    if not signs or (other and other.value == signs[0].value):
        return {}
    return {sender: replace(signs[0], validity="ok")}


def _ranked(found: Iterable[Found], flow: FlowSpec) -> list[tuple[int, str, Found]]:
    rows = [
        (rank, -one.entity.confidence, order, place, slot.name, one)
        for order, one in enumerate(found)
        for place, slot in enumerate(flow.slots)
        if (rank := slot.rank(one.entity)) is not None
    ]
    rows.sort(key=lambda row: row[:4])
    return [(order, name, one) for _, _, order, _, name, one in rows]


def _chosen_line(one: Found, flow: FlowSpec, s: Scratch) -> str | None:
    """The slot the customer chose to correct takes whatever suits it."""
    slot = next((slot for slot in flow.slots if slot.name == s.correcting), None)
    return slot.name if slot is not None and _suits(slot, one.entity) else None


def _turned(name: str, one: Found, given: Mapping[str, Slot], known: Mapping[str, Slot], s: Scratch) -> str:
    """A bare « orange » for the side already known is the answer for the other side, when that is what was asked."""
    if name not in OPERATORS or s.corrects:
        return name
    other = OPERATORS[1 - OPERATORS.index(name)]
    taken = name in known and known[name].value != one.slot.value
    return other if taken and other in s.before.said.asks and other not in known and other not in given else name


def _suits(slot: SlotSpec, entity: Entity) -> bool:
    either = slot.name in OPERATORS and entity.type in OPERATORS
    return either or slot.rank(entity) is not None


def _weaker(one: Found, flow: FlowSpec, target: SlotSpec, known: Mapping[str, Slot], s: Scratch) -> bool:
    """A doubtful reading, a passing mention, or a fact the slot takes second, never replaces a sure value.

    A correction may, where no other slot would take the fact as well.
    """
    held = known.get(target.name)
    if held is None or held.validity == "doubtful" or held.value == one.slot.value:
        return False
    if target.name in OPERATORS and one.entity.confidence < SURE_OPERATOR and not s.corrects:
        return True
    if one.pictured and one.slot.validity == "doubtful":
        return _alike(str(held.value), str(one.slot.value))  # the same one, read badly; another is put to the customer
    if one.slot.validity == "doubtful":
        return True
    alone = not any(slot.rank(one.entity) is not None for slot in flow.slots if slot.name != target.name)
    meant = s.correcting == target.name or (s.corrects and alone)
    return bool(target.rank(one.entity)) and not meant


def _alike(known: str, read: str) -> bool:
    """Whether a reader may have made one of the other: of nearly the same length, few characters apart."""
    return Levenshtein.distance(known, read, score_cutoff=MISREAD) <= MISREAD


def _found(entity: Entity, message: Incoming, *, pictured: bool = False) -> Found:
    doubtful = entity.confidence < DOUBT_BELOW
    return Found(entity, Slot(entity.value, message.id, message.at, "doubtful" if doubtful else "ok"), pictured)


def _first_of_each(found: Sequence[Found], identity: str) -> list[int]:
    marks: dict[str | int, int] = {}
    for index, one in enumerate(found):
        if one.entity.type == identity:
            marks.setdefault(one.entity.value, index)
    return sorted(marks.values())


def said_or_shown(s: Scratch, flow: FlowSpec, case: Case) -> dict[str, Slot]:
    """Slots set by a turn of phrase (an early withdrawal), and a document sent since it was asked for."""
    last = s.heard.messages[-1]
    given = {when.slot: Slot(YES, last.id, last.at) for when in flow.conditions if s.hears(when.cue)}
    for slot in flow.slots:
        shown = [m for m in s.heard.messages if m.kind in ("image", "document") and not m.seen]
        if shown and claims.awaits_document(flow, case, slot):
            given[slot.name] = Slot(SENT, shown[-1].id, shown[-1].at)
    return given
