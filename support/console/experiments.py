"""Experiments in the admin: drafted, started, grown, stopped and rolled back by supervisors; each act is confirmed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from support.accounts.pages import user_of
from support.console import experiment_page
from support.console.brand_form import BrandForm
from support.experiments import steer
from support.models import Experiment, ExperimentKind, ExperimentStatus

CONTROL, CANDIDATE = "temoin", "candidate"


class ExperimentForm(BrandForm):
    """A draft: two voices, told by tier and adapter. More arms than two are written by programs."""

    control_tier = forms.CharField(label="Voix témoin", required=False, widget=UnfoldAdminTextInputWidget)
    control_adapter = forms.CharField(label="Adaptateur témoin", required=False, widget=UnfoldAdminTextInputWidget)
    candidate_tier = forms.CharField(label="Voix candidate", required=False, widget=UnfoldAdminTextInputWidget)
    candidate_adapter = forms.CharField(
        label="Adaptateur candidat",
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="nom@empreinte ; vide : celui d'habitude.",
    )
    weight = forms.IntegerField(
        label="Poids de la candidate (%)",
        min_value=1,
        max_value=99,
        initial=50,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Comparaison A/B seulement.",
    )

    class Meta:
        model = Experiment
        fields = ("name", "brand", "kind", "share")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and len(self.instance.arms) == 2:
            control, candidate = self.instance.arms
            for key, arm in (("control", control), ("candidate", candidate)):
                self.initial[f"{key}_tier"], self.initial[f"{key}_adapter"] = arm["tier"], arm["adapter"]
            self.initial["weight"] = candidate["weight"]

    def clean_share(self) -> int:
        """Per cent."""
        if not 1 <= (share := int(self.cleaned_data["share"])) <= 100:
            raise forms.ValidationError("Entre 1 et 100 %.")
        return share

    def clean(self) -> dict[str, Any]:
        """Arms that may be started."""
        cleaned = {**(super().clean() or self.cleaned_data)}
        if self.errors:
            return cleaned
        said, weight = {key: str(value).strip() for key, value in cleaned.items()}, int(cleaned["weight"])
        self.instance.arms = [
            {"name": name, "weight": share, "tier": said[f"{key}_tier"], "adapter": said[f"{key}_adapter"]}
            for name, key, share in ((CONTROL, "control", 100 - weight), (CANDIDATE, "candidate", weight))
        ]
        for fault in steer.faults(cleaned["kind"], self.instance.arms):
            self.add_error(None, fault)
        return cleaned


class GrowForm(forms.Form):
    """The new share of an A/B."""

    share = forms.IntegerField(
        label="Nouvelle part des clients (%)", min_value=1, max_value=100, widget=UnfoldAdminIntegerFieldWidget
    )


@admin.register(Experiment)
class ExperimentAdmin(ModelAdmin):
    """What runs, what was seen of it, and the four things to be done about it."""

    form = ExperimentForm
    list_display = ("name", "kind", "status", "reach", "arms_shown", "estimate", "shares", "rails", "looked_at")
    list_filter = ("status", "kind", "brand")
    ordering = ("-id",)
    list_fullwidth = True
    actions = None
    actions_detail: ClassVar[list[str]] = ["start", "grow", "stop", "roll_back", "finish"]
    change_form_outer_before_template = "console/experiment_readout.html"
    # which of them fit where the experiment stands
    FITTING: ClassVar[dict[str, Callable[[Experiment], bool]]] = {
        "start": lambda row: row.status == ExperimentStatus.DRAFT,
        "grow": lambda row: _runs(row, ExperimentKind.AB) and row.share < 100,
        "stop": lambda row: row.status == ExperimentStatus.RUNNING,
        "roll_back": lambda row: _runs(row, ExperimentKind.CANARY),
        "finish": lambda row: _runs(row, ExperimentKind.CANARY) and bool(row.findings.get("proved")),
    }

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: what was tried stays known."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a draft changes."""
        draft = obj is None or obj.status == ExperimentStatus.DRAFT
        return draft and bool(super().has_change_permission(request, obj))

    def has_run_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Supervisors and administrators."""
        return request.user.has_perm(steer.RUN)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The form of a draft, the record of what was started."""
        if obj is None or obj.status == ExperimentStatus.DRAFT:
            pairs = (("control_tier", "control_adapter"), ("candidate_tier", "candidate_adapter"))
            return (("name", "brand"), ("kind", "share"), *pairs, "weight")
        return (("name", "brand"), ("kind", "status"), ("started_at", "ended_at"), "why", ("author", "looked_at"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of a record."""
        draft = obj is None or obj.status == ExperimentStatus.DRAFT
        return () if draft else ("status", "started_at", "ended_at", "why", "author", "looked_at")

    def save_model(self, request: HttpRequest, obj: Experiment, form: Any, change: bool) -> None:
        """A draft, in the name of who saves it, audited."""
        steer.save_draft(obj, user_of(request))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """With what was seen, above the record."""
        row = Experiment.objects.filter(pk=object_id).first() if object_id else None
        readout = {"readout": experiment_page.readout(row) if row else None}
        return super().changeform_view(request, object_id, form_url, {**(extra_context or {}), **readout})

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Those that fit."""
        row = Experiment.objects.filter(pk=object_id).first()
        offered: list[Any] = super().get_actions_detail(request, object_id)
        return [one for one in offered if row and self.FITTING[one.method.__name__](row)]

    @admin.display(description="part des clients")
    def reach(self, row: Experiment) -> str:
        return experiment_page.reach(row)

    @admin.display(description="voix")
    def arms_shown(self, row: Experiment) -> str:
        return experiment_page.arms(row)

    @admin.display(description="écart ou mal finies")
    def estimate(self, row: Experiment) -> str:
        return experiment_page.estimate(row)

    @admin.display(description="répartition")
    def shares(self, row: Experiment) -> str:
        return experiment_page.shares(row)

    @admin.display(description="garde-fous")
    def rails(self, row: Experiment) -> str:
        return experiment_page.rails(row)

    @action(description="Lancer", url_path="start", permissions=["run"], variant=ActionVariant.PRIMARY)
    def start(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let customers in."""
        return _confirmed(request, object_id, "Lancer", steer.start, "L'expérience est lancée.")

    @action(description="Élargir", url_path="grow", permissions=["run"])
    def grow(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """More customers in an A/B."""
        form = GrowForm(request.POST or None)

        def act(row: Experiment, user: User) -> None:
            steer.grow(row, user, form.cleaned_data["share"])

        return _confirmed(request, object_id, "Élargir", act, "La part des clients est élargie.", form=form)

    @action(description="Arrêter", url_path="stop", permissions=["run"])
    def stop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End it."""
        return _confirmed(request, object_id, "Arrêter", steer.stop, "L'expérience est arrêtée.")

    @action(description="Retirer la candidate", url_path="roll-back", permissions=["run"], variant=ActionVariant.DANGER)
    def roll_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take the candidate back."""
        done = "La candidate est retirée : tous retrouvent la voix d'habitude."
        return _confirmed(request, object_id, "Retirer la candidate", steer.roll_back, done)

    @action(description="Terminer", url_path="finish", permissions=["run"])
    def finish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The candidate is the usual voice now."""
        return _confirmed(request, object_id, "Terminer", steer.finish, "L'expérience est terminée.")


def _runs(row: Experiment, kind: ExperimentKind) -> bool:
    return row.status == ExperimentStatus.RUNNING and row.kind == kind


def _confirmed(
    request: HttpRequest,
    object_id: str,
    verb: str,
    act: Callable[[Experiment, User], None],
    done: str,
    *,
    form: forms.Form | None = None,
) -> HttpResponse:
    """A page that says what will happen, and the act on its POST."""
    row = get_object_or_404(Experiment, pk=object_id)
    back = reverse("admin:support_experiment_change", args=[row.pk])
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            act(row, user_of(request))
        except steer.NotAllowed as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, done)
        return redirect(back)
    shown = {"title": f"{verb} « {row.name} » ?", "verb": verb, "form": form, "back": back}
    effect = experiment_page.EFFECTS[verb]
    context = {**admin.site.each_context(request), **shown, "effect": effect, "row": row}
    return TemplateResponse(request, "console/experiment_confirm.html", context)
