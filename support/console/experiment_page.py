"""What an experiment's findings say, in French, for the list and for its own page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support.experiments import marks
from support.experiments.marks import Marks
from support.experiments.rules import rules
from support.insight.desk.measures import FEWEST
from support.models import Experiment, ExperimentKind, ExperimentStatus

EFFECTS = {
    "Lancer": "Une partie des clients entendra la voix candidate dans les secondes qui suivent.",
    "Élargir": "De nouveaux clients entrent dans la comparaison ; personne ne change de voix.",
    "Arrêter": "Tous les clients retrouvent la voix d'habitude. Une expérience arrêtée ne repart pas.",
    "Retirer la candidate": "La voix candidate est retirée à tous les clients. Une expérience annulée ne repart pas.",
    "Terminer": "À faire quand la candidate est devenue la voix d'habitude : l'expérience ne donne plus de voix.",
}
NOTHING = "—"


def arms(row: Experiment) -> str:
    """ "temoin (local) · candidate (local, warm@1f2e)" """
    return " · ".join(_arm(arm) for arm in row.arms)


def reach(row: Experiment) -> str:
    """Per cent of the customers that it concerns; of a canary not yet started, those of its first step."""
    first = row.kind == ExperimentKind.CANARY and row.status == ExperimentStatus.DRAFT
    return f"{rules().canary.steps[0]}\u00a0% d'abord" if first else f"{row.share}\u00a0%"


def estimate(row: Experiment) -> str:
    """The first arm's estimate between its bounds: points of resolved conversations, or per cent gone badly."""
    found = _first(row)
    if found is None or not found["conversations"]:
        return NOTHING
    if row.kind == ExperimentKind.CANARY:
        return f"{_percent(found['estimate'])} [{_percent(found['low'])} ; {_percent(found['high'])}]"
    return f"{_points(found['estimate'])} [{_points(found['low'])} ; {_points(found['high'])}]"


def shares(row: Experiment) -> str:
    """Whether customers fell into the arms as they were drawn."""
    if not row.findings:
        return NOTHING
    return "faussée : ne rien conclure" if row.findings["mismatch"] else "conforme"


def rails(row: Experiment) -> str:
    """Which guardrails were breached."""
    if not row.findings:
        return NOTHING
    broken = [rules().labels[name.split(":")[0]] for name in row.findings["breached"]]
    return f"franchi : {', '.join(broken)}" if broken else "tenus"


def readout(row: Experiment) -> dict[str, Any] | None:
    """All of the findings, for the page; None before the first look."""
    if not row.findings:
        return None
    given = marks.of(row)
    return {
        "state": f"{row.get_status_display()} · {row.share} % des clients",
        "shares": shares(row),
        "mismatch": row.findings["mismatch"],
        "counts": [f"{name} : {count}" for name, count in row.findings["counts"].items()],
        "arms": [_readout(row, found, given) for found in row.findings["arms"]],
    }


def _readout(row: Experiment, found: Mapping[str, Any], given: Mapping[str, Marks]) -> dict[str, Any]:
    canary = row.kind == ExperimentKind.CANARY
    return {
        "name": found["arm"],
        "verdict": _canary_verdict(row, found) if canary else _ab_verdict(row, found),
        "lines": [*(_canary_lines(found) if canary else _ab_lines(found)), _marked(row, found, given)],
        "beside": not canary,
        "rails": [_rail(rail) for rail in found["guardrails"]],
    }


def _ab_lines(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    bounds = f"de {_points(found['low'])} à {_points(found['high'])}"
    return [
        ("Conversations", f"{found['conversations']} (témoin : {found['control_conversations']})"),
        ("Résolues sans conseiller", f"{_percent(found['mean'])} (témoin : {_percent(found['control_mean'])})"),
        ("Écart", f"{_points(found['estimate'])}, {bounds}"),
    ]


def _canary_lines(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    bounds = f"de {_percent(found['low'])} à {_percent(found['high'])}"
    return [
        ("Conversations", f"{found['conversations']}, dont {found['here']} à ce palier (il en faut {found['needed']})"),
        ("Mal finies", f"{found['bad']}, soit {_percent(found['estimate'])}, {bounds}"),
    ]


def _marked(row: Experiment, found: Mapping[str, Any], given: Mapping[str, Marks]) -> tuple[str, str]:
    """Told beside the verdict and never part of it: only customers whom a person helped are asked."""
    own, control = (_mark(given.get(name, Marks())) for name in (found["arm"], row.arms[0]["name"]))
    return "Satisfaction après un conseiller", f"{own} (témoin : {control})"


def _mark(given: Marks) -> str:
    if given.count < FEWEST:
        return f"trop peu, n = {given.count}"
    return f"{given.mean:.1f} / 5, n = {given.count}".replace(".", ",")


def _ab_verdict(row: Experiment, found: Mapping[str, Any]) -> str:
    if row.findings["mismatch"]:
        return "Répartition faussée : ne rien conclure."
    if not found["different"]:
        return "Pas de différence établie."
    return "Meilleure que le témoin." if found["estimate"] > 0 else "Moins bonne que le témoin."


def _canary_verdict(row: Experiment, found: Mapping[str, Any]) -> str:
    if row.findings.get("proved"):
        return "La candidate a fait ses preuves."
    if row.why:
        return f"Fin : {row.why}."
    return "Sous observation."


def _rail(rail: Mapping[str, Any]) -> dict[str, Any]:
    shown = {"milliseconds": _milliseconds, "cost_usd": _dollars}.get(rail["metric"], _percent)
    return {
        "label": rules().labels[rail["metric"]],
        "value": shown(rail["mean"]),
        "control": shown(rail["control"]) if "control" in rail else NOTHING,
        "bound": f"+ {shown(rail['bound'])}" if "control" in rail else shown(rail["bound"]),
        "breached": rail["breached"],
    }


def _arm(arm: Mapping[str, Any]) -> str:
    heard = ", ".join(part for part in (arm.get("tier"), arm.get("adapter")) if part)
    return f"{arm['name']} ({heard or 'habitude'})"


def _first(row: Experiment) -> Mapping[str, Any] | None:
    found: list[Mapping[str, Any]] = row.findings.get("arms", [])
    return found[0] if found else None


def _percent(value: float) -> str:
    return f"{100 * value:.1f}\u00a0%".replace(".", ",")


def _milliseconds(value: float) -> str:
    return f"{value:.0f}\u00a0ms"


def _dollars(value: float) -> str:
    return f"{value:.4f}\u00a0$".replace(".", ",")


def _points(value: float) -> str:
    return f"{100 * value:+.1f}\u00a0pts".replace(".", ",").replace("-", "−")
