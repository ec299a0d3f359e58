"""The laws of the house. Each test can be made to fail by one line in the wrong room."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("torch", "transformers", "peft")
RECORDS = {"Conversation", "Message", "Attempt", "Claim", "ClaimEvent", "Escalation", "Customer", "Identity"}
RELATED = {"conversations", "messages", "attempts", "claims", "escalations", "identities"}
WRITES = {
    *("save", "create", "update", "delete", "get_or_create", "update_or_create", "bulk_create", "bulk_update"),
    *("asave", "acreate", "aupdate", "adelete", "aget_or_create", "aupdate_or_create", "abulk_create", "abulk_update"),
}
WRITERS = {
    "receive.py",
    "rating.py",  # a score that came in, for receive
    "turns.py",
    "turn_rows.py",  # what turns and announce store
    "own_messages.py",  # the one way for each of these to say something
    "turn_media.py",  # what was read of pictures and voice notes, for turns
    "deliver.py",
    "delivery",  # for deliver: the ledger of attempts, what is held or dropped
    "escalate.py",
    "replying.py",  # what agents say
    "handing.py",  # from hand to hand, on escalate's own primitives: hold, let_go
    "instructions.py",  # hands back, and sends the words a person gave the assistant
    "statuses.py",
    "collected.py",  # what a person corrects of the assistant's state
    "merging.py",  # whose address it is, after escalate's own lock: customer alone
    "teams.py",  # whose queue a case stands in, on the same primitives
    "backoffice",
    "leases.py",
    "search",
    "keys",  # the digests alone, when INDEX_KEY is renewed
}  # leases: for turns, deliver; search: indexed_seq alone
NOT_THE_HOUSE = {
    "migrations",
    "bench",  # fills a database of its own, thrown away afterwards
    "demo_desk",  # fills an empty database of a demonstration, refuses any other
}


def run_python(code: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )


def test_the_import_contracts_hold() -> None:
    found = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr


def test_a_broken_contract_would_be_seen(tmp_path: Path) -> None:
    (tmp_path / "chatbot").mkdir()
    (tmp_path / "support").mkdir()
    (tmp_path / "support" / "__init__.py").touch()
    (tmp_path / "chatbot" / "__init__.py").write_text("import support\n")
    first = (ROOT / "pyproject.toml").read_text().split("[[tool.importlinter.contracts]]")
    (tmp_path / "pyproject.toml").write_text(
        '[tool.importlinter]\nroot_packages = ["chatbot", "support"]\ninclude_external_packages = true\n'
        f"[[tool.importlinter.contracts]]{first[1]}"
    )
    found = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 1, found.stdout + found.stderr
    assert "BROKEN" in found.stdout


def test_the_web_processes_start_without_torch_in_memory() -> None:
    code = f"import sys, support.asgi; print([name for name in {HEAVY} if name in sys.modules])"
    found = run_python(code)
    assert found.stdout.strip() == "[]", found.stderr


BLOCK = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
"""


@pytest.mark.parametrize("entry", ["support.asgi", "support.tasks"])
def test_web_and_worker_start_where_torch_is_not_installed(entry: str) -> None:
    setup = "" if entry == "support.asgi" else "import django; django.setup();"
    found = run_python(BLOCK.format(names=HEAVY) + f"{setup}import {entry}; print('started')")
    assert found.stdout.strip() == "started", found.stderr


def test_the_block_itself_works() -> None:
    found = run_python(BLOCK.format(names=("json",)) + "sys.modules.pop('json', None); import json")
    assert "No module named 'json'" in found.stderr


def test_the_assistant_runs_where_django_is_not_installed() -> None:
    found = run_python(
        BLOCK.format(names=("django", "celery", "redis", "channels")) + "import chatbot.turn; print('started')"
    )
    assert found.stdout.strip() == "started", found.stderr


def test_web_requests_load_no_client_of_models_elsewhere() -> None:
    """It takes a second and much memory; only workers ask."""
    found = run_python("import sys, support.asgi; print([n for n in ('openai', 'httpx2') if n in sys.modules])")
    assert found.stdout.strip() == "[]", found.stderr


def test_a_line_to_a_model_loads_the_client_only_when_it_is_used() -> None:
    code = "import sys, chatbot.voices.remote as r, chatbot.voices.vision; print('openai' in sys.modules)"
    assert run_python(code).stdout.strip() == "False"
    code = (
        "import sys; from decimal import Decimal; from chatbot.voices.ports import Deployment, Price;"
        "from chatbot.voices.remote import Line; p = Price('v', Decimal(1), Decimal(1), Decimal(1));"
        "Line(Deployment('a', 'openai', 'standard', 'm', 'http://127.0.0.1:1/v1', p)).warm();"
        "print('openai' in sys.modules)"
    )
    assert run_python(code).stdout.strip() == "True", "or the test above would pass for nothing"


def test_web_requests_load_no_training_library() -> None:
    found = run_python("import sys, support.asgi; print('sklearn' in sys.modules)")
    assert found.stdout.strip() == "False", found.stderr


# --- Only receive, turns, deliver, escalate and backoffice write conversation rows ----------------------------------


def sources() -> Iterator[Path]:
    for path in sorted((ROOT / "support").rglob("*.py")):
        parts = path.relative_to(ROOT / "support").parts
        if parts[0] not in WRITERS and not NOT_THE_HOUSE & set(parts):
            yield path


def test_the_scan_looks_at_the_rooms_that_must_not_write() -> None:
    seen = {path.relative_to(ROOT / "support").as_posix() for path in sources()}
    assert {"tasks.py", "transports/whatsapp/webhook.py", "transports/web/consumer.py", "console/views.py"} <= seen


@pytest.mark.parametrize("path", [pytest.param(p, id=p.relative_to(ROOT).as_posix()) for p in sources()])
def test_only_the_writers_write_conversation_rows(path: Path) -> None:
    assert writes(path.read_text()) == []


@pytest.mark.parametrize(
    "line",
    [
        "Conversation.objects.filter(pk=1).update(owner='bot')",
        "Message.objects.create(text='x')",
        "conversation.messages.all().delete()",
        "message.save(update_fields=['delivery'])",
        "Message(conversation=c).save()",
        "models.Escalation.objects.bulk_create([])",
        "await Identity.objects.acreate(value='x')",
    ],
)
def test_a_write_in_the_wrong_room_would_be_seen(line: str) -> None:
    code = f"async def f():\n    {line}\n"
    assert writes(code) == [f"line 2: {line.removeprefix('await ')}"]


@pytest.mark.parametrize(
    "line",
    ["seen.update(other)", "user.save()", "twilio.messages.create()", "Message.objects.filter(pk=1)", "file.delete()"],
)
def test_what_writes_no_conversation_row_is_let_be(line: str) -> None:
    assert writes(line) == []


def writes(code: str) -> list[str]:
    calls = (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call))
    return [f"line {call.lineno}: {ast.unparse(call)}" for call in calls if is_write(call)]


def is_write(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in WRITES:
        return False
    words = {node.id for node in ast.walk(call.func.value) if isinstance(node, ast.Name)}
    words |= {node.attr for node in ast.walk(call.func.value) if isinstance(node, ast.Attribute)}
    if "twilio" in words:  # their messages, not ours
        return False
    return bool(words & (RECORDS | RELATED | {record.lower() for record in RECORDS}))
