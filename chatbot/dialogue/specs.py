"""Flows as the brand describes them: which slots a case needs, what fills them, what is done when it is complete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from chatbot.brand import BrandError
from chatbot.types import Entity

SHARED = "_slots"  # flows/_slots.toml holds the slots that flows have in common


class FlowError(BrandError):
    """A flow file that cannot be used; the message names the file and the field."""


@dataclass(frozen=True, slots=True)
class SlotSpec:
    """A fact a case may hold. ``accepts`` lists entity types, best first, with a role where it counts ("msisdn:wrong").

    "msisdn" alone accepts any role, "msisdn:none" only a number of which nothing is said. ``helps`` lists the operators
    for which the wording explains where to find it; ``full_length`` says from how many characters an operator's
    identifier is whole.
    """

    name: str
    label: str
    accepts: tuple[str, ...]
    helps: tuple[str, ...] = ()
    full_length: Mapping[str, int] = field(default_factory=dict)
    document: bool = False  # any picture or document sent when it was asked for fills it; people check it

    def rank(self, entity: Entity) -> int | None:
        """How well an entity suits this slot: 0 is best, None is not at all."""
        for name in (f"{entity.type}:{entity.role or 'none'}", entity.type):
            if name in self.accepts:
                return self.accepts.index(name)
        return None

    def looks_short(self, entity: Entity, sender: str | None = None) -> bool:
        """Whether an identifier seems cut: shorter than the operator of its form, or else its sender, makes them.

        When neither is known, shorter than any operator whose lengths are known makes them.
        """
        maker = entity.role or sender
        least = min(self.full_length.values(), default=0) if maker is None else self.full_length.get(maker, 0)
        return len(str(entity.value)) < least

    def is_short(self, value: str | int, operator: str | int | None) -> bool:
        """Whether an identifier of ``operator`` is shorter than its identifiers are."""
        return len(str(value)) < self.full_length.get(str(operator), 0)


@dataclass(frozen=True, slots=True)
class Condition:
    """A turn of phrase (``cue``) that sets ``slot``, and the slots it makes required."""

    slot: str
    cue: str
    requires: tuple[SlotSpec, ...]


@dataclass(frozen=True, slots=True)
class FlowSpec:
    """A kind of case. ``identity`` is the slot that makes two cases the same one."""

    kind: str
    label: str
    intents: tuple[str, ...]
    identity: str
    required: tuple[SlotSpec, ...]
    optional: tuple[SlotSpec, ...]
    cues: tuple[str, ...] = ()  # turns of phrase that open it whatever the intent
    default: bool = False  # opened when an identifier arrives and no wish was stated
    handoff: str | None = None  # the reason for which a person is called as soon as the flow opens
    advice: tuple[str, ...] = ()  # acts spoken once the case is filed
    conditions: tuple[Condition, ...] = ()
    promised: timedelta | None = None  # how long the back office may take; None: as the brand says for all

    @property
    def slots(self) -> tuple[SlotSpec, ...]:
        """Required first."""
        return self.required + self.optional + tuple(one for when in self.conditions for one in when.requires)

    def slot(self, name: str) -> SlotSpec:
        """Raises KeyError for a slot this flow does not have."""
        for slot in self.slots:
            if slot.name == name:
                return slot
        raise KeyError(name)

    def identifies(self, slot: SlotSpec) -> bool:
        """Whether a slot holds an identifier, of which one wrong character makes another one."""
        return bool(slot.full_length) or slot.name == self.identity

    def menu(self, names: Iterable[str]) -> str:
        """Slots to choose from by digit, one a line."""
        return "\n".join(f"{place}. {self.slot(name).label}" for place, name in enumerate(names, start=1))

    def missing(self, known: Iterable[str]) -> tuple[str, ...]:
        """Required slots not among ``known``, in the order they are asked."""
        have = set(known)
        needed = self.required + tuple(one for when in self.conditions if when.slot in have for one in when.requires)
        return tuple(slot.name for slot in needed if slot.name not in have)


def read_flows(flows: Mapping[str, Mapping[str, object]]) -> Mapping[str, FlowSpec]:
    """Every flow of a brand, by kind. Raises FlowError naming file and field."""
    shared = flows.get(SHARED, {})
    return {name: _flow(name, table, shared) for name, table in flows.items() if name != SHARED}


def _flow(name: str, table: Mapping[str, object], shared: Mapping[str, object]) -> FlowSpec:
    known = {**_tables(shared), **_tables(table.get("slots", {}))}

    def slots(key: str) -> tuple[SlotSpec, ...]:
        return tuple(_slot(name, slot, known) for slot in _strings(name, key, table.get(key, [])))

    required, optional = slots("required"), slots("optional")
    identity = _string(name, "identity", table.get("identity"))
    if identity not in {slot.name for slot in required}:
        raise FlowError(f"flows/{name}.toml: field 'identity': {identity!r} is not a required slot")
    return FlowSpec(
        kind=name,
        label=_string(name, "label", table.get("label")),
        intents=_strings(name, "intents", table.get("intents", [])),
        identity=identity,
        required=required,
        optional=optional,
        cues=_strings(name, "cues", table.get("cues", [])),
        default=table.get("default") is True,
        handoff=_string(name, "handoff", table["handoff"]) if "handoff" in table else None,
        advice=_strings(name, "advice", table.get("advice", [])),
        promised=_hours(name, table.get("promised_hours")),
        conditions=tuple(_condition(name, when, known) for when in _list(name, "when", table.get("when", []))),
    )


def _hours(flow: str, data: object) -> timedelta | None:
    if data is None:
        return None
    if not isinstance(data, int) or isinstance(data, bool) or data < 1:
        raise FlowError(f"flows/{flow}.toml: field 'promised_hours': hours are expected, not {data!r}")
    return timedelta(hours=data)


def _condition(flow: str, data: object, known: Mapping[str, Mapping[str, object]]) -> Condition:
    if not isinstance(data, Mapping):
        raise FlowError(f"flows/{flow}.toml: field 'when': a table is expected")
    requires = _strings(flow, "when.requires", data.get("requires", []))
    return Condition(
        slot=_string(flow, "when.slot", data.get("slot")),
        cue=_string(flow, "when.cue", data.get("cue")),
        requires=tuple(_slot(flow, name, known) for name in requires),
    )


def _slot(flow: str, slot: str, known: Mapping[str, Mapping[str, object]]) -> SlotSpec:
    if slot not in known:
        raise FlowError(f"flows/{flow}.toml: slot {slot!r} is described nowhere")
    table = known[slot]
    helps = table.get("help_for", {})
    return SlotSpec(
        name=slot,
        label=_string(flow, f"{slot}.label", table.get("label")),
        accepts=_strings(flow, f"{slot}.accepts", table.get("accepts", [])),
        helps=tuple(helps) if isinstance(helps, Mapping) else (),
        document=table.get("document") is True,
        full_length=_lengths(flow, slot, table.get("full_length", {})),
    )


def _lengths(flow: str, slot: str, data: object) -> Mapping[str, int]:
    if not isinstance(data, Mapping) or not all(isinstance(length, int) for length in data.values()):
        raise FlowError(f"flows/{flow}.toml: field '{slot}.full_length': a length per operator is expected")
    return dict(data)


def _tables(data: object) -> Mapping[str, Mapping[str, object]]:
    if not isinstance(data, Mapping):
        return {}
    return {str(name): table for name, table in data.items() if isinstance(table, Mapping)}


def _list(flow: str, field: str, data: object) -> Sequence[object]:
    if not isinstance(data, Sequence) or isinstance(data, str):
        raise FlowError(f"flows/{flow}.toml: field {field!r}: a list is expected")
    return data


def _string(flow: str, field: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise FlowError(f"flows/{flow}.toml: field {field!r}: text is expected")
    return value


def _strings(flow: str, field: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(one, str) for one in value):
        raise FlowError(f"flows/{flow}.toml: field {field!r}: a list of texts is expected")
    return tuple(value)
