"""Every variable that settings read has its line and its comment in .env.example, and no line there is idle."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = (ROOT / ".env.example").read_text()
LINES = EXAMPLE.splitlines()
ASSIGNMENT = re.compile(r"^#?([A-Z][A-Z0-9_]*)=")
READ_ELSEWHERE = {"PROMETHEUS_MULTIPROC_DIR"}  # by prometheus_client itself


def read_by_settings() -> set[str]:
    """The first argument of every ``env.<type>(…)`` in settings.py."""
    tree = ast.parse((ROOT / "support" / "settings.py").read_text())
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute))
    of_env = (call for call in calls if isinstance(call.func.value, ast.Name) and call.func.value.id == "env")
    names = (call.args[0] for call in of_env if call.args)
    return {name.value for name in names if isinstance(name, ast.Constant) and isinstance(name.value, str)}


def read_by_compose() -> set[str]:
    """The ``${NAME…}`` of compose.yaml."""
    return set(re.findall(r"\$\{([A-Z0-9_]+)", (ROOT / "deploy" / "compose.yaml").read_text()))


def documented() -> set[str]:
    return {match[1] for line in LINES if (match := ASSIGNMENT.match(line))}


def test_settings_are_really_read() -> None:
    assert {"DATABASE_URL", "SECRET_KEY", "TWILIO_AUTH_TOKEN", "LOG_LEVEL"} <= read_by_settings()


def test_no_variable_is_missing() -> None:
    assert sorted((read_by_settings() | read_by_compose()) - documented()) == []


def test_no_line_names_a_variable_nobody_reads() -> None:
    assert sorted(documented() - read_by_settings() - read_by_compose() - READ_ELSEWHERE) == []


def test_nothing_else_in_the_project_reads_the_environment_of_its_own() -> None:
    """A variable read past settings would escape the tests above."""
    readers = re.compile(r"os\.environ(?:\.get\(|\[)|os\.getenv\(")
    allowed = re.compile(r"DJANGO_SETTINGS_MODULE|PROMETHEUS_MULTIPROC_DIR")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for folder in ("support", "chatbot")
        for path in (ROOT / folder).rglob("*.py")
        if "bench" not in path.parts
        for line in path.read_text().splitlines()
        if readers.search(line) and not allowed.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("number", [n for n, line in enumerate(LINES) if ASSIGNMENT.match(line)])
def test_each_line_is_explained_by_the_comment_above_it(number: int) -> None:
    comment = LINES[number - 1] if number else ""
    assert comment.startswith("# ") or ASSIGNMENT.match(comment), LINES[number]


def test_it_holds_no_secret() -> None:
    secrets = re.compile(r"^#?(\w*(?:SECRET|KEY|KEYS|TOKEN|PASSWORD))=(.+)$", re.MULTILINE)
    assert secrets.findall(EXAMPLE) == []


def constant_defaults() -> dict[str, object]:
    """Variables whose default in settings.py is a plain number or word."""
    tree = ast.parse((ROOT / "support" / "settings.py").read_text())
    found = {}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and len(node.args) == 2):
        name, default = call.args
        if (
            isinstance(call.func, ast.Attribute)
            and isinstance(call.func.value, ast.Name)
            and call.func.value.id == "env"
            and isinstance(name, ast.Constant)
            and isinstance(default, ast.Constant)
        ):
            found[str(name.value)] = default.value
    return found


@pytest.mark.parametrize(("name", "default"), sorted(constant_defaults().items()))
def test_the_default_shown_is_the_real_one(name: str, default: object) -> None:
    shown = dict(line.lstrip("#").split("=", 1) for line in LINES if ASSIGNMENT.match(line)).get(name, "")
    same = float(shown) == float(default) if isinstance(default, (bool, int, float)) else shown == default
    assert same, f"{name}: settings say {default!r}, .env.example says {shown!r}"
