"""« Mal compris » in the console: the proposal on a message, and the page where a supervisor decides."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action

from chatbot.brand import BrandError
from support.accounts.pages import user_of
from support.console import roles, words
from support.console.actions import Unusable, uuid_of
from support.console.actions import action as door
from support.console.masking import mask_phones
from support.console.readonly import RecordAdmin
from support.console.records import link_to_case
from support.lessons import trial, writing
from support.minds import with_template
from support.models import Lesson, LessonKind, LessonStatus, Message

SHOWN = 5


@door
def propose(conversation: uuid.UUID, user: User, body: Mapping[str, Any]) -> HttpResponse:
    """Keep what the user says was misread in ``message``."""
    message = (
        Message.objects.select_related("conversation")
        .filter(id=uuid_of(body, "message"), conversation=conversation)
        .first()
    )
    if message is None:
        raise Unusable("Ce message n'est pas dans cette conversation.")
    if body.get("kind") not in LessonKind.values:
        raise Unusable("Un mot ou une intention est attendu.")
    fields = ("form", "standard", "intent", "comment")
    said = writing.Proposal(LessonKind(body["kind"]), **{name: _text(body, name) for name in fields})
    try:
        row = writing.propose(message, user, said, with_template(message.conversation.brand))
    except writing.NotAllowed as refusal:
        raise Unusable(str(refusal)) from None
    return JsonResponse({"id": str(row.id)}, status=201)


def intents() -> list[dict[str, str]]:
    """What a customer may want, for the list of the dialog: code and French."""
    return sorted(
        ({"name": name, "label": label[:1].upper() + label[1:]} for name, label in words.tables()["intents"].items()),
        key=lambda one: one["label"],
    )


@admin.register(Lesson)
class LessonAdmin(RecordAdmin):
    """Proposals of staff. What would change is tried and shown before a supervisor decides."""

    list_display = ("at", "kind", "what", "example_shown", "status", "proposer", "decider")
    list_filter = ("status", "kind", "brand")
    list_select_related = ("proposed_by", "decided_by")
    fields = (
        "kind", "what", "example_shown", "asked_shown", "remark", "proposer", "proposed_at", "status", "decider",
        "decided_at", "tried", "case",
    )  # fmt: skip
    readonly_fields = fields
    actions_submit_line: ClassVar[list[str]] = ["approve", "reject", "withdraw"]

    @admin.display(description="proposée le", ordering="proposed_at")
    def at(self, row: Lesson) -> Any:
        """When it was proposed."""
        return row.proposed_at

    @admin.display(description="proposée par")
    def proposer(self, row: Lesson) -> str:
        """Who proposed it."""
        return str(row.proposed_by or "–")

    @admin.display(description="décidée par")
    def decider(self, row: Lesson) -> str:
        """Who decided."""
        return str(row.decided_by or "–")

    @admin.display(description="leçon")
    def what(self, row: Lesson) -> str:
        """What is to be learnt, in a few words."""
        if row.kind == LessonKind.INTENT:
            return words.code("intents", row.intent)
        return f"« {row.form} » se lit « {'(rien)' if row.standard == '<DROP>' else row.standard} »"

    @admin.display(description="remarque")
    def remark(self, row: Lesson) -> str:
        """What whoever proposed it wrote beside."""
        return mask_phones(row.comment)

    @admin.display(description="message")
    def example_shown(self, row: Lesson) -> str:
        """The customer's message without personal data."""
        return str(row.example)

    @admin.display(description="après la question")
    def asked_shown(self, row: Lesson) -> str:
        """What the assistant had asked for, in French."""
        return words.slot(row.brand, "debited_not_received", row.asked) if row.asked else "–"

    @admin.display(description="conversation")
    def case(self, row: Lesson) -> SafeString | str:
        """The way to the message."""
        return link_to_case(row.message.conversation) if row.message else "–"

    @admin.display(description="essai")
    def tried(self, row: Lesson) -> SafeString | str:
        """What approving it would do."""
        if row.status != LessonStatus.PROPOSED:
            return "–"
        try:
            seen = trial.attempt(row, with_template(row.brand))
        except BrandError as error:
            return str(error)
        verdict = trial.verdict(seen) or "Rien ne s'y oppose."
        lines = [(one.text, _intent(one.before), _intent(one.after)) for one in seen.changed[:SHOWN]]
        changes = format_html_join("", "<li>« {} » : {} → {}</li>", lines)
        return format_html(
            "{} {} exemple(s) avec ces mots relu(s), {} changent de sens.<ul>{}</ul>",
            verdict, seen.read_again, len(seen.changed), changes,
        )  # fmt: skip

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Supervisors."""
        return roles.may_teach(user_of(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Supervisors decide; no field is ever changed."""
        return self.has_decide_permission(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Without the buttons that save: there is nothing to save, one decides."""
        unsaid = {"show_save": False, "show_save_and_continue": False}
        page: HttpResponse = super().change_view(request, object_id, form_url, {**(extra_context or {}), **unsaid})
        return page

    def save_model(self, request: HttpRequest, obj: Lesson, form: Any, change: bool) -> None:
        """Only the decision that was clicked."""
        for button in self.get_actions_submit_line(request, str(obj.pk)):
            if button.action_name in request.POST:
                button.method(request, obj)

    def log_change(self, *args: Any, **kwargs: Any) -> None:
        """Our own audit trail has it."""

    @action(description="Approuver", permissions=["decide"])
    def approve(self, request: HttpRequest, obj: Lesson) -> None:
        """The assistant reads it so within seconds."""
        self._decide(request, obj, _approve, "Approuvée : l'assistant en tient compte dans quelques secondes.")

    @action(description="Refuser", permissions=["decide"])
    def reject(self, request: HttpRequest, obj: Lesson) -> None:
        """Nothing changes."""
        self._decide(request, obj, writing.reject, "Refusée : rien ne change.")

    @action(description="Retirer", permissions=["decide"])
    def withdraw(self, request: HttpRequest, obj: Lesson) -> None:
        """The assistant reads as before."""
        self._decide(request, obj, writing.withdraw, "Retirée : l'assistant lit comme avant.")

    def _decide(self, request: HttpRequest, row: Lesson, act: Any, done: str) -> None:
        try:
            act(row, request.user)
        except writing.NotAllowed as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, done)

    def get_actions_submit_line(self, request: HttpRequest, object_id: str) -> list[Any]:
        """Decide on a proposal, withdraw what was approved; nothing else."""
        row = self.get_object(request, object_id)
        status = row.status if row else None
        wanted = {LessonStatus.PROPOSED: ("approve", "reject"), LessonStatus.APPROVED: ("withdraw",)}
        offered: list[Any] = super().get_actions_submit_line(request, object_id)
        return [one for one in offered if one.path in wanted.get(LessonStatus(status or "withdrawn"), ())]


def _approve(row: Lesson, user: User) -> None:
    writing.approve(row, user, with_template(row.brand))


def _intent(name: str) -> str:
    return words.code("intents", name)


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Unusable(f"« {name} » doit être un texte.")
    return value
