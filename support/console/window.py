"""What happens to a reply while WhatsApp's 24-hour window is closed: which approved template invites the customer."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User

from chatbot.brand import BrandError
from support import inviting, staff, whatsapp_templates
from support.console import variables, words
from support.models import Conversation, Message
from support.owning import EscalationError
from support.transports.web.events import isoformat
from support.whatsapp_templates import Template

NOT_APPROVED = "pas encore approuvé"
LEAVING = "Un modèle est déjà en train de partir."


def invitation(conversation: Conversation, agent: User) -> dict[str, Any] | None:
    """What may invite the customer, and what did; None while the window is open or has no part. 5 queries at most.

    ``templates``: {name, label, text as the customer reads it, refused: why it cannot be chosen}; ``refused``: why
    none can now, and ``next``: when one can again; ``sent`` and ``sent_text``: the last invitation not followed.
    """
    if not inviting.window_is_closed(conversation):
        return None
    last = inviting.unanswered(conversation).exclude(delivery__in=inviting.NOT_ARRIVED).first()
    return {
        "templates": offered(conversation, agent),
        "refused": LEAVING if _leaving(conversation) else inviting.why_not(conversation),
        "next": isoformat(last.at + inviting.PATIENCE) if last else None,
        "sent": isoformat(last.at) if last else None,
        "sent_text": last.text if last else "",
    }


def offered(conversation: Conversation, agent: User) -> list[dict[str, str]]:
    """The templates of the brand that agents choose from, filled for this case."""
    try:
        found = [each for each in whatsapp_templates.of(conversation.brand).values() if each.offered]
    except BrandError:
        return []
    known = _known(conversation, agent)
    return [
        {"name": each.name, "label": each.label, "text": _shown(each, known), "refused": _refused(each, known)}
        for each in found
    ]


def chosen(conversation_id: uuid.UUID, agent: User, client_id: uuid.UUID, name: object) -> inviting.Filled | None:
    """The template ``name``, filled, to go before a reply; None for no name. Raises EscalationError.

    A reply that is known already, by its ``client_id``, has its template: a repeat must not be refused for it.
    """
    if not name:
        return None
    conversation = Conversation.objects.select_related("identity", "customer").get(id=conversation_id)
    if kept := _kept(conversation, client_id):
        return kept
    template = whatsapp_templates.of(conversation.brand).get(name) if isinstance(name, str) else None
    if template is None or not template.offered:
        raise EscalationError("Ce modèle n'existe pas.")
    known = _known(conversation, agent)
    if reason := _refused(template, known):
        raise EscalationError(f"Le modèle « {template.label} » ne peut pas partir : {reason}.")
    if _leaving(conversation):
        raise EscalationError(LEAVING)
    inviting.require(conversation)
    values = template.values(known)
    return {"name": template.name, "text": template.worded(values), "values": values}


def _leaving(conversation: Conversation) -> bool:
    """Whether a reply that can still be undone will take a template with it."""
    return any(waiting.template for waiting in conversation.pending_replies.filter(refused=""))


def _kept(conversation: Conversation, client_id: uuid.UUID) -> inviting.Filled | None:
    if waiting := conversation.pending_replies.filter(client_id=client_id).first():
        return waiting.template or None
    ids = (client_id, uuid.uuid5(client_id, "template"))
    sent = conversation.messages.filter(client_id__in=ids).exclude(template="").first()
    return {"name": sent.template, "text": sent.text, "values": sent.template_values} if sent else None


def _refused(template: Template, known: Mapping[str, str]) -> str:
    if not whatsapp_templates.sid(template.name):
        return NOT_APPROVED
    lacking = template.lacking(known)
    return f"il manque : {', '.join(words.code('variables', name) for name in lacking)}" if lacking else ""


def _shown(template: Template, known: Mapping[str, str]) -> str:
    gaps = {str(number): variables.gap(name) for number, (name, _) in enumerate(template.variables, start=1)}
    return template.worded(gaps | template.values(known))


def _known(conversation: Conversation, agent: User) -> dict[str, str]:
    known = variables.of(conversation, agent)
    return known | {"client": first_name(known["client"])}


def first_name(shown: str) -> str:
    """The first word of a profile's name, where it can be a name: people also write numbers and signs there."""
    word = next(iter(shown.split()), "").strip(".,")
    if not word.replace("-", "").replace("'", "").isalpha() or not 2 <= len(word) <= 30:
        return ""
    return word.capitalize() if word.isupper() or word.islower() else word


def name_of(message: Message) -> str:
    """Whose a template in the transcript is: « Modèle « Dossier réglé », par Awa »."""
    known = whatsapp_templates.of(message.conversation.brand).get(message.template)
    label = f" « {known.label} »" if known else ""
    by = f", par {staff.name(message.agent)}" if message.agent else ""
    return f"Modèle WhatsApp{label}{by}"
