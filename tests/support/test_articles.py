"""Articles in the admin: drafted, checked in French, approved by another, spoken without a restart, cited, audited."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from support import recent
from support.console import transcript
from support.console.roles import sync_roles
from support.knowledge import values, writing
from support.minds import with_template
from support.models import Article, ArticleStatus, AuditEvent, Author, Channel, Message
from support.privacy import audit
from support.turns import run
from tests.support.journeys import write

FORMS = "\n".join(
    f"vendez-vous des parapluies {colour}" for colour in "bleus verts gris noirs roux rouges roses beiges".split()
)
Staff = Callable[..., User]


@pytest.fixture
def staff(transactional_db: None) -> Staff:
    sync_roles()
    recent.forget()

    def make(name: str, role: str) -> User:
        user = User.objects.create_user(name, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        return user

    return make


@pytest.fixture
def awa(staff: Staff) -> User:
    return staff("awa", "agent")


@pytest.fixture
def mariam(staff: Staff) -> User:
    return staff("mariam", "supervisor")


def draft(author: User, slug: str = "parapluies", answer: str = "Non, pas de parapluies.", **more: object) -> Article:
    row = Article(slug=slug, title="Parapluies", questions=FORMS, answer=answer, **more)
    return writing.save_draft(row, author)


def answer_to(text: str) -> Message:
    recent.forget()
    conversation = write(text, Channel.WEB, "web-articles").conversation
    run(conversation.id)
    message = Message.objects.filter(conversation=conversation, author=Author.BOT).order_by("seq").last()
    assert message is not None
    return message


def posted(client: Client, address: str, **changes: object) -> str:
    form = {"brand": "easytransfert", "slug": "parapluies", "title": "Parapluies", "topics": ["info"],
            "questions": FORMS, "answer": "Non, pas de parapluies.", **changes}  # fmt: skip
    return client.post(address, form, follow=True).content.decode()


def test_an_approved_article_is_spoken_without_a_restart_and_cited(awa: User, mariam: User) -> None:
    row = draft(awa)
    assert "parapluies" not in answer_to("vendez-vous des parapluies gris ?").text
    writing.approve(row, mariam)
    message = answer_to("vendez-vous des parapluies gris ?")
    assert "Non, pas de parapluies." in message.text
    assert message.sources == ["parapluies@1"]
    assert transcript.as_json(message, message.conversation, whole_numbers=False)["sources"] == ["parapluies@1"]


def test_it_is_picked_up_within_seconds_without_being_told(
    awa: User, mariam: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent, "CHECK_SECONDS", 0.0)
    before = with_template("easytransfert")
    assert with_template("easytransfert") is before
    writing.approve(draft(awa), mariam)
    slugs = {one.slug for one in with_template("easytransfert").knowledge.library.articles}
    assert "parapluies" in slugs


def test_it_is_not_looked_for_at_every_turn(awa: User, mariam: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "CHECK_SECONDS", 3600.0)
    before = with_template("easytransfert")
    writing.approve(draft(awa), mariam)
    assert with_template("easytransfert") is before


def test_a_retired_version_gives_way_to_the_one_before_it(awa: User, mariam: User) -> None:
    shipped = values.shipped("easytransfert")["horaires"]
    rows = [draft(awa, "horaires", f"Réponse {word}.") for word in ("ancienne", "nouvelle")]
    assert [row.version for row in rows] == [shipped.version + 1, shipped.version + 2]
    for row in rows:
        writing.approve(row, mariam)
    newest = Article.objects.get(pk=rows[1].pk)
    recent.forget()
    assert _answer("horaires") == "Réponse nouvelle."
    writing.retire(newest, mariam)
    recent.forget()
    assert _answer("horaires") == "Réponse ancienne."
    writing.retire(Article.objects.get(pk=rows[0].pk), mariam)
    recent.forget()
    assert _answer("horaires") == shipped.answer


def _answer(slug: str) -> str:
    return next(one.answer for one in with_template("easytransfert").knowledge.library.articles if one.slug == slug)


def test_an_approved_article_that_became_unusable_is_left_out(awa: User, mariam: User) -> None:
    row = draft(awa, answer="Avec {no_such_figure}.")
    writing.approve(row, mariam)
    recent.forget()
    assert "parapluies" not in {one.slug for one in with_template("easytransfert").knowledge.library.articles}


def test_only_another_supervisor_approves(staff: Staff, awa: User, mariam: User) -> None:
    with pytest.raises(writing.NotAllowed, match="Seul un superviseur"):
        writing.approve(draft(awa), awa)
    alone = draft(mariam)
    yao = staff("yao", "supervisor")
    with pytest.raises(writing.NotAllowed, match="Un autre superviseur"):
        writing.approve(alone, mariam)
    writing.approve(alone, yao)
    with pytest.raises(writing.NotAllowed, match="plus un brouillon"):
        writing.approve(alone, yao)
    with pytest.raises(writing.NotAllowed, match="Seul un superviseur"):
        writing.retire(alone, awa)


def test_a_lone_supervisor_may_approve_their_own(mariam: User) -> None:
    row = draft(mariam)
    writing.approve(row, mariam)
    row.refresh_from_db()
    assert (row.status, row.approved_by) == (ArticleStatus.APPROVED, mariam)


def test_each_act_is_in_the_audit_trail(awa: User, mariam: User) -> None:
    row = draft(awa)
    writing.approve(row, mariam)
    writing.retire(row, mariam)
    acts = AuditEvent.objects.order_by("id").values_list("actor_name", "action", "target")
    assert list(acts) == [
        ("awa", "article_drafted", "parapluies@1"),
        ("mariam", "article_approved", "parapluies@1"),
        ("mariam", "article_retired", "parapluies@1"),
    ]
    assert audit.first_break() is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"answer": "C'est 500 FCFA."}, "« 500 » doit venir d&#x27;un nom entre accolades"),
        ({"answer": "C'est {fee_mini}."}, "« fee_mini » n&#x27;existe pas"),
        ({"answer": "Vous serez remboursé demain."}, "promet un délai"),
        ({"answer": "Envoyez votre code secret."}, "semble demander un code secret"),
        ({"questions": "une seule"}, "au moins 8 questions"),
        ({"valid_from": "2026-02-02", "valid_until": "2026-02-01"}, "avant son début"),
        ({"brand": "ailleurs"}, "Cette marque n&#x27;existe pas ici"),
        ({"slug": "a_b"}, "Lettres minuscules"),
    ],
)
def test_what_is_wrong_is_said_in_french_on_save(
    client: Client, awa: User, changes: dict[str, object], said: str
) -> None:
    client.force_login(awa)
    assert said in posted(client, reverse("admin:support_article_add"), **changes)
    assert not Article.objects.exists()


def test_a_draft_is_previewed_with_its_figures_and_approved_by_a_supervisor(
    client: Client, awa: User, mariam: User
) -> None:
    client.force_login(awa)
    posted(client, reverse("admin:support_article_add"), answer="Au moins {fee_min}.")
    row = Article.objects.get()
    address = reverse("admin:support_article_change", args=[row.pk])
    page = client.get(address).content.decode()
    assert "Au moins 25\u00a0FCFA." in page and "support_article_approve" not in page
    posted(client, address, answer="Au moins {fee_min}.", support_article_approve="1")
    row.refresh_from_db()
    assert row.status == ArticleStatus.DRAFT

    client.force_login(mariam)
    assert "support_article_approve" in client.get(address).content.decode()
    posted(client, address, answer="Au moins {fee_min}.", support_article_approve="1")
    row.refresh_from_db()
    assert (row.status, row.author, row.approved_by) == (ArticleStatus.APPROVED, awa, mariam)


def test_changing_an_approved_version_drafts_the_next_and_keeps_the_history(
    client: Client, awa: User, mariam: User
) -> None:
    row = draft(awa)
    writing.approve(row, mariam)
    client.force_login(awa)
    posted(client, reverse("admin:support_article_change", args=[row.pk]), answer="Toujours pas de parapluies.")
    kept, new = Article.objects.order_by("version")
    assert (kept.status, kept.answer) == (ArticleStatus.APPROVED, "Non, pas de parapluies.")
    assert (new.version, new.status, new.answer) == (2, ArticleStatus.DRAFT, "Toujours pas de parapluies.")
    assert client.post(reverse("admin:support_article_delete", args=[row.pk])).status_code == 403


def test_a_shipped_article_is_listed_and_opens_with_its_words(client: Client, awa: User) -> None:
    client.force_login(awa)
    page = client.get(reverse("admin:support_article_changelist")).content.decode()
    assert "?from=horaires" in page and "horaires@1" in page
    form = client.get(reverse("admin:support_article_add") + "?from=horaires").content.decode()
    assert values.shipped("easytransfert")["horaires"].answer in form
