"""What staff add to a case and ask of it: notes, labels, corrections, why, the timeline, duplicates, attachments."""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from PIL import Image

import support
from chatbot.dialogue.state import Case, State, from_json, to_json
from chatbot.types import Slot
from support import case_identifiers, clock, collected, db, escalate, turns
from support.console import case as cases
from support.console import following, notes, timeline, words
from support.leases import LeaseLost, acquire
from support.models import (
    AuditEvent,
    CaseIdentifier,
    Channel,
    Claim,
    ClaimEvent,
    ClaimStatus,
    Conversation,
    Delivery,
    EngineCall,
    Label,
    Message,
    Note,
    Notice,
    OutgoingEvent,
    TurnTrace,
)
from support.privacy import audit
from tests.support.journeys import let_quiet_pass, say, write
from tests.support.media.media_server import MediaServer, give

BrowserOf = Callable[[User | None], Client]
Waiting = Callable[..., Conversation]
Staff = Callable[..., User]
REFERENCE = "EFB.31570264"


def act(browser: Client, case: Conversation, name: str, body: Mapping[str, Any]) -> Any:
    return browser.post(f"/admin/file/{case.id}/{name}/", body, "application/json")


def look(browser: Client, case: Conversation, name: str) -> Any:
    return browser.get(f"/admin/file/{case.id}/{name}")


def card(case: Conversation, user: User) -> dict[str, Any]:
    found = cases.card(case.id, user, whole_numbers=False)
    assert found is not None
    return found


def collecting(case: Conversation, **slots: str) -> Case:
    """What the assistant has collected so far, with its identifiers kept as a turn keeps them."""
    source = str(case.messages.order_by("seq")[0].id)
    known = Case("debited_not_received", clock.now(), {n: Slot(v, source, clock.now()) for n, v in slots.items()})
    state = to_json(State(cases=(known,), focus=0))
    with db.write():
        Conversation.objects.filter(id=case.id).update(state=state)
        case_identifiers.moved(case.id, {}, state)
    return known


def filed(case: Conversation, number: str = "AK-000-0001", reference: str = REFERENCE) -> Claim:
    at = clock.now()
    slots = {
        "easytransfert_id": {"value": reference, "source": "x", "at": at.isoformat(), "validity": "ok"},
        "from_operator": {"value": "Wave", "source": "x", "at": at.isoformat(), "validity": "ok"},
    }
    claim = Claim.objects.create(
        number=number,
        customer_id=case.customer_id,
        conversation=case,
        kind="debited_not_received",
        slots=slots,
        reference_index=case_identifiers.digest("easytransfert_id", reference),
        filed_at=at,
        changed_at=at,
    )
    ClaimEvent.objects.create(claim=claim, name="filed", at=at)
    return claim


# --- Notes -------------------------------------------------------------------------------------------------------


def test_a_note_is_kept_once_rings_for_whom_it_names_and_is_no_message(
    awa: User, koffi: User, waiting: Waiting, browser_of: BrowserOf
) -> None:
    case, client_id = waiting(), str(uuid.uuid4())
    body = {"text": "@koffi, @inconnu : voir le 0700000012 @awa.", "client_id": client_id}
    first, second = (act(browser_of(awa), case, "note", body) for _ in range(2))
    assert first.status_code == 201 and first.json()["id"] == second.json()["id"]
    note = Note.objects.get()
    assert {user.username for user in note.mentions.all()} == {"awa", "koffi"}
    notice = Notice.objects.get()
    assert (notice.user, notice.kind, notice.conversation_id) == (koffi, "mention", case.id)
    assert "0700000012" not in notice.text and "0700000012" not in str(first.json())
    assert not case.messages.exclude(author="customer").exists()
    event = AuditEvent.objects.get(action="note")
    assert event.details == {"mentions": 2} and audit.first_break() is None


def test_a_note_comes_down_the_line_and_once(awa: User, waiting: Waiting, browser_of: BrowserOf) -> None:
    case = waiting()
    view = following.CaseView(case.id, awa)
    view.news()
    act(browser_of(awa), case, "note", {"text": "à rappeler", "client_id": str(uuid.uuid4())})
    (frame,) = view.news() or []
    assert frame["type"] == "notes" and [note["text"] for note in frame["notes"]] == ["à rappeler"]
    assert view.news() == []


@pytest.mark.parametrize("body", [{}, {"text": "  "}, {"text": "a" * 4001, "client_id": str(uuid.uuid4())}])
def test_a_note_that_cannot_be_used_is_refused(
    body: dict[str, str], awa: User, waiting: Waiting, browser_of: BrowserOf
) -> None:
    assert act(browser_of(awa), waiting(), "note", body).status_code == 422
    assert not Note.objects.exists()


