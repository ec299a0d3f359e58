"""The switch, incidents and the radar: what a lead sets is what customers hear, and only what grows is seen."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from support import clock, house_words
from support.backoffice import incident_news
from support.incidents import incidents, radar, switches
from support.incidents.switches import Where
from support.minds import with_template
from support.models import (
    AuditEvent,
    Author,
    Channel,
    Claim,
    Conversation,
    Escalation,
    Incident,
    IncidentCase,
    Mode,
    Notice,
    Owner,
)
from tests.support.journeys import BRAND, say, write

HIT = "j'ai fait orange vers wave, mon argent est parti et n'est pas arrivé"
NOTICE = "Les transferts d'Orange vers Wave sont ralentis, nos équipes y travaillent."


@pytest.fixture
def mariam(staff: Callable[..., User]) -> User:
    return staff("mariam", "supervisor")


def declared(mariam: User, **more: str) -> Incident:
    said = incidents.Declaration(
        BRAND,
        "Orange vers Wave",
        clock.now(),
        **{"from_operator": "Orange", "to_operator": "Wave", "notice": NOTICE, **more},
    )
    return incidents.declare(said, mariam, with_template(BRAND))


def words(messages: list) -> str:  # type: ignore[type-arg]
    return "\n".join(message.text for message in messages)


def test_people_only_hands_over_at_once_and_keeps_what_was_told(mariam: User) -> None:
    switches.turn(Where(BRAND), Mode.PEOPLE, mariam, "panne")
    said = words(say(f"bonjour {HIT} EFB.31570264"))
    assert "une personne" in said and "référence" not in said
    case = Escalation.objects.get()
    assert case.reason == "people_only" and case.card["known"]["easytransfert_id"] == "EFB.31570264"
    assert not Claim.objects.exists()
    again = words(say("vous etes la ?"))
    assert "file" in again and Escalation.objects.count() == 1


def test_collect_only_collects_and_leaves_questions_to_people(mariam: User) -> None:
    switches.turn(Where(BRAND), Mode.COLLECT, mariam, "tarifs en cours de changement")
    assert "FCFA" not in words(say("c combien les frais pour envoyer 100000 de wave vers orange"))
    assert Escalation.objects.get().reason == "people_only"
    assert "référence" in words(say(HIT, address="visitor:2"))
    assert "assistant" in words(say("tu es un robot ?", address="visitor:3")).casefold()


def test_the_switch_holds_for_its_operator_and_channel_alone(mariam: User) -> None:
    switches.turn(Where(BRAND, Channel.WEB, "Orange"), Mode.PEOPLE, mariam, "panne Orange")
    assert "référence" not in words(say(HIT))
    assert "référence" in words(say("j'ai fait wave vers mtn, rien n'est arrivé", address="visitor:2"))
    assert "référence" in words(say(HIT, Channel.WHATSAPP, "+2250700000009"))
    switches.turn(Where(BRAND, Channel.WEB, "Orange"), Mode.FULL, mariam, "réparé")
    assert "référence" in words(say(HIT, address="visitor:3"))
    assert list(AuditEvent.objects.filter(action="switch").values_list("details__to", flat=True)) == ["people", "full"]


def test_whoever_is_hit_is_told_once_and_nobody_else(mariam: User) -> None:
    row = declared(mariam, label="panne")
    first = words(say(HIT))
    assert NOTICE in first and "référence" in first
    assert NOTICE not in words(say("alors ?"))
    assert NOTICE not in words(say("de moov vers mtn, l'argent n'est pas arrivé", address="visitor:2"))
    case = IncidentCase.objects.get()
    assert case.incident == row and case.noticed_at is not None
    assert [label.name for label in case.conversation.labels.all()] == ["panne"]


def test_at_the_end_everybody_hit_is_told_once_but_who_said_stop_or_has_a_person(mariam: User) -> None:
    row = declared(mariam)
    for number in range(4):
        say(HIT, Channel.WHATSAPP, f"+225070000001{number}")
    stopped, with_agent = Conversation.objects.order_by("created_at")[:2]
    stopped.identity.opted_out_at = clock.now()
    stopped.identity.save()
    Conversation.objects.filter(id=with_agent.id).update(owner=Owner.AGENT, agent=mariam)
    assert incidents.fix(row.id, "C'est réparé : vos transferts vont arriver.", mariam, with_template(BRAND)) == 4
    assert incident_news.tell(row.id) == 2
    assert incident_news.tell(row.id) == 0 and incident_news.untold() == []
    told = Conversation.objects.filter(messages__text__isnull=False, messages__client_id__isnull=False).distinct()
    assert {one.id for one in told} == {one.id for one in Conversation.objects.order_by("created_at")[2:]}
    with pytest.raises(incidents.NotTaken, match="déjà clos"):
        incidents.fix(row.id, "", mariam, with_template(BRAND))
    assert incidents.notices(BRAND) == ()


@pytest.mark.parametrize("notice", ["Donnez-nous votre code secret pour vérifier.", "x" * 501])
def test_a_notice_the_guard_refuses_is_not_taken(mariam: User, notice: str) -> None:
    with pytest.raises(incidents.NotTaken):
        declared(mariam, notice=notice)
    assert not Incident.objects.exists()


def filed(count: int, at, pair: tuple[str, str] = ("Orange", "Wave")) -> None:  # type: ignore[no-untyped-def]
    """Claims at ``at``; their conversation does not matter."""
    conversation = Conversation.objects.first() or write("bonjour").conversation
    start = Claim.objects.count()
    Claim.objects.bulk_create(
        Claim(
            number=f"AK-{start + n:03}-0000", customer=conversation.customer, conversation=conversation,
            kind="debited_not_received", from_operator=pair[0], to_operator=pair[1], filed_at=at, changed_at=at,
        )
        for n in range(count)
    )  # fmt: skip


def test_the_radar_sees_what_grows_and_not_what_is_always_there(mariam: User) -> None:
    now = clock.now()
    for day in range(1, 29):
        filed(9, now - timedelta(days=day, minutes=20), ("Wave", "MTN"))
        filed(1, now - timedelta(days=day, minutes=20))
    filed(11, now - timedelta(minutes=20), ("Wave", "MTN"))
    filed(12, now - timedelta(minutes=15))
    filed(4, now - timedelta(minutes=5), ("Moov", "Wave"))
    (blip,) = radar.blips(BRAND, now)
    assert (blip.group.from_operator, blip.group.to_operator, blip.count) == ("Orange", "Wave", 12)
    assert blip.usual == pytest.approx(1.0) and blip.chance < 1e-6
    assert radar.watch(BRAND) == 1 and radar.watch(BRAND) == 0
    assert "12 cas Orange → Wave" in Notice.objects.get(user=mariam).text
    declared(mariam)
    assert radar.covered(BRAND, blip.group)


def test_the_radars_card_declares_in_one_click_with_the_brands_words(
    mariam: User, browser_of: Callable[[User], Client]
) -> None:
    filed(6, clock.now() - timedelta(minutes=5))
    lead = browser_of(mariam)
    page = lead.get("/admin/incidents/").content.decode()
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.split('class="i-at-once"')[1]))
    assert form["notice"].startswith("Les transferts Orange vers Wave")
    assert (
        lead.post("/admin/incidents/", {name: html.unescape(value) for name, value in form.items()}).status_code == 302
    )
    row = Incident.objects.get()
    assert (row.kind, row.from_operator, row.to_operator) == ("debited_not_received", "Orange", "Wave")
    assert row.cases.count() == 1 and row.notice == html.unescape(form["notice"]) and str(row.label) == "incident"
    assert house_words.of_incident(BRAND, "notice", "", "Wave") == "", "of an unknown operator nothing is proposed"
    assert "fonctionnent de nouveau normalement" in lead.get("/admin/incidents/").content.decode()


def test_a_claim_keeps_what_the_customer_said_was_wrong(transactional_db: None) -> None:
    say("on m'a débité mais le transfert n'est pas arrivé, de orange vers wave")
    say("EFB.31570264")
    say("MP240612.1234.A12345")
    assert Claim.objects.get().error in ("debited_not_credited", "transfer_not_received")


def test_the_poisson_tail_is_the_textbooks() -> None:
    assert radar.at_least(0, 1.0) == 1.0
    assert radar.at_least(1, 1.0) == pytest.approx(0.632121, abs=1e-6)
    assert radar.at_least(5, 2.0) == pytest.approx(0.052653, abs=1e-6)


def test_supervisors_declare_and_close_auditors_read_agents_do_neither(
    staff: Callable[..., User], mariam: User, browser_of: Callable[[User], Client]
) -> None:
    say(HIT)
    form = {
        "name": "Panne", "from_operator": "Orange", "to_operator": "Wave", "notice": NOTICE, "label": "panne",
        "began_at_0": clock.now().strftime("%d/%m/%Y"), "began_at_1": "00:00:00", "kind": "",
    }  # fmt: skip
    assert browser_of(staff("awa")).get("/admin/incidents/").status_code == 403
    auditor = browser_of(staff("yao", "auditor"))
    assert auditor.get("/admin/incidents/").status_code == 200
    assert auditor.post("/admin/incidents/", form).status_code == 403
    assert auditor.post("/admin/assistant/", {"mode": "people", "reason": "x"}).status_code == 403
    lead = browser_of(mariam)
    assert lead.post("/admin/incidents/", form).status_code == 302
    row = Incident.objects.get()
    assert auditor.post(f"/admin/incidents/{row.id}/fix/", {"closing": ""}).status_code == 403
    assert lead.post(f"/admin/incidents/{row.id}/fix/", {"closing": ""}).status_code == 302
    assert lead.post("/admin/assistant/", {"mode": "collect", "reason": "essai"}).status_code == 302
    assert dict(switches.modes(BRAND, "web")) == {"": "collect"}
    for page in ("/admin/incidents/", "/admin/assistant/"):
        assert lead.get(page).status_code == 200


def test_the_closing_message_is_the_assistants_and_shown_to_the_customer(mariam: User) -> None:
    row = declared(mariam)
    say(HIT)
    incidents.fix(row.id, "C'est réparé.", mariam, with_template(BRAND))
    incident_news.tell(row.id)
    last = Conversation.objects.get().messages.order_by("-seq").first()
    assert last is not None and last.author == Author.BOT and last.text == "C'est réparé."
