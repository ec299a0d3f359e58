"""Ready replies, macros, suggestions, cancelling and sending again: what the composer asks of the server."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from support import clock, escalate
from support.console import macros, ready, variables, words
from support.models import (
    Attempt,
    AuditEvent,
    CannedReply,
    Channel,
    Claim,
    Conversation,
    Delivery,
    Label,
    Macro,
    Message,
    Note,
    Owner,
)
from tests.support.console.test_actions import BrowserOf, Waiting, act
from tests.support.journeys import BRAND, write


@pytest.fixture
def case(awa: User, waiting: Waiting) -> Conversation:
    """A case that awa has taken."""
    found = waiting()
    escalate.take(found.id, awa)
    return Conversation.objects.get(id=found.id)


def claim_of(case: Conversation, number: str = "AK-204-7318") -> Claim:
    slots = {
        name: {"value": value, "source": "", "at": clock.now().isoformat(), "validity": "ok"}
        for name, value in (("easytransfert_id", "EFB.30012233"), ("amount_fcfa", 50_000))
    }
    return Claim.objects.create(
        number=number, customer=case.customer, conversation=case, kind="not_received", slots=slots,
        filed_at=clock.now(), changed_at=clock.now(),
    )  # fmt: skip


def offered(browser: Any, case: Conversation) -> dict[str, str]:
    answer = act(browser, case, "insertable").json()
    return {each["shortcut"]: each["text"] for each in answer["replies"]}


# --- Ready replies ------------------------------------------------------------------------------------------------


def test_what_is_shipped_is_short_polite_and_asks_for_no_secret() -> None:
    shipped = ready.shipped(BRAND)
    assert len(shipped["replies"]) >= 12 and len(shipped["macros"]) >= 3
    for each in shipped["replies"].values():
        assert ready.fault(BRAND, each["text"]) == "" and len(each["text"]) <= 220
        assert not {"tu", "ton", "ta", "tes", "toi"} & set(each["text"].lower().replace("'", " ").split())
    for steps in shipped["macros"].values():
        assert macros.check(steps) and ready.fault(BRAND, steps.get("reply", "")) == ""


@pytest.mark.parametrize("text", ["Donnez-moi votre code secret.", "Quel est votre code PIN ?", "Bonjour {prenom}"])
def test_a_text_that_asks_for_a_secret_or_names_what_is_not_there_is_refused(
    text: str, awa: User, case: Conversation, browser_of: BrowserOf
) -> None:
    assert act(browser_of(awa), case, "canned/keep", {"shortcut": "x", "text": text}).status_code == 422
    assert not CannedReply.objects.exists()


def test_variables_are_filled_from_the_case_and_what_is_missing_is_a_gap(
    awa: User, case: Conversation, browser_of: BrowserOf
) -> None:
    browser = browser_of(awa)
    assert "[reference ?] de [montant ?]" in offered(browser, case)["transmis"]
    claim_of(case)
    texts = offered(browser, case)
    assert "EFB.30012233 de 50\u202f000\u00a0FCFA" in texts["transmis"]
    assert "AK-204-7318" in texts["encours"] and "il est reçu" in texts["encours"]
    assert "je suis Awa, de l'équipe EasyTransfert" in texts["bonjour"]
    assert variables.gap_in(texts["transmis"]) == "" and variables.gap_in("[montant ?]") == "[montant ?]"


def test_ones_own_stands_before_the_teams_and_the_teams_before_the_shipped(
    awa: User, koffi: User, case: Conversation, browser_of: BrowserOf
) -> None:
    CannedReply.objects.create(brand=BRAND, shortcut="bonjour", title="t", text="de l'équipe")
    assert offered(browser_of(awa), case)["bonjour"] == "de l'équipe"
    keep = {"shortcut": "Bonjour", "text": "à moi"}
    assert act(browser_of(awa), case, "canned/keep", keep).status_code == 204
    assert offered(browser_of(awa), case)["bonjour"] == "à moi"
    assert offered(browser_of(koffi), case)["bonjour"] == "de l'équipe"
    assert act(browser_of(koffi), case, "canned/drop", {"shortcut": "bonjour"}).status_code == 204
    assert offered(browser_of(awa), case)["bonjour"] == "à moi"


def test_the_list_takes_the_same_number_of_queries_for_many_as_for_few(
    awa: User, case: Conversation, browser_of: BrowserOf
) -> None:
    browser = browser_of(awa)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            offered(browser, case)
        return len(seen)

    before = queries()
    CannedReply.objects.bulk_create(CannedReply(brand=BRAND, shortcut=f"r{n}", title="t", text="t") for n in range(40))
    Macro.objects.bulk_create(Macro(brand=BRAND, name=f"m{n}", steps={"note": "n"}) for n in range(20))
    assert queries() == before


@pytest.mark.parametrize(("role", "status"), [("agent", 403), ("senior", 200), ("auditor", 403)])
def test_seniors_write_the_teams_replies_and_macros(role: str, status: int, staff: Any, browser_of: BrowserOf) -> None:
    browser = browser_of(staff("aya", role))
    for model in ("cannedreply", "macro"):
        assert browser.get(f"/admin/support/{model}/").status_code == 200
        assert browser.get(f"/admin/support/{model}/add/").status_code == status


def test_the_admin_refuses_what_cannot_be_carried_out(staff: Any, browser_of: BrowserOf) -> None:
    browser = browser_of(staff("aya", "senior"))
    form = {"brand": BRAND, "name": "m", "status": "snoozed"}
    assert "demande un nombre d&#x27;heures" in browser.post("/admin/support/macro/add/", form).content.decode()
    assert (
        "code secret"
        in browser.post(
            "/admin/support/macro/add/", form | {"reply": "Donnez votre PIN.", "status": ""}
        ).content.decode()
    )
    assert not Macro.objects.exists()
    form |= {"snooze_hours": "2", "reply": "Je vérifie.", "labels": "à suivre, urgent,"}
    assert browser.post("/admin/support/macro/add/", form).status_code == 302
    saved = Macro.objects.get()
    assert saved.steps == {
        "reply": "Je vérifie.",
        "labels": ["à suivre", "urgent"],
        "status": "snoozed",
        "snooze_hours": 2,
    }
    listed = browser.get("/admin/support/macro/").content.decode()
    assert "réponse « Je vérifie. » · étiquette « à suivre » · étiquette « urgent » · en veille 2 h" in listed
    page = browser.get(f"/admin/support/macro/{saved.pk}/change/").content.decode()
    assert "Je vérifie." in page and "à suivre, urgent" in page
    reply = {"brand": BRAND, "shortcut": "pin", "title": "t", "text": "Donnez votre code PIN."}
    assert "code secret" in browser.post("/admin/support/cannedreply/add/", reply).content.decode()
    assert Macro.objects.count() == 1 and not CannedReply.objects.exists()
    assert AuditEvent.objects.filter(action="macros_save").exists()


# --- Macros ---------------------------------------------------------------------------------------------------------


def run(browser: Any, case: Conversation, name: str, once: uuid.UUID | None = None, text: str = "") -> Any:
    return act(browser, case, "macro", {"name": name, "client_id": str(once or uuid.uuid4()), "text": text})


def test_a_macro_does_all_its_acts_once(awa: User, case: Conversation, browser_of: BrowserOf) -> None:
    steps = {"reply": "Je vérifie.", "labels": ["à suivre"], "priority": "high", "status": "snoozed",
             "snooze_hours": 2, "note": "à revoir"}  # fmt: skip
    Macro.objects.create(brand=BRAND, name="m", steps=steps)
    once = uuid.uuid4()
    for _ in range(2):
        answer = run(browser_of(awa), case, "m", once)
        assert answer.status_code == 200 and "mise en veille 2 h" in answer.json()["done"]
    escalation = case.escalations.get()
    assert (escalation.priority, escalation.status) == (1, "snoozed")
    assert escalation.snoozed_until - clock.now() > timedelta(minutes=119)
    assert [message.text for message in case.messages.filter(author="agent")] == ["Je vérifie."]
    assert [label.name for label in case.labels.all()] == ["à suivre"] and Note.objects.get().text == "à revoir"
    assert AuditEvent.objects.get(action="label_added").details == {"name": "à suivre"}, "on record like any other"


def test_a_macro_that_resolves_says_its_reply_before_it_ends_the_case(
    awa: User, case: Conversation, browser_of: BrowserOf, settings: Any
) -> None:
    settings.UNDO_SECONDS = 5.0
    case.customer.display_name = "Mariam"
    case.customer.save()
    assert run(browser_of(awa), case, "Réglé, merci").status_code == 200
    case.refresh_from_db()
    assert case.owner == Owner.NOBODY
    assert case.messages.get(author="agent").text.startswith("Avec plaisir, Mariam.")


def test_a_macro_whose_reply_has_a_gap_does_nothing_until_it_is_completed(
    awa: User, case: Conversation, browser_of: BrowserOf
) -> None:
    browser, name = browser_of(awa), "Transmettre et revoir dans 2 h"
    answer = run(browser, case, name)
    assert answer.status_code == 422 and answer.json()["code"] == "gap" and "[montant ?]" in answer.json()["text"]
    assert not Label.objects.exists() and not Note.objects.exists() and not case.messages.filter(author="agent")
    assert run(browser, case, name, text="Transmis : EFB.30012233, 5 000 FCFA.").status_code == 200
    assert case.messages.get(author="agent").text == "Transmis : EFB.30012233, 5 000 FCFA."


def test_a_macro_that_fails_half_way_leaves_nothing(
    awa: User, koffi: User, case: Conversation, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(browser_of(koffi), case, "Fraude soupçonnée").status_code == 409
    monkeypatch.setattr(macros, "_note", lambda *_: (_ for _ in ()).throw(escalate.EscalationError("non")))
    assert run(browser_of(awa), case, "Fraude soupçonnée").status_code == 409
    assert not Label.objects.exists() and not case.messages.filter(author="agent").exists()


# --- Suggestions ----------------------------------------------------------------------------------------------------


def test_a_suggestion_is_what_the_assistant_would_say_and_nothing_is_kept_of_it(
    awa: User, case: Conversation, browser_of: BrowserOf
) -> None:
    write("c'est quoi les frais pour 50000 de wave vers orange ?")
    before = (Conversation.objects.get(id=case.id).state, Message.objects.count(), Claim.objects.count())
    answer = act(browser_of(awa), case, "suggest")
    assert answer.status_code == 200 and "FCFA" in answer.json()["text"]
    assert (Conversation.objects.get(id=case.id).state, Message.objects.count(), Claim.objects.count()) == before
    assert AuditEvent.objects.filter(action="suggest").count() == 1
    used = {"text": "oui", "client_id": str(uuid.uuid4()), "suggestion": "edited"}
    assert act(browser_of(awa), case, "reply", used).status_code == 201
    assert AuditEvent.objects.get(action="suggestion_used").details == {"edited": True}
    refused = act(browser_of(awa), case, "suggest")
    assert refused.status_code == 409 and "rien à suggérer" in refused.json()["detail"]


def test_a_suggestion_never_speaks_of_a_claim_that_is_not_filed() -> None:
    from chatbot import types
    from support import suggest

    filed = types.ClaimFiled(suggest.CASE_NUMBER, "not_received", {})
    found = suggest._suggestion([filed, types.Reply("Votre dossier AK-000-0000 est ouvert.")])
    assert found.text == "Votre dossier [dossier ?] est ouvert." and variables.gap_in(found.text)
    assert "il ne l'est pas" in found.warnings[0]


# --- Held, failed ---------------------------------------------------------------------------------------------------


def ours(case: Conversation, delivery: Delivery, **more: Any) -> Message:
    message = escalate.reply(case.id, case.agent, more.pop("text", "bonjour"), uuid.uuid4())  # type: ignore[arg-type]
    Message.objects.filter(id=message.id).update(delivery=delivery, **more)
    message.refresh_from_db()
    return message


def test_a_held_reply_can_be_cancelled_until_it_leaves(awa: User, case: Conversation, browser_of: BrowserOf) -> None:
    browser, held = browser_of(awa), ours(case, Delivery.HELD)
    assert act(browser, case, "cancel", {"message": str(held.id)}).status_code == 204
    held.refresh_from_db()
    assert held.delivery == Delivery.CANCELLED and AuditEvent.objects.filter(action="withdraw").exists()
    sent = ours(case, Delivery.SENT)
    assert act(browser, case, "cancel", {"message": str(sent.id)}).status_code == 409


def test_a_failed_reply_is_said_again_once_as_a_new_message(
    awa: User, case: Conversation, browser_of: BrowserOf
) -> None:
    browser, failed = browser_of(awa), ours(case, Delivery.FAILED, error_code="30008")
    for _ in range(2):
        assert act(browser, case, "again", {"message": str(failed.id)}).status_code == 201
    assert [message.text for message in case.messages.filter(author="agent")] == ["bonjour", "bonjour"]


def test_parts_that_the_provider_has_are_not_said_twice(awa: User, case: Conversation, browser_of: BrowserOf) -> None:
    failed = ours(case, Delivery.FAILED, error_code="30008", text="Première phrase. " * 90 + "Seconde " + "x" * 200)
    for part, state in enumerate((Delivery.DELIVERED, Delivery.FAILED)):
        Attempt.objects.create(message=failed, part=part, number=1, state=state, started_at=clock.now(), permanent=True)
    assert act(browser_of(awa), case, "again", {"message": str(failed.id)}).status_code == 201
    again = case.messages.filter(author="agent").latest("seq").text
    assert failed.text.endswith(again) and len(again) < len(failed.text) / 2


@pytest.mark.parametrize(("state", "code"), [("failed", "21610"), ("failed", "63003"), ("unknown", ""), ("sent", "")])
def test_what_would_fail_again_or_may_have_arrived_is_not_sent_again(
    state: Delivery, code: str, awa: User, case: Conversation, browser_of: BrowserOf
) -> None:
    message = ours(case, state, error_code=code)
    assert act(browser_of(awa), case, "again", {"message": str(message.id)}).status_code == 409
    assert case.messages.filter(author="agent").count() == 1


def test_outside_the_window_the_page_knows_what_will_happen(awa: User, case: Conversation) -> None:
    from support.console import window

    assert window.invitation(case, awa) is None
    case.window_from = None
    plan = window.invitation(case, awa)
    assert plan and plan["sent"] is None and "Répondez à ce message" in plan["templates"][0]["text"]
    web = write("bonjour", Channel.WEB, "visitor:9").conversation
    assert window.invitation(web, awa) is None


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("cancelled_bot", "un conseiller a pris la main"),
        ("cancelled_agent", "retirée avant d'être remise"),
        ("held_agent", "partira dès que le client écrit"),
        ("queued", "la fenêtre de 24 h est fermée"),
        ("failed", "la fenêtre de 24 h est fermée"),
    ],
)
def test_what_is_cancelled_is_not_promised_again(state: str, said: str) -> None:
    assert words.explain(state, "63016").why == said


@pytest.mark.parametrize(
    "code",
    ["21610", "21211", "63003", "63016", "63018", "63024", "30003", "30005", "30008", "63019", "11200", "unreachable"],
)
def test_the_usual_failures_are_explained_with_something_to_do(code: str) -> None:
    told = words.explain("failed", code)
    assert told.why and "erreur" not in told.why and told.todo.endswith(".")
