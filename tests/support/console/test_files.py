"""Files that agents send: judged by content, kept encrypted, shown safely, sent whole, never without their words."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from PIL import Image

from support import clock, deliver, escalate, file_links, tasks, unsent_files
from support.models import Conversation, Delivery, StoredFile
from support.transports.web import events
from tests.support.console.test_actions import BrowserOf, Waiting, act
from tests.support.whatsapp.twilio_stand_in import TwilioStandIn

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def picture(kind: str = "PNG", **more: Any) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(written, kind, **more)
    return written.getvalue()


@pytest.fixture
def case(awa: User, waiting: Waiting) -> Conversation:
    found = waiting()
    escalate.take(found.id, awa)
    return found


def attach(browser: Client, case: Conversation, name: str, content: bytes) -> Any:
    return browser.post(f"/admin/file/{case.id}/files/", {"file": SimpleUploadedFile(name, content)})


def say(browser: Client, case: Conversation, text: str, *files: str) -> Any:
    return act(browser, case, "reply", {"text": text, "client_id": str(uuid.uuid4()), "files": list(files)})


def test_a_picture_is_drawn_anew_and_kept_encrypted(awa: User, case: Conversation, browser_of: BrowserOf) -> None:
    hidden = b"<script>alert(1)</script>"
    exif = Image.Exif()
    exif[0x010E] = "5.345 N, 4.024 W"
    content = picture("JPEG", exif=exif) + hidden
    answer = attach(browser_of(awa), case, "../../reçu\u202e du 3.exe", content)
    assert answer.status_code == 201
    shown = answer.json()
    assert (shown["type"], shown["name"]) == ("image/jpeg", "reçu du 3.jpg")
    kept = Client().get(shown["url"])
    assert kept.status_code == 200 and hidden not in kept.content and b"5.345" not in kept.content
    assert Image.open(io.BytesIO(kept.content)).size == (40, 30)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM support_storedfile")
        assert cursor.fetchone()[0].startswith("gAAAA")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", b""),
        ("a.png", b"GIF89a" + b"0" * 50),
        ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.png", picture()[:60]),
        ("a.pdf", b"%PDF-1.4 coup\xe9"),
        ("a.pdf", b"<html>%PDF-1.4 %%EOF"),
        ("a.jpg", b"MZ" + b"0" * 90),
    ],
    ids=["empty", "gif", "svg", "cut", "cut pdf", "html", "program"],
)
def test_what_is_no_picture_and_no_pdf_is_refused_in_french(
    name: str, content: bytes, awa: User, case: Conversation, browser_of: BrowserOf
) -> None:
    answer = attach(browser_of(awa), case, name, content)
    assert answer.status_code == 422 and answer.json()["detail"].endswith(".")
    assert not StoredFile.objects.exists()


def test_more_than_8_mib_is_refused(awa: User, case: Conversation, browser_of: BrowserOf) -> None:
    assert attach(browser_of(awa), case, "a.pdf", PDF + b"0" * 8_388_608).status_code == 413


def test_who_does_not_have_the_case_attaches_nothing(
    koffi: User, case: Conversation, browser_of: BrowserOf, staff: Any
) -> None:
    assert attach(browser_of(koffi), case, "a.pdf", PDF).status_code == 409
    assert attach(browser_of(staff("yao", "auditor")), case, "a.pdf", PDF).status_code == 403
    assert attach(Client(), case, "a.pdf", PDF).status_code == 401
    assert attach(Client(enforce_csrf_checks=True), case, "a.pdf", PDF).status_code == 403


def test_a_pdf_is_kept_not_run_and_its_address_cannot_be_guessed_and_ends(
    awa: User, case: Conversation, browser_of: BrowserOf, settings: Any
) -> None:
    url = attach(browser_of(awa), case, "relevé.pdf", PDF).json()["url"]
    shown = Client().get(url)
    assert shown.content == PDF and shown["Content-Disposition"].startswith("attachment;")
    assert shown["X-Content-Type-Options"] == "nosniff" and "sandbox" in shown["Content-Security-Policy"]
    assert "script-src" not in shown["Content-Security-Policy"]
    row = StoredFile.objects.get()
    for wrong in (f"/files/{row.id.hex}", f"/files/{row.id}", url[:-2] + "AA"):
        assert Client().get(wrong).status_code == 404
    settings.FILE_LINK_DAYS = 0
    assert Client().get(url).status_code == 410


def test_files_of_another_case_cannot_be_sent(
    awa: User, case: Conversation, waiting: Waiting, browser_of: BrowserOf
) -> None:
    browser, other = browser_of(awa), waiting(address="+2250700000002")
    escalate.take(other.id, awa)
    file = attach(browser, other, "a.pdf", PDF).json()["file"]
    assert say(browser, case, "voici", file).status_code == 409
    assert say(browser, case, "voici", "x").status_code == 409
    assert not case.messages.filter(author="agent").exists()


def test_a_file_is_dropped_until_it_is_sent(awa: User, case: Conversation, browser_of: BrowserOf) -> None:
    browser = browser_of(awa)
    first, second = (attach(browser, case, "a.pdf", PDF).json()["file"] for _ in range(2))
    assert act(browser, case, "files/drop", {"file": first}).status_code == 204
    say(browser, case, "voici", second)
    assert act(browser, case, "files/drop", {"file": second}).status_code == 409
    assert StoredFile.objects.get().id.hex == second


def test_on_the_web_the_customer_gets_an_address_and_no_inside_name(
    awa: User, case: Conversation, browser_of: BrowserOf
) -> None:
    browser = browser_of(awa)
    file = attach(browser, case, "reçu.png", picture()).json()["file"]
    assert say(browser, case, "", file).status_code == 201
    shown = events.message_event(case.messages.get(author="agent"))["attachments"]
    assert [set(each) for each in shown] == [{"name", "type", "size", "url", "width", "height"}]
    assert Client().get(shown[0]["url"]).status_code == 200


@pytest.fixture
def twilio(settings: Any) -> Iterator[TwilioStandIn]:
    with TwilioStandIn() as server:
        settings.TWILIO_API_BASE = server.url
        yield server


def test_on_whatsapp_the_file_leaves_before_its_words(
    awa: User, case: Conversation, browser_of: BrowserOf, twilio: TwilioStandIn
) -> None:
    browser = browser_of(awa)
    file = attach(browser, case, "reçu.png", picture()).json()["file"]
    say(browser, case, "voici le reçu", file)
    deliver.run(case.id)
    sent = [each.fields for each in twilio.seen if each.fields.get("To")]
    assert [("MediaUrl" in each, each.get("Body", "")) for each in sent] == [(True, ""), (False, "voici le reçu")]
    token = sent[0]["MediaUrl"].rpartition("/")[2]
    assert file_links.read(token).hex == file
    assert case.messages.get(author="agent").delivery == Delivery.SENT


# --- Previews, and what is never sent -----------------------------------------------------------------------------


def test_a_picture_has_a_small_jpeg_of_known_size_and_a_pdf_has_none(
    awa: User, case: Conversation, browser_of: BrowserOf
) -> None:
    browser = browser_of(awa)
    written = io.BytesIO()
    Image.effect_noise((1600, 900), 60).convert("RGBA").save(written, "PNG")
    large = attach(browser, case, "grande.png", written.getvalue()).json()
    kept = attach(browser, case, "relevé.pdf", PDF).json()
    assert say(browser, case, "voici", large["file"], kept["file"]).status_code == 201
    picture_, document = events.message_event(case.messages.latest("seq"))["attachments"]
    assert (picture_["width"], picture_["height"]) == (220, 124) and "width" not in document
    small = Client().get(f"{picture_['url']}?small")
    assert small["Content-Type"] == "image/jpeg" and small["X-Content-Type-Options"] == "nosniff"
    assert Image.open(io.BytesIO(small.content)).size == (320, 180) and len(small.content) < 60_000
    assert len(small.content) < len(Client().get(picture_["url"]).content) / 4
    whole = Client().get(f"{document['url']}?small")
    assert whole.content == PDF and whole["Content-Type"] == "application/pdf"
    with connection.cursor() as cursor:
        cursor.execute("SELECT small FROM support_storedfile WHERE width > 0")
        assert cursor.fetchone()[0].startswith("gAAAA")


def test_a_small_picture_is_shown_no_larger_than_it_is(awa: User, case: Conversation, browser_of: BrowserOf) -> None:
    shown = attach(browser_of(awa), case, "a.png", picture()).json()
    assert (shown["width"], shown["height"]) == (40, 30)


def test_a_file_never_sent_goes_after_a_day_and_no_other(
    awa: User, case: Conversation, browser_of: BrowserOf, settings: Any
) -> None:
    browser = browser_of(awa)
    said, forgotten, leaving, young = (
        attach(browser, case, f"{name}.pdf", PDF).json()["file"] for name in ("a", "b", "c", "d")
    )
    assert say(browser, case, "voici", said).status_code == 201
    settings.UNDO_SECONDS = 5.0
    assert say(browser, case, "et voici", leaving).status_code == 202
    StoredFile.objects.exclude(id=young).update(at=clock.now() - timedelta(hours=24, minutes=1))
    StoredFile.objects.filter(id=young).update(at=clock.now() - timedelta(hours=23))
    StoredFile.objects.filter(id=said).update(said=False)  # sent before files knew that they were
    assert unsent_files.drop() == 1
    left = {row.id.hex for row in StoredFile.objects.all()}
    assert left == {said, leaving, young} and forgotten not in left
    assert unsent_files.drop() == 0 and StoredFile.objects.get(id=said).said


def test_the_worker_looks_for_them_by_itself(settings: Any) -> None:
    assert settings.CELERY_BEAT_SCHEDULE["unsent"]["task"] == tasks.drop_unsent_files.name
