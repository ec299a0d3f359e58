"""The periodic look at running experiments: measure, analyse, climb, or end what does harm."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from support import clock, db, recent
from support.experiments import steer
from support.experiments.analyse import Findings, analyse
from support.experiments.outcomes import measure
from support.models import Experiment, ExperimentKind, ExperimentStatus
from support.privacy import audit

log = structlog.get_logger(__name__)
LOOK_ANYWAY = timedelta(hours=1)  # with no new outcome there is little to see, but those counted grow older


def look() -> None:
    """Every running experiment, once."""
    for row in Experiment.objects.filter(status=ExperimentStatus.RUNNING):
        _look_at(row, clock.now())


def _look_at(row: Experiment, now: datetime) -> None:
    written = measure(row, now)
    if not written and row.looked_at and now - row.looked_at < LOOK_ANYWAY:
        return
    found = analyse(row, now)
    with db.write():
        stored = Experiment.objects.select_for_update().get(pk=row.pk)
        if stored.status != ExperimentStatus.RUNNING or stored.step != row.step:
            return  # somebody was faster
        before, stored.looked_at = stored.findings, now
        proved = found.decision == "proved" and not found.mismatch
        stored.findings = {**found.table, "proved": bool(before.get("proved")) or proved}
        stored.save(update_fields=["findings", "looked_at"])
        _tell(stored, found, before)
        _act(stored, found)
    recent.forget()


def _act(stored: Experiment, found: Findings) -> None:
    """Harm ends it, at once; a canary climbs while the shares are right."""
    canary = stored.kind == ExperimentKind.CANARY
    if canary and (found.breached or found.decision == "roll_back"):
        why = f"garde-fou {found.breached[0]}" if found.breached else "trop de conversations mal finies"
        steer.end_locked(stored, ExperimentStatus.ROLLED_BACK, why, None, "experiment_rolled_back")
    elif found.breached:
        steer.end_locked(stored, ExperimentStatus.STOPPED, f"garde-fou {found.breached[0]}", None, "experiment_stopped")
    elif canary and found.decision == "climb" and not found.mismatch:
        steer.climb_locked(stored)


def _tell(stored: Experiment, found: Findings, before: dict[str, object]) -> None:
    """What is seen for the first time is entered in the audit trail."""
    if found.mismatch and not before.get("mismatch"):
        log.warning("experiment_shares_mismatch", experiment=stored.name, counts=found.table["counts"])
        audit.record(None, "experiment_mismatch", f"experiment:{stored.name}", found.table["counts"])
    if stored.findings["proved"] and not before.get("proved"):
        log.info("experiment_proved", experiment=stored.name)
        audit.record(None, "experiment_proved", f"experiment:{stored.name}")