# --- Labels ------------------------------------------------------------------------------------------------------


def test_labels_are_put_on_and_taken_off_and_made_by_seniors(
    awa: User, staff: Staff, waiting: Waiting, browser_of: BrowserOf
) -> None:
    case, senior = waiting(), staff("aya", "senior")
    assert act(browser_of(awa), case, "labels", {"create": "VIP"}).status_code == 403
    made = act(browser_of(senior), case, "labels", {"create": " VIP ", "colour": "violet"})
    assert [(label["name"], label["colour"]) for label in made.json()["labels"]] == [("VIP", "violet")]
    label = Label.objects.get()
    assert act(browser_of(awa), case, "labels", {"remove": label.pk}).json()["labels"] == []
    act(browser_of(awa), case, "labels", {"add": label.pk})
    act(browser_of(awa), case, "labels", {"add": label.pk})
    assert [shown["name"] for shown in card(case, awa)["labels"]] == ["VIP"]
    acts = AuditEvent.objects.order_by("id").values_list("action", flat=True)
    assert list(acts) == ["label_created", "label_added", "label_removed", "label_added"]


@pytest.mark.parametrize("body", [{}, {"add": 99}, {"add": "1"}, {"create": ""}, {"create": "x", "colour": "url(x)"}])
def test_a_label_that_does_not_exist_is_refused(
    body: dict[str, object], staff: Staff, waiting: Waiting, browser_of: BrowserOf
) -> None:
    answer = act(browser_of(staff("aya", "senior")), waiting(), "labels", body)
    assert answer.status_code == 422 and answer.json()["detail"]


# --- Corrections -------------------------------------------------------------------------------------------------


def test_a_fact_being_collected_is_corrected_and_never_asked_again(
    awa: User, waiting: Waiting, browser_of: BrowserOf
) -> None:
    case, browser = waiting(), browser_of(awa)
    collecting(case, from_operator="Wave")
    escalate.take(case.id, awa)
    bad = act(browser, case, "correct", {"case": 0, "slot": "from_operator", "value": "peut-être"})
    assert bad.status_code == 422 and "n'est pas reconnue" in bad.json()["detail"]
    assert act(browser, case, "correct", {"case": 0, "slot": "from_operator", "value": "mtn"}).status_code == 204
    assert act(browser, case, "correct", {"case": 0, "slot": "to_operator", "value": "om"}).status_code == 204
    slots = from_json(Conversation.objects.get(id=case.id).state).cases[0].slots
    assert (slots["from_operator"].value, slots["from_operator"].source) == ("MTN", "agent:awa")
    (gathering,) = card(case, awa)["collecting"]
    shown = {fact["name"]: fact for fact in gathering["slots"]}
    assert shown["from_operator"]["source"] == "saisi par awa"
    history = [(change["before"], change["after"], change["by"]) for change in shown["from_operator"]["history"]]
    assert history == [("Wave", "MTN", "awa")]
    assert "to_operator" not in {fact["name"] for fact in gathering["lacking"]}
    escalate.hand_back(case.id, awa)
    asked = say("bonjour", Channel.WHATSAPP, "+2250700000001")[-1].text
    assert "réseau" not in asked


def test_a_turn_at_work_cannot_write_the_old_facts_back(awa: User, waiting: Waiting) -> None:
    case = waiting()
    collecting(case, from_operator="Wave")
    escalate.take(case.id, awa)
    lease = acquire(case.id, "turn", 30)
    assert lease
    collected.set_collected(case.id, awa, 0, "from_operator", "MTN")
    with pytest.raises(LeaseLost):
        turns.commit(lease, lease.row, list(case.messages.all()), [], listening=True)


def test_a_claim_is_corrected_with_its_history_and_the_back_office_is_told(
    awa: User, waiting: Waiting, browser_of: BrowserOf, settings: Any
) -> None:
    settings.BACKOFFICE_WEBHOOK_URL = "http://127.0.0.1:1/hook"
    case, browser = waiting(), browser_of(awa)
    claim = filed(case)
    escalate.take(case.id, awa)
    body = {"claim": claim.number, "slot": "easytransfert_id", "value": "efb 99887766"}
    assert act(browser, case, "correct", body).status_code == 204
    claim.refresh_from_db()
    assert claim.slots["easytransfert_id"]["value"] == "EFB.99887766"
    assert claim.reference_index == case_identifiers.digest("easytransfert_id", "EFB.99887766")
    event = claim.events.get(name="corrected")
    assert event.details["by"] == "awa" and event.details["before"]["easytransfert_id"]["value"] == REFERENCE
    assert OutgoingEvent.objects.get().name == "claim.corrected"
    assert not case.messages.exclude(author="customer").exists(), "the customer was told by itself"
    (shown,) = card(case, awa)["claims"]
    assert [change["by"] for change in shown["slots"][0]["history"]] == ["awa"]


