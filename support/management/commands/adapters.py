"""Register, promote and roll back adapters of big models; they are kept in VAR_DIR/adapters.

``manage.py adapters register DIR --name N --report R | list | promote name@sha | rollback N | path N | verify``
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatbot.training.registry import Registry, RegistryError


class Command(BaseCommand):
    """Whatever is refused ends with exit status 2 and one line."""

    help = "Enregistrer, promouvoir, rétablir et vérifier les adaptateurs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """A verb and what it is about."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        register = verbs.add_parser("register", help="copier un adaptateur dans le registre")
        register.add_argument("folder", type=Path, help="dossier fait par « finetune »")
        register.add_argument("--name", required=True)
        register.add_argument("--report", type=Path, required=True, help="rapport de « evaluate_model »")
        verbs.add_parser("list", help="tous les adaptateurs et leurs mesures")
        promote = verbs.add_parser("promote", help="mettre un adaptateur en service")
        promote.add_argument("ref", help="nom@sha")
        rollback = verbs.add_parser("rollback", help="remettre le précédent en service")
        rollback.add_argument("name", nargs="?", default="", help="inutile s'il n'y a qu'un nom")
        path = verbs.add_parser("path", help="le dossier d'un adaptateur, vérifié")
        path.add_argument("ref", help="nom@sha, ou un nom : celui qui est en service")
        verbs.add_parser("verify", help="vérifier chaque fichier de chaque adaptateur")

    def handle(self, *, verb: str, **options: Any) -> None:
        """Raises CommandError (2)."""
        registry = Registry(settings.VAR_DIR / "adapters")
        try:
            self.stdout.write("\n".join(getattr(self, f"_{verb}")(registry, **options)))
        except RegistryError as error:
            raise CommandError(str(error), returncode=2) from error

    def _register(self, registry: Registry, *, folder: Path, name: str, report: Path, **_: Any) -> list[str]:
        return [registry.register(folder, name, _report(report)).ref]

    def _promote(self, registry: Registry, *, ref: str, **_: Any) -> list[str]:
        return [f"{registry.promote(ref).ref} serves"]

    def _rollback(self, registry: Registry, *, name: str, **_: Any) -> list[str]:
        names = registry.names()
        if not name and len(names) != 1:
            raise RegistryError("which name? there are " + (", ".join(names) or "none"))
        return [f"{registry.rollback(name or names[0]).ref} serves again"]

    def _path(self, registry: Registry, *, ref: str, **_: Any) -> list[str]:
        return [str(registry.resolve(ref))]

    def _list(self, registry: Registry, **_: Any) -> list[str]:
        lines = []
        for ref in registry.refs():
            metrics: Any = registry.get(ref).manifest["metrics"]
            name, sha = ref.split("@")
            mark = "*" if registry.serving(name) == sha else " "
            figures = ", ".join(f"{key} {metrics[key]:.3f}" for key in ("perplexity", "faithful") if key in metrics)
            lines.append(f"{mark} {ref}  {figures}")
        return lines or ["no adapter is registered"]

    def _verify(self, registry: Registry, **_: Any) -> list[str]:
        if wrong := registry.verify():
            raise RegistryError("; ".join(wrong))
        return [f"{len(registry.refs())} adapters, all intact"]


def _report(file: Path) -> dict[str, object]:
    try:
        report: object = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RegistryError(f"{file.name}: not a report") from error
    if not isinstance(report, dict):
        raise RegistryError(f"{file.name}: not a report")
    return report
