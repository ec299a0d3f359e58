"""Rules in the admin: a draft is written, its faults said in French, tried on its own page, and switched on there."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from support.models import AuditEvent, Label, Rule, Team
from support.rules import work, writing
from tests.support.journeys import BRAND
from tests.support.rules.conftest import NewCase, NewRule

pytestmark = pytest.mark.django_db
NASTY = "<script>alert(1)</script>"


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def lead(people: dict[str, User]) -> Client:
    return browser_of(people["mariam"])


def form(**more: Any) -> dict[str, Any]:
    return {"brand": BRAND, "name": "Arnaques", "occasion": "opened", "position": 0, **more}


def test_a_rule_is_written_tried_and_switched_on(lead: Client, new_case: NewCase) -> None:
    label = Label.objects.create(brand=BRAND, name="arnaque")
    case, _ = new_case("on m'a arnaqué"), new_case("bonjour")
    said = {"words": "arnaqué, escroc", "moods": ["neu", "neg"], "priority": "0", "label": label.pk, "notice": "on"}
    answer = lead.post(reverse("admin:support_rule_add"), form(**said))
    rule = Rule.objects.get()
    trial = reverse("console:rule-trial", args=[rule.pk])
    assert answer["Location"] == trial and not rule.active
    assert rule.conditions == {"words": ["arnaqué", "escroc"], "moods": ["neu", "neg"]}
    assert rule.acts == {"priority": 0, "label": label.pk, "notice": True}
    page = lead.get(trial).content.decode()
    assert "humeur neutre ou mécontent ; le client écrit « arnaqué » ou « escroc »" in page
    assert "cela est arrivé à 2 ;" in page and "<strong>1</strong>" in page
    assert page.count("priorité urgente, étiquette «\u00a0arnaque\u00a0», avis aux superviseurs") == 2, (
        "of the rule, of the case"
    )
    assert reverse("console:case", args=[case.conversation_id]) in page
    assert not Rule.objects.get().active and AuditEvent.objects.filter(action="label_added").count() == 0
    Rule.objects.update(conditions={"words": ["bonjour"]})
    switch, tried = reverse("console:rule-switch", args=[rule.pk]), {"on": "1", "tried": writing.version(rule)}
    assert "modifiée depuis cet essai" in lead.post(switch, tried, follow=True).content.decode()
    assert not Rule.objects.get().active
    Rule.objects.update(conditions=rule.conditions)
    lead.post(switch, tried)
    assert Rule.objects.get().active and "En service" in lead.get(trial).content.decode()
    new = new_case("arnaqué")
    assert work.run(new.conversation_id) == 1
    lead.post(reverse("admin:support_rule_change", args=[rule.pk]), form(words="vol", notice="on"))
    rule.refresh_from_db()
    assert (rule.active, rule.conditions, rule.acts) == (False, {"words": ["vol"]}, {"notice": True})
    lead.post(reverse("admin:support_rule_delete", args=[rule.pk]), {"post": "yes"})
    acts = AuditEvent.objects.filter(target=f"rule:{rule.pk}").order_by("id").values_list("action", flat=True)
    assert list(acts) == ["rule_saved", "rule_on", "rule_saved", "rule_deleted"]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({}, "Une règle fait au moins une chose."),
        ({"status": "snoozed"}, "Une mise en veille, et elle seule, demande un nombre d&#x27;heures."),
        ({"score": 2, "notice": "on"}, "La note n&#x27;est connue que quand le client la donne."),
        ({"occasion": "resolved", "priority": "1"}, "La demande est déjà terminée"),
        ({"amount": 0, "notice": "on"}, "Un nombre de 1 à"),
        ({"words": "x" * 41, "notice": "on"}, "de 40 caractères chacun"),
        ({"brand": "ailleurs", "notice": "on"}, "Cette marque n&#x27;existe pas ici."),
    ],
)
def test_what_makes_no_sense_is_said_in_french(lead: Client, said: dict[str, Any], error: str) -> None:
    page = lead.post(reverse("admin:support_rule_add"), form(**said)).content.decode()
    assert error in page and not Rule.objects.exists()


def test_agents_read_rules_and_supervisors_change_them(people: Any, new_rule: NewRule, lead: Client) -> None:
    label = Label.objects.create(brand=BRAND, name=NASTY)
    rule = new_rule({"words": [NASTY]}, {"label": label.pk}, name=NASTY, on=False)
    agent = browser_of(people["awa"])
    trial, switch = (reverse(f"console:rule-{each}", args=[rule.pk]) for each in ("trial", "switch"))
    page = agent.get(trial).content.decode()
    assert NASTY not in page and "Mettre en service" not in page and "Arnaques" not in page
    assert NASTY not in agent.get(reverse("admin:support_rule_changelist")).content.decode()
    assert agent.post(switch, {"on": "1"}).status_code == 403 and not Rule.objects.get().active
    assert agent.post(reverse("admin:support_rule_change", args=[rule.pk]), form()).status_code == 403
    label.delete()
    page = lead.get(trial).content.decode()
    assert "Son étiquette n&#x27;existe plus." in page and "Mettre en service" not in page
    assert lead.post(switch, {"on": "1"}, follow=True).status_code == 200 and not Rule.objects.get().active
    Rule.objects.update(acts=["?"], conditions="?")
    assert lead.get(trial).status_code == lead.get(reverse("admin:support_rule_changelist")).status_code == 200
    outsider = User.objects.create_user("nobody", is_staff=True)
    assert browser_of(outsider).get(trial).status_code == 403
    outsider.groups.add(Group.objects.get(name="auditor"))
    assert browser_of(User.objects.get(pk=outsider.pk)).get(trial).status_code == 200


def test_the_list_says_what_each_does_in_a_fixed_number_of_queries(lead: Client, new_rule: NewRule) -> None:
    team, label = Team.objects.create(brand=BRAND, name="Fraude"), Label.objects.create(brand=BRAND, name="vol")
    acts = {"team": team.pk, "label": label.pk}

    def page() -> tuple[str, int]:
        with CaptureQueriesContext(connection) as seen:
            content = lead.get(reverse("admin:support_rule_changelist")).content.decode()
        return content, len(seen)

    new_rule({"amount": 500_000, "closed": True}, acts)
    page()
    content, few = page()
    assert "équipe Fraude, étiquette «\u00a0vol\u00a0»" in content and "hors des horaires" in content
    for number in range(3):
        new_rule({"claims": 2}, acts, name=f"Règle {number}")
    assert page()[1] == few