@pytest.mark.parametrize(
    "body", [{"slot": "from_operator", "value": "mtn"}, {"case": 7, "slot": "from_operator", "value": "mtn"},
             {"case": 0, "slot": "nothing", "value": "mtn"}, {"case": 0, "slot": "from_operator", "value": " "},
             {"claim": "AK-999-9999", "slot": "from_operator", "value": "mtn"}]
)  # fmt: skip
def test_a_correction_of_what_is_not_there_is_refused(
    body: dict[str, object], awa: User, waiting: Waiting, browser_of: BrowserOf
) -> None:
    case = waiting()
    collecting(case, from_operator="Wave")
    escalate.take(case.id, awa)
    answer = act(browser_of(awa), case, "correct", body)
    assert answer.status_code == 422 and answer.json()["detail"]


def test_only_the_owner_or_who_may_assign_corrects(
    awa: User, koffi: User, staff: Staff, waiting: Waiting, browser_of: BrowserOf
) -> None:
    case, body = waiting(), {"case": 0, "slot": "from_operator", "value": "mtn"}
    collecting(case, from_operator="Wave")
    escalate.take(case.id, koffi)
    assert act(browser_of(awa), case, "correct", body).status_code == 409
    assert card(case, awa)["may_edit"] is False
    assert act(browser_of(staff("aya", "senior")), case, "correct", body).status_code == 204


# --- Why ---------------------------------------------------------------------------------------------------------


def test_a_turn_says_why_in_french_and_without_the_customers_words(awa: User, browser_of: BrowserOf) -> None:
    (reply,) = say("mon transfert wave vers orange est pas arrivé EFB.31570264")
    trace = TurnTrace.objects.get()
    assert trace.reply_seq == reply.seq and "31570264" not in str(vars(trace))
    answer = look(browser_of(awa), reply.conversation, f"why/{reply.seq}/").json()
    lines = {line["label"]: line["value"] for line in answer["lines"]}
    assert "non reçu" in lines["Compris"] or "non crédité" in lines["Compris"]
    assert "demander" in lines["Plan"] and lines["Voix"] == "Modèle de phrases" and lines["Garde"] == "passé"
    assert lines["Durée"].endswith("s") and answer["answers"]["first"] == 1
    assert look(browser_of(awa), reply.conversation, "why/99/").status_code == 404
    read = look(browser_of(awa), reply.conversation, "why/1/").json()
    assert read["reply"] == reply.seq and {"Écrit", "Lu", "Compris"} <= {line["label"] for line in read["lines"]}


def test_what_a_customer_says_to_a_person_is_read_too_without_a_word(
    awa: User, waiting: Waiting, browser_of: BrowserOf
) -> None:
    """The case card needed the understanding anyway: each message keeps its own, and no voice was asked."""
    case = waiting()
    escalate.take(case.id, awa)
    texts = ("slt jattend tjr mon dpo wave", "rappelez-moi au 07 07 08 09 10")
    sent = [write(text) for text in texts]
    let_quiet_pass(case)
    calls = EngineCall.objects.count()
    turns.run(case.id)
    assert not case.messages.filter(author="bot").exists() and EngineCall.objects.count() == calls
    traces = {trace.first_seq: trace for trace in case.traces.filter(reply_seq=None)}
    assert {message.seq for message in sent} <= set(traces)
    assert all(trace.intents and text not in str(vars(trace)) for text in texts for trace in traces.values())
    first, second = (
        {line["label"]: line["value"] for line in look(browser_of(awa), case, f"why/{message.seq}/").json()["lines"]}
        for message in sent
    )
    assert first["Écrit"] == texts[0] and "j'attends toujours" in first["Lu"].lower()
    assert first["Réponse"].startswith("aucune de l'assistant") and first["Compris"].endswith("%)")
    assert "07 08 09" not in str(second)


def test_every_act_the_brand_can_say_has_french_words() -> None:
    from chatbot import brand
    from support.console import why

    data = brand.load("easytransfert")
    acts = [*data.wording, "ask.easytransfert_id", "handoff.anger", "answer.info.frais"]
    assert [name for name in acts if why._act(name, "easytransfert") == name] == []


# --- Others with the same reference ------------------------------------------------------------------------------


