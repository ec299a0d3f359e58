"""Attacks on the console that once worked: what an auditor, a demoted agent or a customer's words got out of it."""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User

from support import escalate, files, handing
from support.backoffice import tables
from support.console import appetite, consumer, gate, macros, reveal
from support.console.attendance import Attendance
from support.console.following import CaseView
from support.console.masking import mask_name, mask_phones
from support.console.reports import files as report_files
from support.models import AuditEvent, Label, Message, Note, Notice, Satisfaction
from support.threads import run_in_db_thread
from tests.support.console.test_actions import BrowserOf, Waiting, act
from tests.support.console.test_console_socket import hear, opened, socket
from tests.support.console.test_files import PDF

Staff = Callable[..., User]
NUMBER = "07 00 00 00 01"


@pytest.mark.parametrize(
    "written",
    ["(07) 00 00 00 01", "07  00 00 00 01", "07/00/00/00/01", "tel.0700000001", "- 0700000001", "wave-0700000001"]
    + [
        "0700000001-wave",
        "07_00_00_00_01",
        "0 7 0 0 0 0 0 0 0 1",
        "O700000001",
        "+225 (0)7 00 00 00 01",
        "au0700000001",
    ],
)
def test_a_number_is_masked_however_it_is_dressed(written: str) -> None:
    masked = mask_phones(f"appelez {written} merci")
    assert "••••" in masked and "00 00" not in masked and "0000000" not in masked


def test_dates_and_references_are_not_taken_for_numbers() -> None:
    for text in ("le 01-05-2026 10:30", "le 01/05/2026 10:30", "EFB 31 57 02 64", "EFB.31570264"):
        assert mask_phones(text) == text
    assert (
        mask_name("recu_2250700000001.pdf") == "recu •••• 0001.pdf" and mask_name("mon_recu_1.pdf") == "mon_recu_1.pdf"
    )


def test_an_auditor_meets_no_number_in_files_choices_comments_and_notices(
    staff: Staff, waiting: Waiting, browser_of: BrowserOf
) -> None:
    case, yao, awa = waiting(), staff("yao", "auditor"), staff("awa")
    escalate.take(case.id, awa)
    kept = files.store(case.id, awa, f"reçu {NUMBER}.pdf", PDF)
    sent = escalate.reply(case.id, awa, "Voici.", uuid.uuid4(), [files.attachment(kept)])
    Message.objects.filter(id=sent.id).update(choices=[{"id": "1", "label": f"Le {NUMBER}"}])
    said = json.dumps(CaseView(case.id, yao).news(), ensure_ascii=False)
    assert "Voici." in said and "•••• 0001" in said and "00 00 00" not in said
    assert "/files/" not in said, "on a picture a number cannot be masked, whoever sent it"
    assert "/files/" in json.dumps(CaseView(case.id, awa).news())
    rating = Satisfaction.objects.create(
        escalation=case.escalations.get(), conversation=case, score=1, asked_at=case.created_at,
        answered_at=case.created_at, comment=f"rappelez-moi au {NUMBER}",
    )  # fmt: skip
    for page in ("", f"{rating.pk}/change/"):
        shown = browser_of(yao).get(f"/admin/support/satisfaction/{page}").content.decode()
        assert "rappelez-moi au •••• 0001" in shown and NUMBER not in shown


def test_a_reply_being_spoken_shows_no_number_before_it_is_whole(awa: User, waiting: Waiting) -> None:
    view = CaseView(waiting().id, awa)
    shown = [view.spoken("r", part)["text"] for part in ("Le ", "07 00 ", "00 00 ", "01", " est bloqué.")]
    assert shown == ["Le ", "Le ", "Le ", "Le ", "Le •••• 0001 est bloqué."]


def test_who_may_reveal_no_more_sees_no_more(awa: User, waiting: Waiting) -> None:
    case = waiting(f"mon numéro {NUMBER}")
    token = reveal.grant(awa, case.id, reveal.Why("call_back"))
    assert reveal.is_granted(token, awa, case.id)
    awa.groups.set([Group.objects.get(name="auditor")])
    assert not reveal.is_granted(token, User.objects.get(pk=awa.pk), case.id)


async def test_an_open_line_forgets_numbers_with_the_role(
    awa: User, waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "REFRESH_SECONDS", 0.1)
    case = await run_in_db_thread(waiting, f"mon numéro {NUMBER}")
    token = await run_in_db_thread(reveal.grant, awa, case.id, reveal.Why("call_back"))
    line = await opened(await run_in_db_thread(socket, awa, f"?case={case.id}"))
    await hear(line, "counts")
    await line.send_json_to({"type": "reveal", "token": token})
    assert (await hear(line, "messages"))[-1]["messages"][0]["text"].endswith(NUMBER)
    monkeypatch.setattr(gate, "CHECK_SECONDS", 0.0)
    await run_in_db_thread(awa.groups.set, [await run_in_db_thread(Group.objects.get, name="auditor")])
    assert (await hear(line, "messages"))[-1]["messages"][0]["text"].endswith("•••• 0001")
    await line.disconnect()


