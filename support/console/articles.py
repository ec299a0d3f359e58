"""Articles in the admin: written by all, approved by supervisors, never deleted; each save is checked and previewed."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from support.accounts.pages import user_of
from support.console.brand_form import BrandForm
from support.knowledge import values, writing
from support.minds import with_template
from support.models import Article, ArticleStatus

BRAND = "easytransfert"  # whose shipped articles the list shows
TOPICS = (
    ("info", "Renseignements"),
    ("fees", "Frais"),
    ("limits", "Limites"),
    ("password", "Mot de passe"),
    ("how_to", "Mode d'emploi"),
)


class ArticleForm(BrandForm):
    """Says in French what is wrong, field by field, as the assistant's own guard would judge it."""

    topics = forms.MultipleChoiceField(label="Sujets", choices=TOPICS, widget=UnfoldAdminCheckboxSelectMultipleWidget)

    class Meta:
        model = Article
        fields = ("brand", "slug", "title", "topics", "questions", "answer", "valid_from", "valid_until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["topics"] = self.instance.topics.split()

    def clean_topics(self) -> str:
        """As the row keeps them."""
        return " ".join(self.cleaned_data["topics"])

    def clean(self) -> dict[str, Any]:
        """As the assistant would judge it: its rules for articles, then its guard."""
        cleaned = {**(super().clean() or self.cleaned_data)}
        if "brand" in cleaned:
            for name, text in values.errors(Article(version=1, **cleaned), with_template(cleaned["brand"])).items():
                if name not in self.errors:
                    self.add_error(name, text)
        return cleaned


@admin.register(Article)
class ArticleAdmin(ModelAdmin):
    """What the assistant answers. A version once decided on stays as it is: saving makes the next one's draft."""

    form = ArticleForm
    list_display = ("title", "slug", "version", "status", "author", "approved_by", "valid_from", "valid_until")
    list_filter = ("status", "brand")
    list_select_related = ("author", "approved_by")
    search_fields = ("slug", "title", "questions")
    readonly_fields = ("preview", "status", "version", "author", "approved_by", "decided_at")
    fields = (
        ("brand", "slug"),
        "title",
        "topics",
        "questions",
        "answer",
        ("valid_from", "valid_until"),
        "preview",
        ("status", "version"),
        ("author", "approved_by", "decided_at"),
    )
    actions = None
    actions_submit_line: ClassVar[list[str]] = ["approve", "retire"]
    list_after_template = "console/shipped_articles.html"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: the history is kept."""
        return False

    def has_approve_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Supervisors."""
        return request.user.has_perm(writing.APPROVE)

    @admin.display(description="aperçu")
    def preview(self, article: Article) -> SafeString | str:
        """What a customer would read of the words last saved."""
        if not article.pk:
            return "Enregistrez le brouillon pour le voir avec ses montants."
        words = values.preview(article, with_template(article.brand))
        return format_html('<div style="white-space: pre-line">{}</div>', words)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """``?from=<slug>``: the words of a shipped article, to be changed."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        brand = str(initial.get("brand", BRAND))
        article = values.shipped(brand).get(str(initial.pop("from", "")))
        if article is None:
            return initial
        return {
            "brand": brand,
            "slug": article.slug,
            "title": article.title,
            "topics": list(article.topics),
            "questions": "\n".join(article.questions),
            "answer": article.answer,
        }

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With the shipped articles under the written ones."""
        shipped = {"shipped": values.shipped(BRAND).values(), "may_add": self.has_add_permission(request)}
        page: HttpResponse = super().changelist_view(request, {**(extra_context or {}), **shipped})
        return page

    def save_model(self, request: HttpRequest, obj: Article, form: Any, change: bool) -> None:
        """As a draft, in the name of who saves it; nothing is stored where nothing changed."""
        if not change or form.changed_data:
            writing.save_draft(obj, user_of(request))
        for button in self.get_actions_submit_line(request, str(obj.pk)):
            if button.action_name in request.POST:
                button.method(request, obj)

    @action(description="Enregistrer et approuver", permissions=["approve"])
    def approve(self, request: HttpRequest, obj: Article) -> None:
        """The assistant speaks it within seconds."""
        self._decide(request, obj, writing.approve, "Approuvé : l'assistant le dira dans quelques secondes.")

    @action(description="Retirer cette version", permissions=["approve"])
    def retire(self, request: HttpRequest, obj: Article) -> None:
        """The version before it speaks again."""
        self._decide(request, obj, writing.retire, "Retiré : la version précédente reprend sa place.")

    def _decide(self, request: HttpRequest, article: Article, act: Any, done: str) -> None:
        try:
            act(article, request.user)
        except writing.NotAllowed as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, done)

    def get_actions_submit_line(self, request: HttpRequest, object_id: str) -> list[Any]:
        """Approve a draft, retire an approved version; nothing else."""
        status = Article.objects.filter(pk=object_id).values_list("status", flat=True).first()
        wanted = {ArticleStatus.DRAFT: "approve", ArticleStatus.APPROVED: "retire"}.get(
            ArticleStatus(status or "retired")
        )
        offered: list[Any] = super().get_actions_submit_line(request, object_id)
        return [one for one in offered if one.path == wanted]