def test_the_same_reference_with_somebody_else_is_told_in_a_constant_number_of_queries(
    awa: User, waiting: Waiting, django_assert_max_num_queries: Any
) -> None:
    case = waiting()
    filed(case)
    others = [write("bonjour", Channel.WEB, f"visitor:{n}").conversation for n in range(2, 6)]
    collecting(others[0], easytransfert_id=REFERENCE)
    filed(others[1], "AK-000-0002")
    settled = filed(others[2], "AK-000-0003")
    Claim.objects.filter(id=settled.id).update(status=ClaimStatus.REFUNDED)
    filed(others[3], "AK-000-0004", "EFB.00000001")
    with django_assert_max_num_queries(15):
        found = card(case, awa)["duplicates"]
    assert {one["conversation"] for one in found} == {str(others[0].id), str(others[1].id)}
    assert {(one["claim"], one["status"]) for one in found} == {("AK-000-0002", "Reçu"), ("", "en cours de collecte")}


def test_a_transaction_is_found_too_and_one_taken_back_is_forgotten(awa: User, waiting: Waiting) -> None:
    case, other = waiting(), write("bonjour", Channel.WEB, "visitor:2").conversation
    collecting(case, operator_tx_id="TABCDEFGHIJKLMNOP")
    collecting(other, operator_tx_id="TABCDEFGHIJKLMNOP")
    assert [one["what"] for one in card(case, awa)["duplicates"]] == ["transaction"]
    with db.write():
        case_identifiers.moved(other.id, Conversation.objects.get(id=other.id).state, {})
    assert card(case, awa)["duplicates"] == []


def test_a_turn_keeps_the_identifiers_it_learns(transactional_db: None) -> None:
    say("mon transfert wave vers orange est pas arrivé EFB.31570264")
    assert CaseIdentifier.objects.get().digest == case_identifiers.digest("easytransfert_id", REFERENCE)


# --- The timeline ------------------------------------------------------------------------------------------------


def test_everything_that_happened_is_told_in_order_page_by_page_in_six_queries(
    awa: User, waiting: Waiting, browser_of: BrowserOf, django_assert_num_queries: Any
) -> None:
    case, browser = waiting(), browser_of(awa)
    filed(case)
    escalate.take(case.id, awa)
    act(browser, case, "note", {"text": "voir 0700000012", "client_id": str(uuid.uuid4())})
    sent = escalate.reply(case.id, awa, "bonjour", uuid.uuid4())
    Message.objects.filter(id=sent.id).update(delivery=Delivery.FAILED, error_code="30003")
    for _ in range(timeline.PAGE):
        escalate.keep(case.id, awa)
        with db.write():
            audit.record(awa, "reveal", f"conversation:{case.id}")
    with django_assert_num_queries(6):
        timeline.page(case)
    first = look(browser, case, "timeline/").json()
    assert len(first["entries"]) == timeline.PAGE and first["before"]
    rest = browser.get(f"/admin/file/{case.id}/timeline/", {"before": first["before"]}).json()
    entries = first["entries"] + rest["entries"]
    assert rest["before"] is None and [e["at"] for e in entries] == sorted((e["at"] for e in entries), reverse=True)
    told = "\n".join(f"{entry['who']} {entry['text']}" for entry in entries)
    pieces = (
        "Awa a pris la conversation",
        "une personne est appelée",
        "AK-000-0001 : Dossier ouvert",
        "note interne : voir •••• 0012",
        "le téléphone du client est injoignable",
        "prise de contact",
    )
    for piece in pieces:
        assert piece in told
    assert told.count("a affiché les numéros entiers") == timeline.PAGE
    assert look(browser, case, "timeline/?before=hier").status_code == 422


def test_every_act_on_a_case_has_french_words() -> None:
    """All that the code records under a name written out there; the outcomes of a case besides."""
    recorded = {
        act
        for path in Path(support.__file__).parent.rglob("*.py")
        for act in re.findall(r'audit\.record\([\w. ]+,\s*"(\w+)",\s*f"conversation:', path.read_text())
    }
    assert {"take", "sla_breached", "reveal"} <= recorded, "or the scan sees nothing"
    assert recorded | {"closed", "handed_back", "merged", "released"} <= words.tables()["staff_acts"].keys()


# --- Attachments -------------------------------------------------------------------------------------------------


@pytest.fixture
def provider(settings: Any) -> Iterator[MediaServer]:
    with MediaServer() as server:
        settings.TWILIO_API_BASE, settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = server.url, "AC1", "token"
        yield server


