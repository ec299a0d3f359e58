"""Corrected values of the back office, read by the same recognisers as the customers' own words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from chatbot import brand
from chatbot.dialogue.specs import FlowSpec, SlotSpec, read_flows
from chatbot.normalise import Normaliser
from chatbot.types import Entity
from chatbot.understand.asked import read_context
from chatbot.understand.entities import Entities

LONGEST = 200


class CorrectionError(ValueError):
    """A value that cannot stand in a slot; ``slot`` is its name, the text is French."""

    def __init__(self, slot: str, detail: str) -> None:
        super().__init__(detail)
        self.slot = slot


class Recognisers:
    """A brand's flows and recognisers, without its models."""

    def __init__(self, slug: str) -> None:
        data = brand.load(slug)
        self._flows = read_flows(data.flows)
        self._normalise = Normaliser(data).normalise
        self._entities = Entities(data)

    def read(self, kind: str, corrections: Mapping[str, str | int]) -> dict[str, str | int]:
        """Canonical values for the slots of a claim of ``kind``. Raises CorrectionError."""
        flow = self._flows.get(kind)
        return {name: self._value(flow, name, str(value)) for name, value in corrections.items()}

    def _value(self, flow: FlowSpec | None, name: str, written: str) -> str | int:
        slot = self._slot(flow, name)
        text = written.strip()
        if not text or len(text) > LONGEST:
            raise CorrectionError(name, f"De 1 à {LONGEST} caractères sont attendus.")
        found = self._entities.find(self._normalise(text), text, read_context((name,)))
        fitting = [entity for entity in found if _whole(entity, text) and slot.rank(entity) is not None]
        if not fitting:
            raise CorrectionError(name, f"Cette valeur n'est pas reconnue pour « {slot.label} ».")
        return min(fitting, key=lambda entity: slot.rank(entity) or 0).value

    def _slot(self, flow: FlowSpec | None, name: str) -> SlotSpec:
        try:
            slot = flow.slot(name) if flow else None
        except KeyError:
            slot = None
        if slot is None or slot.document or not slot.accepts:
            raise CorrectionError(name, "Ce dossier n'a pas cette information, ou elle ne se corrige pas ici.")
        return slot


@lru_cache(maxsize=4)
def recognisers(slug: str) -> Recognisers:
    """The brand's, once per process."""
    return Recognisers(slug)


def _whole(entity: Entity, text: str) -> bool:
    return entity.span[0] <= 0 and entity.span[1] >= len(text)
