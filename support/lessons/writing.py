"""What happens to a lesson: proposed on a message, approved, rejected, withdrawn; each one audited transaction."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from django.contrib.auth.models import User

from chatbot.anonymise.secrets import mask_secrets
from chatbot.teaching import without_personal_data
from chatbot.turn import Mind
from chatbot.understand.asked import read_context
from support import clock, notices, staff
from support.db import write
from support.lessons import trial
from support.models import Author, Lesson, LessonKind, LessonStatus, Message, NoticeKind
from support.privacy import audit

APPROVE = "support.approve_lesson"
LONGEST_FORM, LONGEST_STANDARD, LONGEST_EXAMPLE = 80, 120, 1000
MOST_WORDS = 4


class NotAllowed(Exception):
    """The act is refused; the text is French."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a member of staff says was misread: ``form`` and ``standard`` of a word, or the right ``intent``."""

    kind: LessonKind
    form: str = ""
    standard: str = ""
    intent: str = ""
    comment: str = ""


def propose(message: Message, user: User, said: Proposal, mind: Mind) -> Lesson:
    """Keep a proposal about a customer's message, without its personal data. Raises NotAllowed."""
    if message.author != Author.CUSTOMER or not message.text.strip():
        raise NotAllowed("Seul un message écrit par le client peut être mal compris.")
    example = without_personal_data(message.text)[:LONGEST_EXAMPLE]
    form, standard = _plain(said.form), _plain(said.standard)
    _check(said, form, standard, example, mind)
    with write():
        row = Lesson.objects.create(
            brand=message.conversation.brand,
            kind=said.kind,
            message=message,
            example=example,
            form=form,
            standard=standard,
            intent=said.intent if said.kind == LessonKind.INTENT else "",
            asked=_asked(message) if said.kind == LessonKind.INTENT else "",
            comment=mask_secrets(said.comment).strip()[:500],
            proposed_by=user,
            proposed_at=clock.now(),
        )
        audit.record(user, "lesson_proposed", f"lesson:{row.id}", {"kind": row.kind})
        teachers = staff.holders(APPROVE).exclude(pk=user.pk)
        notices.tell(teachers, NoticeKind.PROPOSAL, message.conversation_id, "Une leçon est proposée.")
    return row


def approve(row: Lesson, user: User, mind: Mind) -> None:
    """Let it count, in every process within seconds. Raises NotAllowed with what speaks against it."""
    _require(user)
    if fault := trial.fault(row, mind):
        raise NotAllowed(fault)
    _decide(row.id, user, LessonStatus.PROPOSED, LessonStatus.APPROVED)


def reject(row: Lesson, user: User) -> None:
    """Leave the assistant as it is. Raises NotAllowed."""
    _require(user)
    _decide(row.id, user, LessonStatus.PROPOSED, LessonStatus.REJECTED)


def withdraw(row: Lesson, user: User) -> None:
    """Take back what was approved. Raises NotAllowed."""
    _require(user)
    _decide(row.id, user, LessonStatus.APPROVED, LessonStatus.WITHDRAWN)


def _decide(lesson: uuid.UUID, user: User, due: LessonStatus, becomes: LessonStatus) -> None:
    with write():
        row = Lesson.objects.select_for_update().get(id=lesson)
        if row.status != due:
            raise NotAllowed(f"Cette leçon est déjà « {row.get_status_display().lower()} ».")
        row.status, row.decided_by, row.decided_at = becomes, user, clock.now()
        row.save(update_fields=["status", "decided_by", "decided_at"])
        audit.record(user, f"lesson_{becomes}", f"lesson:{row.id}", {"kind": row.kind})


def _require(user: User) -> None:
    if not user.has_perm(APPROVE):
        raise NotAllowed("Seul un superviseur décide d'une leçon.")


def _check(said: Proposal, form: str, standard: str, example: str, mind: Mind) -> None:
    if said.kind == LessonKind.INTENT:
        if said.intent not in {one.intent for one in mind.brand.examples}:
            raise NotAllowed("Choisissez une intention de la liste.")
        return
    if not form or not standard:
        raise NotAllowed("Donnez le mot tel que le client l'écrit, et ce qu'il veut dire.")
    if re.search(r"\d{2}", form + standard) or without_personal_data(form) != form:
        raise NotAllowed("Un numéro, un identifiant ou un nom ne s'apprend pas.")
    if len(form) > LONGEST_FORM or len(standard) > LONGEST_STANDARD or len(form.split()) > MOST_WORDS:
        raise NotAllowed(f"Un mot ou une tournure de {MOST_WORDS} mots au plus.")
    if form.casefold() not in " ".join(example.casefold().split()):
        raise NotAllowed("Ce mot n'est pas dans le message.")


def _plain(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())


def _asked(message: Message) -> str:
    """The slot that the assistant had asked for just before; the same words may mean another thing without it."""
    before = Message.objects.filter(conversation=message.conversation_id, seq__lt=message.seq).order_by("-seq").first()
    if before is None or before.author != Author.BOT:
        return ""
    slots = read_context([before.text]).slots
    return slots[0] if slots else ""
