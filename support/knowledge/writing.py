"""What happens to an article: drafted, approved, retired. Each act is one audited transaction."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import Max

from support import clock, staff
from support.db import write
from support.knowledge.values import shipped
from support.models import Article, ArticleStatus
from support.privacy import audit

APPROVE = "support.approve_article"


class NotAllowed(Exception):
    """The act is refused; the text is French."""


def save_draft(row: Article, author: User) -> Article:
    """Store a draft as ``author``'s; words of a version already decided on become the next version's draft."""
    with write():
        stored = Article.objects.select_for_update().filter(pk=row.pk).first() if row.pk else None
        if stored is None or stored.status != ArticleStatus.DRAFT:
            row.pk = None
            row._state.adding = True  # noqa: SLF001  Django's own way to store a copy
            row.version = _next_version(row.brand, row.slug)
        row.author, row.status, row.approved_by, row.decided_at = author, ArticleStatus.DRAFT, None, None
        row.save()
        _record(author, "article_drafted", row)
    return row


def approve(row: Article, user: User) -> None:
    """Let the assistant speak it. Raises NotAllowed: no draft, no permission, or one's own words with others there."""
    with write():
        stored = Article.objects.select_for_update().get(pk=row.pk)
        if not user.has_perm(APPROVE):
            raise NotAllowed("Seul un superviseur peut approuver un article.")
        if stored.status != ArticleStatus.DRAFT:
            raise NotAllowed("Cette version n'est plus un brouillon.")
        if stored.author_id == user.pk and _others_may_approve(user):
            raise NotAllowed("Un autre superviseur doit approuver ce que vous avez écrit.")
        _decide(stored, ArticleStatus.APPROVED, user)
        _record(user, "article_approved", stored)


def retire(row: Article, user: User) -> None:
    """Take an approved version back: the one before it speaks again, or the shipped article. Raises NotAllowed."""
    with write():
        stored = Article.objects.select_for_update().get(pk=row.pk)
        if not user.has_perm(APPROVE):
            raise NotAllowed("Seul un superviseur peut retirer un article.")
        if stored.status != ArticleStatus.APPROVED:
            raise NotAllowed("Seule une version approuvée se retire.")
        _decide(stored, ArticleStatus.RETIRED, user)
        _record(user, "article_retired", stored)


def _decide(row: Article, status: ArticleStatus, user: User) -> None:
    row.status, row.decided_at = status, clock.now()
    if status == ArticleStatus.APPROVED:
        row.approved_by = user
    row.save(update_fields=["status", "approved_by", "decided_at"])


def _others_may_approve(user: User) -> bool:
    return staff.holders(APPROVE).exclude(pk=user.pk).exists()


def _next_version(brand: str, slug: str) -> int:
    newest = Article.objects.filter(brand=brand, slug=slug).aggregate(newest=Max("version"))["newest"] or 0
    file = shipped(brand).get(slug)
    return max(newest, file.version if file else 0) + 1


def _record(user: User, action: str, row: Article) -> None:
    audit.record(user, action, str(row), {"brand": row.brand, "title": row.title})
