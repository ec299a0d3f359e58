"""Supervisors settle claims in the admin, by the same path as the API; agents look."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.test import Client

from support.backoffice import announce, outbox, tables
from support.backoffice.changes import Change, change_status
from support.console.roles import sync_roles
from support.models import AuditEvent, Claim, ClaimEvent, OutgoingEvent, OutgoingState
from support.privacy import audit
from tests.support.backoffice.conftest import Filed
from tests.support.journeys import BRAND

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/support/claim/"
Browser = Callable[[str], Client]


@pytest.fixture
def browser(transactional_db: None) -> Browser:
    """A signed-in browser of somebody in a role."""
    sync_roles()

    def make(role: str) -> Client:
        user = User.objects.create_user(f"un-{role}", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client = Client()
        client.force_login(user)
        return client

    return make


def change_page(client: Client, claim: Claim) -> str:
    return str(client.get(f"{LIST}{claim.pk}/status/").context["form"].initial["event_id"])


def test_a_supervisor_changes_a_status_and_the_customer_is_told(browser: Browser, filed: Filed) -> None:
    claim, mariam = filed(), browser("supervisor")
    form = {
        "status": "resolved",
        "note": "c'est fait",
        "success_reference": "OP-1",
        "event_id": change_page(mariam, claim),
    }
    for _ in range(2):  # a double click
        assert mariam.post(f"{LIST}{claim.pk}/status/", form).status_code == 302
    claim.refresh_from_db()
    assert (claim.status, claim.note, claim.success_reference) == ("resolved", "c'est fait", "OP-1")
    assert ClaimEvent.objects.filter(name="status").count() == 1
    assert announce.run(claim.conversation_id) == 1
    assert AuditEvent.objects.get().action == "claim_status"
    assert audit.first_break() is None


def test_a_note_that_asks_a_secret_comes_back_with_the_reason(browser: Browser, filed: Filed) -> None:
    claim, mariam = filed(), browser("supervisor")
    form = {"status": "resolved", "note": "envoyez votre code pin", "event_id": change_page(mariam, claim)}
    answer = mariam.post(f"{LIST}{claim.pk}/status/", form)
    assert "nous ne l&#x27;envoyons jamais" in answer.content.decode()
    claim.refresh_from_db()
    assert claim.status == "received"


@pytest.mark.parametrize("path", ["{}{}/status/", "{}import/"])
def test_an_agent_may_not(browser: Browser, filed: Filed, path: str) -> None:
    claim, awa = filed(), browser("agent")
    address = path.format(LIST, claim.pk) if path.count("{}") == 2 else path.format(LIST)
    assert awa.get(address).status_code == 403
    assert awa.post(address, {"status": "resolved"}).status_code == 403
    html = awa.get(LIST).content.decode()
    assert "export_csv" not in html and "Importer" not in html
    awa.post(LIST, {"action": "export_csv", "_selected_action": [claim.pk]})
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("key", ["00000000-0000-0000-0000-000000000000", "x"])
def test_a_claim_that_does_not_exist_is_not_found(browser: Browser, key: str) -> None:
    assert browser("supervisor").get(f"{LIST}{key}/status/").status_code == 404


def test_the_pages_show_history_and_no_whole_number(browser: Browser, filed: Filed) -> None:
    claim, mariam = filed(), browser("supervisor")
    change_status(
        BRAND, claim.number,
        Change("processing", note="rappelez le 07 00 00 00 12", corrections={"recipient_msisdn": "0511000034"}),
    )  # fmt: skip
    html = mariam.get(f"{LIST}{claim.pk}/change/").content.decode()
    assert "État changé : En traitement (à dire)" in html and "Changer l&#x27;état" in html
    assert "EFB.31570264" in html
    assert "07 00 00 00 12" not in html and "0511000034" not in html
    assert 'name="_save"' not in html


def test_claims_are_found_by_age(browser: Browser, filed: Filed) -> None:
    filed(), filed("AK-000-0001", address="visitor:2")
    Claim.objects.filter(number="AK-000-0001").update(filed_at=F("filed_at") - timedelta(days=3))
    mariam = browser("supervisor")
    html = mariam.get(LIST, {"age": "2"}).content.decode()
    assert "AK-000-0001" in html and "AK-204-7318" not in html
    assert mariam.get(LIST, {"age": "x"}).status_code in (200, 302)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_is_a_file_on_record(browser: Browser, filed: Filed, kind: str) -> None:
    claim = filed()
    answer = browser("supervisor").post(LIST, {"action": f"export_{kind}", "_selected_action": [claim.pk]})
    assert answer["Content-Disposition"].endswith(f'.{kind}"')
    content = b"".join(answer) if answer.streaming else answer.content
    assert tables.read(f"x.{kind}", content)[1][1][0] == claim.number
    claim.refresh_from_db()
    assert claim.forwarded_by == "export"
    assert AuditEvent.objects.get().details == {"count": 1}


def upload(client: Client, content: bytes, **more: object) -> str:
    file = SimpleUploadedFile("réponses.csv", content)
    return client.post(f"{LIST}import/", {"file": file} | more, follow=True).content.decode()


def test_an_import_is_tried_then_taken(browser: Browser, filed: Filed) -> None:
    claim, mariam = filed(), browser("supervisor")
    content = f"number,status\n{claim.number},resolved\n".encode()
    assert "rien n&#x27;est changé" in upload(mariam, content, dry_run="on")
    assert Claim.objects.get().status == "received"
    assert "1 changé(s)" in upload(mariam, content)
    assert Claim.objects.get().status == "resolved"


def test_a_bad_import_shows_its_faults_escaped(browser: Browser, filed: Filed) -> None:
    claim, mariam = filed(), browser("supervisor")
    html = upload(mariam, f"number,status,<script>x</script>\n{claim.number},resolved,\n".encode())
    assert "Cette colonne est inconnue" in html and "<script>x" not in html
    assert Claim.objects.get().status == "received"


def test_what_was_given_up_is_seen_and_taken_up_again(browser: Browser, filed: Filed, settings) -> None:
    settings.BACKOFFICE_WEBHOOK_URL, settings.BACKOFFICE_WEBHOOK_SECRET = "https://back.example.org/", "s"
    outbox.write(filed(), "claim.filed")
    OutgoingEvent.objects.update(state=OutgoingState.DEAD, outcome="HTTP 410")
    mariam, event = browser("supervisor"), OutgoingEvent.objects.get()
    html = mariam.get("/admin/support/outgoingevent/?state__exact=dead").content.decode()
    assert "HTTP 410" in html
    sent = mariam.get(f"/admin/support/outgoingevent/{event.pk}/change/").content.decode()
    assert "EFB.31570264" in sent
    assert "claim.filed" in mariam.get(f"{LIST}{event.claim_id}/change/").content.decode()
    mariam.post("/admin/support/outgoingevent/", {"action": "again", "_selected_action": [event.pk]})
    event.refresh_from_db()
    assert event.state == OutgoingState.PENDING
    assert AuditEvent.objects.get(action="outgoing_again").details == {"events": [str(event.pk)]}
    assert browser("agent").get("/admin/support/outgoingevent/").status_code == 403


def test_files_are_what_their_names_say() -> None:
    assert io.BytesIO(tables.written("a.xlsx", [["x"]])).read(2) == b"PK"
