"""Runs a macro: reply, labels, priority, status and note in one transaction, all of them or none."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User

from support import clock, db, escalate, labelling, statuses, undo
from support.console import variables
from support.models import Conversation, Label, Note, Priority, Status
from support.privacy import audit

STEPS = ("reply", "labels", "priority", "status", "snooze_hours", "note")
STATUSES = ("pending", "snoozed", "resolved")
MAX_SNOOZE_HOURS = 24 * 30


class MacroError(ValueError):
    """Steps that cannot be carried out; the text is French."""


class GapError(MacroError):
    """The reply speaks of a fact that the case does not know; ``text`` is the reply with its gap."""

    def __init__(self, gap: str, text: str) -> None:
        super().__init__(f"Complétez {gap}, puis relancez la macro : rien n'a encore été fait.")
        self.text = text


def check(steps: object) -> Mapping[str, Any]:
    """The steps, if they can be carried out. Raises MacroError."""
    if not isinstance(steps, Mapping) or not steps:
        raise MacroError("Une macro contient au moins un acte.")
    if strange := set(steps) - set(STEPS):
        raise MacroError(f"Acte inconnu : {', '.join(sorted(map(str, strange)))}.")
    for name in ("reply", "note"):
        if name in steps and not (isinstance(steps[name], str) and 0 < len(steps[name]) <= 4000):
            raise MacroError("Réponse et note : un texte de 4 000 caractères au plus.")
    if unknown := variables.unknown_in(str(steps.get("reply", ""))):
        raise MacroError(f"Variable inconnue : {unknown[0]}.")
    _check_labels(steps.get("labels", []))
    _check_standing(steps)
    return steps


def _check_labels(labels: object) -> None:
    if not isinstance(labels, list) or not all(isinstance(each, str) and 0 < len(each) <= 40 for each in labels):
        raise MacroError("Étiquettes : des noms de 40 caractères au plus.")


def _check_standing(steps: Mapping[str, Any]) -> None:
    if "priority" in steps and str(steps["priority"]).upper() not in Priority.names:
        raise MacroError("Priorité inconnue.")
    if "status" in steps and steps["status"] not in STATUSES:
        raise MacroError("État inconnu.")
    hours = steps.get("snooze_hours", 1)
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 < hours <= MAX_SNOOZE_HOURS:
        raise MacroError("Veille : un nombre d'heures, 720 au plus.")
    if (steps.get("status") == "snoozed") != ("snooze_hours" in steps):
        raise MacroError("Une mise en veille, et elle seule, demande un nombre d'heures.")


def run(
    conversation_id: uuid.UUID, agent: User, steps: Mapping[str, Any], once: uuid.UUID, text: str = ""
) -> list[str]:
    """Carry out every step for the agent who has the case; returns what was done, in French.

    ``text`` stands for the macro's own reply when the agent has completed it; the same ``once`` again does nothing
    twice. Raises GapError, MacroError, EscalationError, and then nothing was done.
    """
    steps = check(steps)
    done: list[str] = []
    with db.write():
        conversation = escalate.owned(conversation_id, agent)
        if "reply" in steps:
            reply = text or variables.filled(steps["reply"], variables.of(conversation, agent))
            if gap := variables.gap_in(reply):
                raise GapError(gap, reply)
            undo.hold(conversation_id, agent, reply, once)
            done.append("réponse écrite")
        done += _label(conversation, agent, steps.get("labels", []))
        if "note" in steps:
            _note(conversation, agent, steps["note"], uuid.uuid5(once, "note"))
            done.append("note ajoutée")
        done += _arrange(conversation_id, agent, steps)
        audit.record(agent, "macro", f"conversation:{conversation_id}", {"steps": sorted(steps)})
        if steps.get("status") == "resolved":
            escalate.close(conversation_id, agent)
            done.append("conversation terminée")
    return done


def _label(conversation: Conversation, agent: User, names: list[str]) -> list[str]:
    for name in names:
        label, fresh = Label.objects.get_or_create(brand=conversation.brand, name=name)
        if fresh:
            audit.record(agent, "label_created", f"label:{label.pk}", {"name": name})
        labelling.put(conversation.id, agent, label)
    return [f"étiquette « {name} »" for name in names]


def _note(conversation: Conversation, agent: User, text: str, once: uuid.UUID) -> None:
    Note.objects.get_or_create(
        conversation=conversation, client_id=once, defaults={"author": agent, "text": text, "at": clock.now()}
    )


def _arrange(conversation_id: uuid.UUID, agent: User, steps: Mapping[str, Any]) -> list[str]:
    priority = Priority[steps["priority"].upper()] if "priority" in steps else None
    status = Status(steps["status"]) if steps.get("status") in ("pending", "snoozed") else None
    told = []
    if priority is not None:
        statuses.set_priority(conversation_id, agent, priority)
        told.append(priority_word(steps))
    if status is not None:
        until = clock.now() + timedelta(hours=steps["snooze_hours"]) if status == Status.SNOOZED else None
        statuses.set_status(conversation_id, agent, status, until)
    if status == Status.SNOOZED:
        told.append(f"mise en veille {steps['snooze_hours']:g} h")
    elif status is not None:
        told.append(status.label.lower())
    return told


def priority_word(steps: Mapping[str, Any]) -> str:
    """« priorité haute », "" where a macro sets none."""
    return f"priorité {Priority[steps['priority'].upper()].label.lower()}" if "priority" in steps else ""
