"""French words for what the records hold as codes: why a message failed, what to do, what a slot is called."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from chatbot import brand
from chatbot.dialogue.specs import FlowSpec, read_flows
from support.models import ClaimEvent, ClaimStatus, Delivery, Reason, Told

_FILE = Path(__file__).with_name("words.toml")


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why something is as it is, and what the agent can do; either may be empty."""

    why: str = ""
    todo: str = ""
    again: bool = False  # whether sending it again may help


@cache
def tables() -> Mapping[str, Any]:
    """words.toml."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def explain(delivery: str, error_code: str) -> Explanation:
    """Why a message stands where it stands. A code we do not know keeps its number, for the technical team."""
    if delivery == Delivery.FAILED or (error_code and delivery not in tables()["states"]):
        entry = tables()["errors"].get(error_code) or tables()["errors"]["unknown"]
        why = entry["why"] if error_code in tables()["errors"] or not error_code else f"erreur {error_code}"
        return Explanation(why, entry["todo"], entry.get("again", False))
    return Explanation(**tables()["states"].get(delivery, {}))


def code(table: str, name: str) -> str:
    """The French of a code in one of the plain tables; one without a word stays as it is."""
    return str(tables()[table].get(name, name))


def act(name: str) -> str:
    """What somebody did, of the audit trail."""
    return code("staff_acts", name) if name in tables()["staff_acts"] else code("house_acts", name)


def kind_of_message(kind: str) -> str:
    """ "Image", "Message vocal"…; empty for text."""
    return str(tables()["kinds"].get(kind, ""))


def claim_event(name: str) -> str:
    """What happened to a claim."""
    return str(tables()["claim_events"].get(name, name))


def happened(event: ClaimEvent) -> str:
    """What happened to a claim, with the status it got and, where it matters, who is to tell the customer."""
    label = claim_event(event.name)
    if event.name != "status":
        return label
    known = event.details.get("status", "")
    label = f"{label} : {ClaimStatus(known).label if known in ClaimStatus.values else known}"
    if event.details.get("result", {}).get("outcome") == "superseded":
        return f"{label} (arrivé trop tard, sans effet)"
    told = Told(event.told)
    return f"{label} ({told.label.lower()})" if told in (Told.DUE, Told.AGENT, Told.STOPPED) else label


def flow(brand_slug: str, kind: str) -> FlowSpec | None:
    """The brand's description of a kind of claim; None for one that it no longer has."""
    return _flows(brand_slug).get(kind)


def claim_kind(brand_slug: str, kind: str) -> str:
    """French name of a kind of claim."""
    described = flow(brand_slug, kind)
    return _capital(described.label) if described else _spelt(kind)


def slot(brand_slug: str, kind: str, name: str) -> str:
    """French name of a slot."""
    described = flow(brand_slug, kind)
    labels = {each.name: each.label for each in described.slots} if described else {}
    return _capital(labels[name]) if name in labels else _spelt(name)


def is_editable(brand_slug: str, kind: str, name: str) -> bool:
    """Whether a slot holds a value that can be written: not a document, and of a kind the brand still has."""
    described = flow(brand_slug, kind)
    return bool(described) and any(
        each.name == name and bool(each.accepts) and not each.document
        for each in (described.slots if described else ())
    )


def detail(brand_slug: str, code: str) -> str:
    """French of what an act is about: a slot of any flow, a kind of claim, a status, a reason; "" when it is none."""
    name = code.partition(".")[0]
    if name in _flows(brand_slug):
        return _flows(brand_slug)[name].label
    labels = {slot.name: slot.label for flow in _flows(brand_slug).values() for slot in flow.slots}
    known = {**dict(ClaimStatus.choices), **dict(Reason.choices), **labels}
    return str(known.get(name, "")).lower()


@cache
def _flows(brand_slug: str) -> Mapping[str, FlowSpec]:
    try:
        return read_flows(brand.load(brand_slug).flows)
    except brand.BrandError:
        return {}


def _spelt(code: str) -> str:
    return _capital(code.replace("_", " "))


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]
