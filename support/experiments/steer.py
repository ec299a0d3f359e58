"""What happens to an experiment: drafted, started, grown, ended. Each act is one audited transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from django.contrib.auth.models import User
from django.db import IntegrityError

from support import clock, db, recent
from support.experiments.rules import rules
from support.models import Experiment, ExperimentKind, ExperimentStatus
from support.privacy import audit

log = structlog.get_logger(__name__)
RUN, DRAFT = "support.run_experiment", "support.change_experiment"
BY_HAND = "à la main"


class NotAllowed(Exception):
    """The act is refused; the text is French."""


def faults(kind: str, arms: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is wrong with the arms of an experiment, in French; none when it may start."""
    names, found = [str(arm.get("name", "")) for arm in arms], []
    if len(arms) < 2 or (kind == ExperimentKind.CANARY and len(arms) != 2):
        found.append("Il faut deux voix (plus de deux seulement pour une comparaison A/B).")
    if len(set(names)) < len(names) or not all(names):
        found.append("Chaque voix a son nom, différent des autres.")
    if not all(isinstance(arm.get("weight"), int | float) and arm["weight"] > 0 for arm in arms):
        found.append("Le poids d'une voix est un nombre positif.")
    heard = [(str(arm.get("tier", "")), str(arm.get("adapter", ""))) for arm in arms]
    if len(set(heard)) < len(heard):
        found.append("Deux voix sont la même : il n'y a rien à comparer.")
    return found


def save_draft(row: Experiment, author: User) -> None:
    """Store a draft as ``author``'s. Raises NotAllowed once it was started."""
    with db.write():
        if row.pk:
            _locked(row, author, ExperimentStatus.DRAFT, "Une expérience lancée ne change plus.", right=DRAFT)
        row.author = author
        row.save()
        _note(author, "experiment_drafted", row)


def start(row: Experiment, user: User) -> None:
    """Let customers in: those of the first step, or the A/B's share. Raises NotAllowed."""
    try:
        with db.write():
            stored = _locked(row, user, ExperimentStatus.DRAFT, "Seul un brouillon se lance.")
            if wrong := faults(stored.kind, stored.arms):
                raise NotAllowed(" ".join(wrong))
            now = clock.now()
            stored.status, stored.started_at, stored.measured_until, stored.step = "running", now, now, 0
            if stored.kind == ExperimentKind.CANARY:
                stored.share = rules().canary.steps[0]
            stored.history = [_change(now, stored)]
            stored.save()
            _note(user, "experiment_started", stored)
    except IntegrityError:  # the constraint of one running experiment a brand
        raise NotAllowed("Une autre expérience de cette marque est en cours : une seule à la fois.") from None
    recent.forget()


def grow(row: Experiment, user: User, share: int) -> None:
    """Make a larger share of customers part of a running A/B; nobody changes arm. Raises NotAllowed."""
    with db.write():
        stored = _locked(row, user, ExperimentStatus.RUNNING, "Seule une expérience en cours s'élargit.")
        if stored.kind != ExperimentKind.AB or not stored.share < share <= 100:
            raise NotAllowed("La part d'une comparaison A/B ne peut que grandir, jusqu'à 100 %.")
        stored.share = share
        _moved(stored, clock.now())
        _note(user, "experiment_grown", stored)
    recent.forget()


def stop(row: Experiment, user: User) -> None:
    """End it; everybody hears the usual voice. Raises NotAllowed."""
    _end_by_hand(row, user, ExperimentStatus.STOPPED, "experiment_stopped")


def roll_back(row: Experiment, user: User) -> None:
    """Take the candidate of a canary back. Raises NotAllowed."""
    _end_by_hand(row, user, ExperimentStatus.ROLLED_BACK, "experiment_rolled_back", _is_canary)


def finish(row: Experiment, user: User) -> None:
    """The candidate proved itself and has become the usual voice. Raises NotAllowed."""
    _end_by_hand(row, user, ExperimentStatus.DONE, "experiment_finished", _is_proved)


def end_locked(stored: Experiment, status: ExperimentStatus, why: str, user: User | None, action: str) -> None:
    """End a running experiment whose row the caller holds."""
    stored.status, stored.ended_at, stored.why = status, clock.now(), why[:80]
    stored.save(update_fields=["status", "ended_at", "why"])
    _note(user, action, stored)


def climb_locked(stored: Experiment) -> None:
    """One step up the ladder; the caller holds the row."""
    stored.step += 1
    stored.share = rules().canary.steps[stored.step]
    _moved(stored, clock.now())
    _note(None, "experiment_climbed", stored)


def _moved(stored: Experiment, now: datetime) -> None:
    stored.history = [*stored.history, _change(now, stored)]
    stored.save(update_fields=["share", "step", "history"])


def _change(now: datetime, stored: Experiment) -> list[Any]:
    return [now.isoformat(), stored.step, stored.share]


def _end_by_hand(
    row: Experiment,
    user: User,
    status: ExperimentStatus,
    action: str,
    check: Callable[[Experiment], None] = lambda _: None,
) -> None:
    with db.write():
        stored = _locked(row, user, ExperimentStatus.RUNNING, "Cette expérience n'est pas en cours.")
        check(stored)
        end_locked(stored, status, BY_HAND, user, action)
    recent.forget()


def _is_canary(stored: Experiment) -> None:
    if stored.kind != ExperimentKind.CANARY:
        raise NotAllowed("Seule une mise en service progressive s'annule ; une comparaison s'arrête.")


def _is_proved(stored: Experiment) -> None:
    if not stored.findings.get("proved"):
        raise NotAllowed("La candidate n'a pas encore fait ses preuves.")


def _locked(row: Experiment, user: User, status: ExperimentStatus, otherwise: str, right: str = RUN) -> Experiment:
    if not user.has_perm(right):
        raise NotAllowed("Seul un superviseur conduit une expérience.")
    stored = Experiment.objects.select_for_update().get(pk=row.pk)
    if stored.status != status:
        raise NotAllowed(otherwise)
    return stored


def _note(user: User | None, action: str, row: Experiment) -> None:
    details = {"brand": row.brand, "share": row.share, "why": row.why}
    audit.record(user, action, f"experiment:{row.name}", details)
    log.info(action, experiment=row.name, brand=row.brand, share=row.share, why=row.why)