def test_no_secret_stays_in_what_staff_write(awa: User, koffi: User, waiting: Waiting, browser_of: BrowserOf) -> None:
    case, browser = waiting(), browser_of(awa)
    escalate.take(case.id, awa)
    secret = "son code PIN est 4821"
    act(browser, case, "note", {"text": secret, "client_id": str(uuid.uuid4())})
    macros.run(case.id, awa, {"note": secret}, uuid.uuid4())
    assert handing.note_checked(secret) == "son code PIN est ****"
    assert not [note.text for note in Note.objects.all() if "4821" in note.text] and Note.objects.count() == 2
    why = reveal.why({"reason": "other", "note": f"{secret}, {NUMBER}"})
    assert why and why.note == "son code PIN est ****, •••• 0001"


@pytest.mark.parametrize("name", ["rappeler 0700000001", "pin 4821"])
def test_a_label_names_nobody_and_no_secret(name: str, staff: Staff, waiting: Waiting, browser_of: BrowserOf) -> None:
    answer = act(browser_of(staff("aya", "senior")), waiting(), "labels", {"create": name})
    assert answer.status_code == 422 and not Label.objects.exists()


def test_what_left_no_trace_leaves_one(awa: User, waiting: Waiting, browser_of: BrowserOf, settings: Any) -> None:
    settings.UNDO_SECONDS = 5.0
    case, browser = waiting(), browser_of(awa)
    escalate.take(case.id, awa)
    kept = files.store(case.id, awa, "a.pdf", PDF)
    assert act(browser, case, "files/drop", {"file": kept.id.hex}).status_code == 204
    said = {"text": "Trop vite", "client_id": str(uuid.uuid4())}
    act(browser, case, "reply", said)
    assert act(browser, case, "undo", said).status_code == 200
    macros.run(case.id, awa, {"labels": ["à suivre"]}, uuid.uuid4())
    done = AuditEvent.objects.filter(actor=awa).values_list("action", flat=True)
    assert {"detach", "reply_undone", "label_created", "label_added"} <= set(done)


def test_a_customers_words_are_no_formula_in_any_spreadsheet() -> None:
    evil = 'x;=HYPERLINK("http://evil.example";"solde"),+1\n@SUM(A1)'
    for delimiter in (";", ","):
        for content in (
            tables.written("a.csv", [["number", evil], ["AK", "＝1+1"]]),
            report_files.written("csv", [("x", [["number", evil], ["AK", "-1"]])]),
        ):
            cells = [
                cell
                for row in csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=delimiter)
                for cell in row
            ]
            assert not [cell for cell in cells if cell.lstrip(" ")[:1] in set("=+-@＝")], cells
    assert (
        tables.read("a.csv", tables.written("a.csv", [["number", "note"], ["AK-1", "oui, -20 %"]]))[1][1][1]
        == "oui, -20 %"
    )


def test_nothing_of_the_console_stays_in_a_browsers_cache(awa: User, waiting: Waiting, browser_of: BrowserOf) -> None:
    waiting()
    for path in ("team/", "file/history/", "file/notices/", "file/"):
        assert "no-store" in browser_of(awa).get(f"/admin/{path}")["Cache-Control"], path


def test_who_looks_at_very_many_is_told_of_and_stopped(
    awa: User, staff: Staff, waiting: Waiting, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {"tell": 2, "most": 3, "words": "a regardé {count} conversations"}
    monkeypatch.setattr(appetite, "rules", lambda: dict.fromkeys(("reveals", "cases", "searches"), few))
    chief, browser = staff("chief", "supervisor"), browser_of(awa)
    cases = [waiting(address=f"+225070000000{number}") for number in range(4)]
    asked = [act(browser, case, "reveal", {"reason": "call_back"}).status_code for case in (cases[0], *cases)]
    assert asked == [200, 200, 200, 200, 429], "the same case twice is one"
    search = [browser.post("/admin/file/search/", {"q": "bonjour"}, "application/json") for _ in range(4)]
    assert [answer.status_code for answer in search] == [200, 200, 200, 429] and int(search[-1]["Retry-After"]) <= 3600
    for case in cases:
        Attendance(awa, case.id)  # opens a page: told of, never refused
    assert [one.text for one in Notice.objects.all()] == ["Awa a regardé 2 conversations."] * 3
    assert {one.user for one in Notice.objects.all()} == {chief}
    assert AuditEvent.objects.filter(action="looks_at_many", target=f"user:{awa.pk}").count() == 3
