"""Articles written since the brand was shipped: one row a version, kept for ever."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class ArticleStatus(models.TextChoices):
    """A draft is not spoken; the newest approved version is; a retired one gives way to the one before it."""

    DRAFT = "draft", "Brouillon"
    APPROVED = "approved", "Approuvé"
    RETIRED = "retired", "Retiré"


class Article(models.Model):
    """One version of an article. Only a draft changes; see ``support.knowledge.writing``."""

    brand = models.SlugField("marque", default="easytransfert")
    slug = models.SlugField(
        "nom court", max_length=60, help_text="Celui d'un article livré le remplace ; un nouveau s'ajoute."
    )
    version = models.PositiveIntegerField("version")
    title = models.CharField("titre", max_length=120)
    topics = models.CharField("sujets", max_length=80, default="info")
    questions = models.TextField(
        "questions", help_text="Une par ligne, comme les clients les écrivent ; huit au moins."
    )
    answer = models.TextField(
        "réponse", help_text="Sans chiffre : les montants s'écrivent {fee_min}, {wave_transfer_max}, {support_phone}…"
    )
    valid_from = models.DateField("valable à partir du", null=True, blank=True)
    valid_until = models.DateField("valable jusqu'au", null=True, blank=True, help_text="Ce jour compris.")
    status = models.CharField("état", max_length=10, choices=ArticleStatus, default=ArticleStatus.DRAFT)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="auteur", editable=False
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="approuvé par",
        editable=False,
    )
    created_at = models.DateTimeField("écrit le", auto_now_add=True)
    decided_at = models.DateTimeField("décidé le", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "article"
        ordering = ["slug", "-version"]
        permissions = [("approve_article", "Peut approuver et retirer un article")]
        constraints = [
            models.UniqueConstraint(fields=["brand", "slug", "version"], name="article_version_once"),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(approved_by__isnull=False, decided_at__isnull=False),
                name="an_article_is_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slug}@{self.version}"