def picture(size: tuple[int, int] = (2400, 1200)) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    Image.new("RGB", size, "orange").save(out, "JPEG", exif=exif)
    return out.getvalue() + b"<script>alert(1)</script>"


def with_file(provider: MediaServer, content: bytes, content_type: str, kind: str) -> tuple[Conversation, str]:
    provider.files["/api/f"] = give(content, content_type)
    files = [{"kind": kind, "url": f"{provider.url}/f", "content_type": content_type}]
    message = write("", kind=kind, attachments=files)
    return message.conversation, f"attachment/{message.id}/0/"


def test_a_picture_is_drawn_anew_bounded_and_shown_safely(
    awa: User, provider: MediaServer, browser_of: BrowserOf
) -> None:
    case, path = with_file(provider, picture(), "image/jpeg", "image")
    answer = look(browser_of(awa), case, path)
    assert answer.status_code == 200 and answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff" and "no-store" in answer["Cache-Control"]
    assert (
        answer["Content-Disposition"] == 'inline; filename="image-1.jpg"'
        and "sandbox" in answer["Content-Security-Policy"]
    )
    assert Image.open(io.BytesIO(answer.content)).size == (1600, 800)
    assert b"script" not in answer.content and b"secret place" not in answer.content
    assert AuditEvent.objects.get().action == "attachment_seen"


def test_a_voice_note_is_a_download(awa: User, provider: MediaServer, browser_of: BrowserOf) -> None:
    case, path = with_file(provider, b"OggS" + b"\0" * 50, "audio/ogg", "audio")
    answer = look(browser_of(awa), case, path)
    assert (answer["Content-Type"], answer["Content-Disposition"]) == (
        "audio/ogg",
        'attachment; filename="audio-1.ogg"',
    )


@pytest.mark.parametrize(
    ("file", "status"),
    [
        ((b"<html><script>alert(1)</script></html>", "text/html", "image"), 422),
        ((b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "image"), 422),
        ((b"\xff\xd8\xff" + b"broken" * 20, "image/jpeg", "image"), 422),
        ((b"%PDF-1.7", "application/pdf", "document"), 404),
    ],
    ids=["html", "svg", "broken", "pdf"],
)
def test_what_is_no_picture_never_reaches_the_browser(
    file: tuple[bytes, str, str], status: int, awa: User, provider: MediaServer, browser_of: BrowserOf
) -> None:
    case, path = with_file(provider, *file)
    answer = look(browser_of(awa), case, path)
    assert answer.status_code == status and answer.json()["detail"]


def test_an_attachment_belongs_to_its_case_and_is_not_for_auditors(
    awa: User, staff: Staff, provider: MediaServer, waiting: Waiting, browser_of: BrowserOf
) -> None:
    case, path = with_file(provider, picture(), "image/jpeg", "image")
    other = waiting(address="+2250700000002")
    assert look(browser_of(awa), other, path).status_code == 404
    assert look(browser_of(awa), case, path.replace("/0/", "/9/")).status_code == 404
    assert look(browser_of(staff("yao", "auditor")), case, path).status_code == 403
    assert provider.asked == []


def test_who_can_be_mentioned_is_one_query_however_many_they_are(staff: Staff, django_assert_num_queries: Any) -> None:
    for name, role in (("new", ""), ("yao", "auditor"), *((f"koffi{n}", "agent") for n in range(4))):
        staff(name, role)
    with django_assert_num_queries(1):
        assert [one["username"] for one in notes.people()] == ["koffi0", "koffi1", "koffi2", "koffi3", "yao"]


# --- Who may -----------------------------------------------------------------------------------------------------

LOOKS = ["why/2/", "timeline/", "aids/", f"attachment/{uuid.uuid4()}/0/"]


def test_every_door_asks_who_comes(staff: Staff, waiting: Waiting, browser_of: BrowserOf) -> None:
    case, nobody, newcomer, auditor = waiting(), None, staff("new", role=""), staff("yao", "auditor")
    for path in LOOKS:
        assert look(browser_of(nobody), case, path).status_code == 401, path
        assert look(browser_of(newcomer), case, path).status_code == 403, path
        assert browser_of(auditor).get(f"/admin/file/{uuid.uuid4()}/{path}").status_code == 404, path
    for name in ("note", "labels", "correct"):
        assert act(browser_of(nobody), case, name, {}).status_code == 401, name
        assert act(browser_of(auditor), case, name, {}).status_code == 403, name
    assert look(browser_of(auditor), case, "timeline/").status_code == 200
    assert [one["username"] for one in look(browser_of(auditor), case, "aids/").json()["people"]] == ["yao"]
